import { isRead, type Middleware } from './client.ts';
import { HubspotError } from './hubspot-error.ts';

const UNKNOWN = 'The write may have succeeded: read before you write again.';

/** Adds to the message of a failed write that the write may have succeeded, if the outcome is unknown. */
export const annotateUnknownOutcome: Middleware = (next) => async (call) => {
  try {
    return await next(call);
  } catch (error) {
    if (isRead(call) || !(error instanceof HubspotError)) throw error;
    throw withUnknownOutcome(error);
  }
};

/** The failure of a write. Its message says that the write may have succeeded, if the outcome is unknown. */
export function withUnknownOutcome(failure: HubspotError): HubspotError {
  return failure.mayBeDone ? failure.withMessage(`${failure.message} ${UNKNOWN}`) : failure;
}
