import { HubspotError, type HubspotFailure, REFUSED } from './hubspot-error.ts';

/** Without `Retry-After` a window lasts at most so long. The daily one ends at midnight in the portal's time zone. */
const WINDOW_MS: Readonly<Record<string, number>> = { TEN_SECONDLY_ROLLING: 10_000, DAILY: 60 * 60 * 1000 };
/** The search budget, which names no policy, is counted per second. */
const SECOND_WINDOW_MS = 1_000;

/** HubSpot refused a call with a 429, and did nothing. */
export class LimitReachedError extends HubspotError<'RATE_LIMITED'> {
  /** `extensions.retryAfterMs` falls back to the window of the policy. */
  constructor(message: string, { policy, retryAfterMs, ...hubspot }: HubspotFailure) {
    const windowMs = (policy && WINDOW_MS[policy]) || SECOND_WINDOW_MS;
    const extensions = { retryAfterMs: retryAfterMs ?? windowMs, ...(policy && { policy }), hubspot };
    super('RATE_LIMITED', message, extensions, { ...REFUSED, retryAfterMs });
  }
}
