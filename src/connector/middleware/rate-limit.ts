import type { HubspotResponse, Middleware } from '../../hubspot/client.ts';
import type { RateLimitState } from '../../hubspot/rate-limit.ts';
import { callContextOf } from '../call-context.ts';
import { HUBSPOT_LIMITS } from '../rate-limit/quota.ts';
import type { RateLimiter } from '../rate-limit/rate-limiter.ts';
import { RatePermit } from '../rate-limit/rate-permit.ts';

/** Takes a slot for every call that does not bring one, and tells the rate limiter what came of it. */
export function rateLimit(limiter: RateLimiter): Middleware {
  return (next) => async (call) => {
    const { budget = 'general', permit } = call;
    const slot =
      permit instanceof RatePermit && permit.use() ? permit : await limiter.acquire(budget, callContextOf(call));
    slot.use();
    try {
      const tell = limiter.health.pass();
      try {
        const response = await next({ ...call, onSend: slot.send });
        const rateLimit = budget === 'general' ? limiter.updateLimit(generalLimit(response)) : undefined;
        slot.succeed(rateLimit);
        tell({ isSent: true });
        return response;
      } catch (error) {
        tell({ error, isSent: slot.isSent });
        throw error;
      }
    } catch (error) {
      slot.fail(error);
      throw error;
    }
  };
}

/** Headers that speak of another window tell nothing about the one that is counted here. */
function generalLimit({ rateLimit }: HubspotResponse): RateLimitState | undefined {
  return rateLimit?.intervalMs === HUBSPOT_LIMITS.general.windowMs ? rateLimit : undefined;
}
