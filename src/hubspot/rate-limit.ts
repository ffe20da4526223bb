/**
 * Which of HubSpot's limits counts a call: search has one of its own, and batches of associations are exempt from the
 * general one. https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
 */
export type Budget = 'general' | 'search' | 'associations';

/** How the portal stands with the general limit, as HubSpot told it with an answer. */
export interface RateLimitState {
  /** Calls in each stretch of `intervalMs`. */
  readonly max: number;
  readonly remaining: number;
  readonly intervalMs: number;
}

/** Reads `X-HubSpot-RateLimit-*`; `undefined` where they are absent, as on searches, or nonsense. */
export function parseRateLimit(header: (name: string) => string | undefined): RateLimitState | undefined {
  const count = (name: string) => {
    const value = header(`x-hubspot-ratelimit-${name}`);
    return value !== undefined && /^\d{1,9}$/.test(value) ? Number(value) : undefined;
  };
  const [max, remaining, intervalMs] = [count('max'), count('remaining'), count('interval-milliseconds')];
  if (!max || remaining === undefined || remaining > max || !intervalMs) return undefined;
  return { max, remaining, intervalMs };
}
