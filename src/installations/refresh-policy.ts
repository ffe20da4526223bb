import type { OAuthError } from '../hubspot/oauth/oauth-client.ts';

/** An access token is not used in its last seconds, because it could expire before it reaches HubSpot. */
const SAFETY_MARGIN_MS = 5_000;
/** The margin of short-lived tokens, as a part of their lifetime. */
const SAFETY_SHARE = 0.1;
/** A refresh starts at 80 to 90 % of a token's lifetime, so that portals connected at the same time do not refresh together. */
const REFRESH_AT = { from: 0.8, to: 0.9 };

/** The schedule of an access token, in milliseconds from its issue. */
export interface TokenSchedule {
  readonly expiresInMs: number;
  /** The gateway uses the token only this long. */
  readonly usableForMs: number;
  /** From then on, a use of the token starts a refresh. */
  readonly refreshInMs: number;
}

export function scheduleOf(expiresInMs: number, random: () => number = Math.random): TokenSchedule {
  const share = REFRESH_AT.from + random() * (REFRESH_AT.to - REFRESH_AT.from);
  return {
    expiresInMs,
    usableForMs: expiresInMs - Math.min(SAFETY_MARGIN_MS, expiresInMs * SAFETY_SHARE),
    refreshInMs: expiresInMs * share,
  };
}

const BACKOFF_BASE_MS = 1_000;
const BACKOFF_CAP_MS = 5 * 60 * 1000;
/** The least backoff after an invalid answer or a refusal, which will not change within a second. */
const LONG_BACKOFF_MS = 30_000;

/** The backoff after the `failures`-th consecutive failure: exponential with full jitter, or HubSpot's `Retry-After`. */
export function backoffMs(error: OAuthError, failures: number, random: () => number = Math.random): number {
  if (error.retryAfterMs !== undefined) return Math.min(error.retryAfterMs, BACKOFF_CAP_MS);
  const ceiling = Math.min(BACKOFF_BASE_MS * 2 ** Math.min(failures, 10), BACKOFF_CAP_MS);
  const floor = error.isUnreadable || error.kind === 'refused' ? LONG_BACKOFF_MS : 0;
  return Math.max(floor, random() * ceiling);
}

/** The first pauses when HubSpot's API refuses one new token after another. A further refresh hardly helps. */
const FORCED_PAUSE_MS = 30_000;
const EXPIRED_PAUSE_MS = 1_000;

/**
 * The pause between two forced refreshes, which follow a 401 of HubSpot's API.
 * @param futile consecutive forced refreshes, 1 or more, whose tokens the API never accepted
 * @param isExpired HubSpot reports that the token has expired; then the first pause is 0
 */
export function forcedPauseMs(futile: number, isExpired: boolean): number {
  const base = isExpired ? EXPIRED_PAUSE_MS : FORCED_PAUSE_MS;
  const doublings = Math.min(isExpired ? futile - 2 : futile - 1, 10);
  return doublings < 0 ? 0 : Math.min(base * 2 ** doublings, BACKOFF_CAP_MS);
}
