import { isGatewayError } from '../../errors.ts';
import type { Middleware } from '../../hubspot/client.ts';
import type { Metrics } from '../../lib/metrics.ts';
import type { Clock } from '../../lib/time/clock.ts';

/** Measures the number and the duration of HTTP requests to HubSpot. */
export function measure({ hubspotCalls }: Pick<Metrics, 'hubspotCalls'>, clock: Clock): Middleware {
  return (next) => async (call) => {
    const startedAt = clock.monotonic();
    const observe = (outcome: string) =>
      hubspotCalls.observe({ call: call.name, outcome }, (clock.monotonic() - startedAt) / 1000);
    try {
      const response = await next(call);
      observe('2xx');
      return response;
    } catch (error) {
      observe(isGatewayError(error) ? error.code : 'error');
      throw error;
    }
  };
}
