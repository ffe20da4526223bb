import { GatewayError } from '../errors.ts';

/** No answer of HubSpot's API: whether it acted on the call, nobody knows. */
export class NetworkFailure extends GatewayError<'HUBSPOT_UNAVAILABLE' | 'HUBSPOT_TIMEOUT'> {
  constructor(code: 'HUBSPOT_UNAVAILABLE' | 'HUBSPOT_TIMEOUT', cause: unknown) {
    const timedOut = code === 'HUBSPOT_TIMEOUT';
    super(code, timedOut ? 'HubSpot did not answer in time.' : 'HubSpot could not be reached.', {}, { cause });
  }
}
