import { GatewayError } from '../../errors.ts';

const EPOCH_MS = /^-?\d{1,15}$/;
const ISO = /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/;
/** The years 0 to 9999 of RFC 3339 in epoch milliseconds. */
const [MIN_MS, MAX_MS] = [-62_167_219_200_000, 253_402_300_799_999];

/**
 * Parses a date-time of HubSpot: ISO 8601, epoch milliseconds, or a date, which means midnight UTC. `undefined` for other
 * texts.
 */
export function parseDateTime(text: string): Date | undefined {
  const [, day] = ISO.exec(text) ?? [];
  if (day === undefined) return EPOCH_MS.test(text) ? dateAt(Number(text)) : undefined;
  // JavaScript reads 30 February as 2 March.
  if (dateAt(Date.parse(day))?.toISOString().slice(0, 10) !== day) return undefined;
  return dateAt(Date.parse(text));
}

/** The date-time, or the error HUBSPOT_BAD_RESPONSE for other texts. */
export function dateTime(text: string): Date | GatewayError {
  return (
    parseDateTime(text) ??
    new GatewayError('HUBSPOT_BAD_RESPONSE', 'HubSpot holds a date here that cannot be read.', {})
  );
}

function dateAt(epochMs: number): Date | undefined {
  return epochMs >= MIN_MS && epochMs <= MAX_MS ? new Date(epochMs) : undefined;
}
