import type { OAuthError } from '../hubspot/oauth/oauth-client.ts';

/** An access token is not used in its last seconds: it would expire on the way. */
const SAFETY_MARGIN_MS = 5_000;
/** Of tokens that live for seconds only, this share is kept back instead. */
const SAFETY_SHARE = 0.1;
/** Refreshing begins at 80 to 90 % of a token's life: spread, so that portals connected together do not queue up. */
const REFRESH_AT = { from: 0.8, to: 0.9 };

/** What becomes of an access token, in milliseconds from when it was handed out. */
export interface TokenSchedule {
  readonly expiresInMs: number;
  /** Used no longer than this. */
  readonly usableForMs: number;
  /** Refreshed from here on by whoever uses it. */
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
/** A server that answers nonsense, or refuses what is right, will not do better in a second. */
const LONG_BACKOFF_MS = 30_000;

/** How long to leave the token endpoint alone after its `failures`-th failure in a row: full jitter, or what it asked for. */
export function backoffMs(error: OAuthError, failures: number, random: () => number = Math.random): number {
  // "At once" is no pause to believe in: every query that comes would try again.
  if (error.retryAfterMs) return Math.min(error.retryAfterMs, BACKOFF_CAP_MS);
  const ceiling = Math.min(BACKOFF_BASE_MS * 2 ** Math.min(failures, 10), BACKOFF_CAP_MS);
  const floor = error.isUnreadable || error.kind === 'refused' ? LONG_BACKOFF_MS : 0;
  return Math.max(floor, random() * ceiling);
}

/** Tokens that HubSpot's API refuses one after the other: another refresh is not believed to help so soon. */
const FORCED_PAUSE_MS = 30_000;
const EXPIRED_PAUSE_MS = 1_000;

/**
 * How long after a refresh that HubSpot's API forced the next one may follow, when `futile` of them in a row, 1 or more,
 * brought tokens that it never took. Where it says that they expired, the first pause is left out.
 */
export function forcedPauseMs(futile: number, isExpired: boolean): number {
  const base = isExpired ? EXPIRED_PAUSE_MS : FORCED_PAUSE_MS;
  const doublings = Math.min(isExpired ? futile - 2 : futile - 1, 10);
  return doublings < 0 ? 0 : Math.min(base * 2 ** doublings, BACKOFF_CAP_MS);
}
