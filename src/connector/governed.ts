import type { HubspotResponse, Stage } from '../hubspot/client.ts';
import type { RateLimitState } from '../hubspot/rate-limit.ts';
import { HUBSPOT_LIMITS } from './budget-share.ts';
import { originOf } from './call-origin.ts';
import type { RateGovernor } from './rate-governor.ts';
import { RateSlot } from './rate-slot.ts';

/** Takes a slot for every call that does not bring one, and tells the governor what came of it. */
export function governed(governor: RateGovernor): Stage {
  return (next) => async (call) => {
    const { budget = 'general', permit } = call;
    const slot = permit instanceof RateSlot && permit.use() ? permit : await governor.acquire(budget, originOf(call));
    slot.use();
    try {
      const tell = governor.health.pass();
      try {
        const response = await next({ ...call, onSend: slot.send });
        const rateLimit = budget === 'general' ? governor.learn(generalLimit(response)) : undefined;
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
