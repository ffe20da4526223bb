import { isRead, type Middleware } from './client.ts';
import { HubspotError } from './hubspot-error.ts';

const UNKNOWN = 'Whether it was done, nobody knows: read before you write again.';

/** Adds to the message of a failed write that HubSpot may have executed it, where that is so. */
export const annotateUnknownOutcome: Middleware = (next) => async (call) => {
  try {
    return await next(call);
  } catch (error) {
    if (isRead(call) || !(error instanceof HubspotError) || !error.mayBeDone) throw error;
    throw error.withMessage(`${error.message} ${UNKNOWN}`);
  }
};
