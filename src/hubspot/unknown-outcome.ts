import { GatewayError, isGatewayError } from '../errors.ts';
import type { Middleware } from './client.ts';
import { NetworkError } from './network-error.ts';

const UNKNOWN = 'Whether it was done, nobody knows: read before you write again.';

/**
 * Says of a write that failed on its way, or whose answer was lost, that it may have been done all the same. That nothing
 * was heard of HubSpot stays known: for whoever counts its answers a failed write is as any other call.
 */
export const annotateUnknownOutcome: Middleware = (next) => async (call) => {
  try {
    return await next(call);
  } catch (error) {
    if (call.method === 'GET' || call.idempotent || !isGatewayError(error) || !mayBeDone(error)) throw error;
    const message = `${error.message} ${UNKNOWN}`;
    if (error instanceof NetworkError) throw new NetworkError(error.code, error.cause, message);
    throw new GatewayError(error.code, message, error.extensions, { cause: error.cause ?? error });
  }
};

// https://developers.hubspot.com/docs/api-reference/error-handling: 423 is a lock, 477 an account that is being moved.
const NOTHING_DONE: readonly unknown[] = [423, 477];

function mayBeDone(error: GatewayError): boolean {
  if (error instanceof NetworkError && error.isUnsent) return false;
  if (isGatewayError(error, 'HUBSPOT_TIMEOUT') || isGatewayError(error, 'HUBSPOT_BAD_RESPONSE')) return true;
  if (!isGatewayError(error, 'HUBSPOT_UNAVAILABLE')) return false;
  return !NOTHING_DONE.includes(error.extensions.hubspot?.status);
}
