import { GatewayError } from '../../errors.ts';

const EPOCH_MS = /^-?\d{1,15}$/;
const ISO = /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/;
/** The years 0 to 9999 in epoch milliseconds: RFC 3339 has no others. */
const [FIRST, LAST] = [-62_167_219_200_000, 253_402_300_799_999];

/**
 * What HubSpot writes for a moment: ISO 8601, epoch milliseconds, or a day, which begins at midnight UTC.
 * `undefined` for a text that is none.
 */
export function parseDateTime(text: string): Date | undefined {
  const [, day] = ISO.exec(text) ?? [];
  if (day === undefined) return EPOCH_MS.test(text) ? dateAt(Number(text)) : undefined;
  // JavaScript takes the 30th of February for the 2nd of March.
  if (dateAt(Date.parse(day))?.toISOString().slice(0, 10) !== day) return undefined;
  return dateAt(Date.parse(text));
}

/** For a text that is no moment, the error HUBSPOT_BAD_RESPONSE. */
export function dateTime(text: string): Date | GatewayError {
  return (
    parseDateTime(text) ??
    new GatewayError('HUBSPOT_BAD_RESPONSE', 'HubSpot holds a date here that cannot be read.', {})
  );
}

function dateAt(epochMs: number): Date | undefined {
  return epochMs >= FIRST && epochMs <= LAST ? new Date(epochMs) : undefined;
}
