import { type GatewayErrorCode, isGatewayError } from '../../errors.ts';
import type { HubspotCall, Middleware } from '../../hubspot/client.ts';
import { NetworkError } from '../../hubspot/network-error.ts';
import type { Logger } from '../../lib/logging/logger.ts';
import { Outages } from '../../lib/logging/outages.ts';
import type { Clock } from '../../lib/time/clock.ts';

/** Codes that say of HubSpot, and not of a call, that it fails. */
const FAILURES: ReadonlySet<GatewayErrorCode> = new Set([
  'HUBSPOT_UNAVAILABLE',
  'HUBSPOT_TIMEOUT',
  'HUBSPOT_BAD_RESPONSE',
  'HUBSPOT_UNAUTHORIZED',
]);

/** Logs when HubSpot begins to fail for a portal and when it is back: answers of clients have HTTP status 200 throughout. */
export class PortalOutages {
  readonly #outages: Outages<number>;

  constructor(clock: Clock, logger: Logger) {
    const messages = { begin: 'HubSpot fails for a portal', end: 'HubSpot serves a portal again' };
    this.#outages = new Outages({ clock, logger, messages });
  }

  /** Outside of the stage that repeats calls: what succeeds in the end is no failure to anybody. */
  watch(hubId: number): Middleware {
    return (next) => async (call) => {
      try {
        const response = await next(call);
        this.#outages.succeeded(hubId, { hubId });
        return response;
      } catch (error) {
        if (!isGatewayError(error) || isOwnEnd(call, error)) throw error;
        const { hubspot } = error.extensions as { hubspot?: { status: number; correlationId?: string } };
        if (FAILURES.has(error.code)) {
          this.#outages.failed(hubId, { hubId, code: error.code, call: call.name, ...hubspot });
        } else if (hubspot) this.#outages.succeeded(hubId, { hubId });
        throw error;
      }
    };
  }
}

/** Whoever asked waited no longer: that says nothing about HubSpot. */
function isOwnEnd({ callContext }: HubspotCall, error: Error): boolean {
  return callContext?.cancellation?.reason === error || (error instanceof NetworkError && error.isCutShort);
}
