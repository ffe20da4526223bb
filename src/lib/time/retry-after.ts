/** No server is believed when it asks for a longer pause than this. */
const LONGEST_PAUSE_MS = 24 * 60 * 60 * 1000;
/** The one form that senders must use: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 § 5.6.7). */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/**
 * `Retry-After` in milliseconds from `now`: seconds or an HTTP date (RFC 9110 § 10.2.3).
 * `undefined` when it is absent, past or nonsense.
 */
export function parseRetryAfter(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1000, LONGEST_PAUSE_MS);
  // JavaScript's own parser takes almost anything for a date, `12, 2030` for one.
  const delay = HTTP_DATE.test(text) ? Date.parse(text) - now : Number.NaN;
  return delay >= 0 ? Math.min(delay, LONGEST_PAUSE_MS) : undefined;
}
