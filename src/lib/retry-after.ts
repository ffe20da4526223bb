/** No server is believed when it asks for a longer pause than this. */
const LONGEST_PAUSE_MS = 24 * 60 * 60 * 1000;

/**
 * `Retry-After` in milliseconds from `now`: seconds or an HTTP date (RFC 9110 § 10.2.3).
 * `undefined` when it is absent, negative or nonsense.
 */
export function parseRetryAfter(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  const delay = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  if (!/^\d|^[A-Z][a-z]{2},/.test(text) || !Number.isFinite(delay) || delay < 0) return undefined;
  return Math.min(delay, LONGEST_PAUSE_MS);
}
