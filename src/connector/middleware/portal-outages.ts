import { type GatewayErrorCode, isGatewayError } from '../../errors.ts';
import type { HubspotCall, Middleware } from '../../hubspot/client.ts';
import { HubspotError } from '../../hubspot/hubspot-error.ts';
import type { Logger } from '../../lib/logging/logger.ts';
import { Outages } from '../../lib/logging/outages.ts';
import type { Clock } from '../../lib/time/clock.ts';

/** Error codes that show an outage of HubSpot, not the fault of a single call. */
const FAILURES: ReadonlySet<GatewayErrorCode> = new Set([
  'HUBSPOT_UNAVAILABLE',
  'HUBSPOT_TIMEOUT',
  'HUBSPOT_BAD_RESPONSE',
  'HUBSPOT_UNAUTHORIZED',
]);

/** Logs the begin and the end of a portal's outage. GraphQL answers have HTTP status 200, so access logs do not show it. */
export class PortalOutages {
  readonly #outages: Outages<number>;

  constructor(clock: Clock, logger: Logger) {
    const messages = { begin: 'HubSpot fails for a portal', end: 'HubSpot serves a portal again' };
    this.#outages = new Outages({ clock, logger, messages });
  }

  /** Goes before `retry` in the chain: a call that succeeds in the end is no failure. */
  watch(hubId: number): Middleware {
    return (next) => async (call) => {
      try {
        const response = await next(call);
        this.#outages.succeeded(hubId, { hubId });
        return response;
      } catch (error) {
        if (!isGatewayError(error) || isCancelledOrLate(call, error)) throw error;
        const { hubspot } = error.extensions as { hubspot?: { status: number; correlationId?: string } };
        if (FAILURES.has(error.code)) {
          this.#outages.failed(hubId, { hubId, code: error.code, call: call.name, ...hubspot });
        } else if (hubspot) this.#outages.succeeded(hubId, { hubId });
        throw error;
      }
    };
  }
}

/** The call was cancelled or reached its deadline. That says nothing about HubSpot. */
function isCancelledOrLate({ callContext }: HubspotCall, error: Error): boolean {
  return callContext?.cancellation?.reason === error || (error instanceof HubspotError && error.isCutShort);
}
