/**
 * The limit of HubSpot that counts a call. Searches have a limit of their own, and calls below `/crm/associations` are exempt
 * from the general one. https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
 */
export type Budget = 'general' | 'search' | 'associations';

/** The state of the limit that counted a call, from the headers of its answer. */
export interface RateLimitState {
  /** Calls in each stretch of `intervalMs`. */
  readonly max: number;
  readonly remaining: number;
  readonly intervalMs: number;
}

/** Parses `X-HubSpot-RateLimit-*`; `undefined` when the headers are absent, as on searches, or invalid. */
export function parseRateLimit(header: (name: string) => string | undefined): RateLimitState | undefined {
  const count = (name: string) => {
    const value = header(`x-hubspot-ratelimit-${name}`);
    return value !== undefined && /^\d{1,9}$/.test(value) ? Number(value) : undefined;
  };
  const [max, remaining, intervalMs] = [count('max'), count('remaining'), count('interval-milliseconds')];
  if (!max || remaining === undefined || remaining > max || !intervalMs) return undefined;
  return { max, remaining, intervalMs };
}
