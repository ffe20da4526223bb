import type { HubspotResponse, Middleware } from '../../hubspot/client.ts';
import type { RateLimitState } from '../../hubspot/rate-limit.ts';
import { callContextOf } from '../call-context.ts';
import { HUBSPOT_LIMITS } from '../rate-limit/quota.ts';
import type { RateLimiter } from '../rate-limit/rate-limiter.ts';
import { RatePermit } from '../rate-limit/rate-permit.ts';

/** Acquires a permit for every call that has none, and reports the outcome of the call to the rate limiter. */
export function rateLimit(limiter: RateLimiter): Middleware {
  return (next) => async (call) => {
    const { budget = 'general', permit } = call;
    const ratePermit =
      permit instanceof RatePermit && permit.use() ? permit : await limiter.acquire(budget, callContextOf(call));
    ratePermit.use();
    try {
      const reportOutcome = limiter.health.pass();
      try {
        const response = await next({ ...call, onSend: ratePermit.send });
        const rateLimit = budget === 'search' ? undefined : limiter.updateLimit(tenSecondLimit(response), budget);
        ratePermit.succeed(rateLimit);
        reportOutcome({ isSent: true });
        return response;
      } catch (error) {
        reportOutcome({ error, isSent: ratePermit.isSent });
        throw error;
      }
    } catch (error) {
      ratePermit.fail(error);
      throw error;
    }
  };
}

/** Ignores headers that describe another window. */
function tenSecondLimit({ rateLimit }: HubspotResponse): RateLimitState | undefined {
  return rateLimit?.intervalMs === HUBSPOT_LIMITS.general.windowMs ? rateLimit : undefined;
}
