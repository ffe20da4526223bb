import { ISO_DATETIME_WARNS, SECONDS_DIGITS, VALUE_REFUSALS } from '../../assumptions.ts';
import { instant } from '../../instant.ts';
import type { Verdict } from './verdict.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const DATE = /^\d{4}-\d\d-\d\d$/;
const MOMENT = /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?)?$/;
const INTEGER = /^-?\d+$/;

/**
 * A date, or its midnight in UTC in epoch milliseconds. If `normalizes`, other moments become the midnight of their
 * day.
 * https://developers.hubspot.com/changelog/crm-api-write-validation-enforcement
 */
export function date(value: string, normalizes: boolean): Verdict {
  const at = moment(value, normalizes);
  if (at === undefined) return VALUE_REFUSALS.date(value);
  const midnight = Math.floor(at / DAY_MS) * DAY_MS;
  const [day = '', time = ''] = new Date(at).toISOString().split('T');
  if (!normalizes) {
    const message = `${value} is at ${time.replace('Z', '')} UTC, not midnight!`;
    return at === midnight ? { value: day } : { error: 'INVALID_DATE', message };
  }
  const isCanonical = DATE.test(value) || value === String(midnight);
  return { value: day, ...(!isCanonical && { normalizedTo: midnight }) };
}

/** A moment in epoch milliseconds. Texts and epoch seconds become milliseconds. */
export function datetime(value: string, normalizes: boolean): Verdict {
  const at = moment(value, normalizes);
  if (at === undefined) return { error: 'INVALID_LONG', message: `${value} was not a valid long.` };
  const isCanonical = !normalizes || value === String(at) || (!ISO_DATETIME_WARNS && !INTEGER.test(value));
  return { value: instant(at), ...(!isCanonical && { normalizedTo: at }) };
}

/**
 * Parses ISO 8601, with UTC as the default time zone, epoch milliseconds, or epoch seconds if `takesSeconds`. `undefined`
 * for other texts.
 */
function moment(value: string, takesSeconds: boolean): number | undefined {
  if (INTEGER.test(value)) {
    const isSeconds = takesSeconds && SECONDS_DIGITS.test(value) && Number(value) % DAY_MS !== 0;
    const at = Number(value) * (isSeconds ? 1000 : 1);
    return Number.isNaN(new Date(at).getTime()) ? undefined : at;
  }
  const [, day, time, , , zone] = MOMENT.exec(value) ?? [];
  const at = Date.parse(time !== undefined && zone === undefined ? `${value}Z` : value);
  // JavaScript reads 30 February as 2 March.
  return day === undefined || Number.isNaN(at) || !isDay(day) ? undefined : at;
}

function isDay(day: string): boolean {
  const at = Date.parse(day);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(day);
}
