import { type OAuthClient, OAuthError } from '../hubspot/oauth/oauth-client.ts';
import type { TokenIdentity } from '../hubspot/oauth/token-identity.ts';
import type { Clock } from '../lib/time/clock.ts';
import { type PauseAfter, repeat } from '../lib/time/repeat.ts';

const BACKOFF_MS = { base: 100, cap: 1_600 };
const TOO_MANY_REQUESTS = 429;

export interface RetryOptions {
  readonly oauth: OAuthClient;
  readonly clock: Clock;
  /** No attempt starts later, on the monotonic clock. */
  readonly giveUpAt: number;
}

/**
 * Introspects a token, with retries while HubSpot is unavailable, which are safe because introspection only reads. Rejects
 * at `giveUpAt` without an answer.
 * @throws OAuthError
 */
export async function introspectWithRetry(
  { oauth, clock, giveUpAt }: RetryOptions,
  accessToken: string,
): Promise<TokenIdentity | undefined> {
  const isUnavailable = ({ kind }: OAuthError) => kind === 'unavailable';
  const late = Promise.withResolvers<never>();
  const cancel = clock.schedule(() => late.reject(new OAuthError('unavailable')), giveUpAt - clock.monotonic());
  const answer = repeat(clock, () => oauth.introspect(accessToken), pauseWhile(isUnavailable, clock, giveUpAt));
  return Promise.race([answer, late.promise]).finally(cancel);
}

/**
 * Retries the redemption of a code or a token after a 429, when HubSpot certainly did not execute it. After a reset or a
 * 5xx the outcome is unknown, and a second use of a code can revoke the tokens of the first (RFC 6749 § 4.1.2).
 * @throws OAuthError
 */
export function redeemWithRetry<T>(
  { clock, giveUpAt }: Omit<RetryOptions, 'oauth'>,
  redeem: () => Promise<T>,
): Promise<T> {
  const wasRefused = ({ status }: OAuthError) => status === TOO_MANY_REQUESTS;
  return repeat(clock, redeem, pauseWhile(wasRefused, clock, giveUpAt));
}

/** Retries are safe, since a revocation is idempotent (RFC 7009 § 2.2). @throws OAuthError */
export function revokeWithRetry({ oauth, clock, giveUpAt }: RetryOptions, refreshToken: string): Promise<void> {
  const isUnavailable = ({ kind }: OAuthError) => kind === 'unavailable';
  return repeat(clock, () => oauth.revoke(refreshToken), pauseWhile(isUnavailable, clock, giveUpAt));
}

/** HubSpot's `Retry-After` plus an exponential backoff with jitter; no retry after `giveUpAt`. */
function pauseWhile(isRepeatable: (error: OAuthError) => boolean, clock: Clock, giveUpAt: number): PauseAfter {
  return (error, failures) => {
    if (!(error instanceof OAuthError) || !isRepeatable(error)) return undefined;
    const backoffMs = Math.min(BACKOFF_MS.base * 2 ** failures, BACKOFF_MS.cap);
    const pauseMs = (error.retryAfterMs ?? 0) + backoffMs * (0.5 + Math.random() / 2);
    return clock.monotonic() + pauseMs < giveUpAt ? pauseMs : undefined;
  };
}
