/** Longer pauses are shortened to this. */
const MAX_PAUSE_MS = 24 * 60 * 60 * 1000;
/** The only format that senders may use: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 § 5.6.7). */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/**
 * `Retry-After` in milliseconds from `now`: seconds or an HTTP date (RFC 9110 § 10.2.3).
 * `undefined` when it is absent, 0, in the past or invalid: callers then pause as long as they do without the header.
 */
export function parseRetryAfter(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  const delay = /^\d+$/.test(text) ? Number(text) * 1000 : millisecondsUntil(text, now);
  return delay > 0 ? Math.min(delay, MAX_PAUSE_MS) : undefined;
}

function millisecondsUntil(date: string, now: number): number {
  // Date.parse accepts many other texts, such as `12, 2030`.
  return HTTP_DATE.test(date) ? Date.parse(date) - now : Number.NaN;
}
