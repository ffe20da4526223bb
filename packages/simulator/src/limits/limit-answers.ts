import { randomUUID } from 'node:crypto';
import { json } from '../answers.ts';

/** HubSpot's names of its limits. */
export type LimitPolicy = 'TEN_SECONDLY_ROLLING' | 'SECONDLY' | 'DAILY';

/** The state of a portal's burst limit. */
export interface BurstState {
  readonly max: number;
  readonly remaining: number;
  readonly windowMs: number;
  readonly secondly: number;
  readonly secondlyRemaining: number;
}

/** The 429 of a limit. `retryAfterMs` becomes a header, in whole seconds. */
export function limitReached(policy: LimitPolicy, retryAfterMs?: number): Response {
  const correlationId = randomUUID();
  const answer = json(429, limitBody(policy, correlationId), correlationId);
  if (retryAfterMs !== undefined) answer.headers.set('retry-after', String(Math.ceil(retryAfterMs / 1000)));
  return answer;
}

/**
 * The body of a 429. The body for searches, which has no policy, is recorded. HubSpot documents the other one.
 * https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
 */
export function limitBody(policy: LimitPolicy, correlationId: string): object {
  const message = `You have reached your ${policy.toLowerCase()} limit.`;
  return policy === 'SECONDLY'
    ? { status: 'error', message, correlationId, category: 'RATE_LIMITS' }
    : {
        status: 'error',
        message,
        errorType: 'RATE_LIMIT',
        correlationId,
        policyName: policy,
        requestId: randomUUID(),
      };
}

/** Omits the daily headers, as HubSpot does for OAuth apps. HubSpot still sends the deprecated secondly headers. */
export function setLimitHeaders(headers: Headers, burst: BurstState): void {
  headers.set('x-hubspot-ratelimit-max', String(burst.max));
  headers.set('x-hubspot-ratelimit-remaining', String(burst.remaining));
  headers.set('x-hubspot-ratelimit-interval-milliseconds', String(burst.windowMs));
  headers.set('x-hubspot-ratelimit-secondly', String(burst.secondly));
  headers.set('x-hubspot-ratelimit-secondly-remaining', String(burst.secondlyRemaining));
}
