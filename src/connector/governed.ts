import { type GatewayError, isGatewayError } from '../errors.ts';
import type { HubspotResponse, Stage } from '../hubspot/client.ts';
import type { RateLimitState } from '../hubspot/rate-limit.ts';
import { HUBSPOT_LIMITS } from './budget-share.ts';
import { originOf } from './call-origin.ts';
import type { RateGovernor } from './rate-governor.ts';
import { RateSlot } from './rate-slot.ts';

/** A portal that is being moved between data centres is left alone so long when HubSpot does not say how long. */
const MOVING_PAUSE_MS = 10_000;

/** Takes a slot for every call that does not bring one, and tells the governor what came of it. */
export function governed(governor: RateGovernor): Stage {
  return (next) => async (call) => {
    const { budget = 'general', permit } = call;
    const slot = permit instanceof RateSlot && permit.use() ? permit : await governor.acquire(budget, originOf(call));
    slot.use();
    const { pauses } = governor;
    try {
      const response = await next({ ...call, onSend: slot.send });
      const rateLimit = budget === 'general' ? governor.learn(generalLimit(response)) : undefined;
      slot.succeed(rateLimit);
      governor.answered(pauses);
      return response;
    } catch (error) {
      if (isMoving(error)) governor.pause(error.extensions.retryAfterMs ?? MOVING_PAUSE_MS);
      slot.fail(error);
      throw error;
    }
  };
}

/** Headers that speak of another window tell nothing about the one that is counted here. */
function generalLimit({ rateLimit }: HubspotResponse): RateLimitState | undefined {
  return rateLimit?.intervalMs === HUBSPOT_LIMITS.general.windowMs ? rateLimit : undefined;
}

// https://developers.hubspot.com/docs/api-reference/error-handling
const MOVING = 477;

function isMoving(error: unknown): error is GatewayError<'HUBSPOT_UNAVAILABLE'> {
  return isGatewayError(error, 'HUBSPOT_UNAVAILABLE') && error.extensions.hubspot?.status === MOVING;
}
