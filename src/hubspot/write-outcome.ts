import { GatewayError, isGatewayError } from '../errors.ts';
import type { Stage } from './client.ts';

const UNKNOWN = 'Whether it was done, nobody knows: read before you write again.';

/** Says of a write that failed on its way, or whose answer was lost, that it may have been done all the same. */
export const tellOutcome: Stage = (next) => async (call) => {
  try {
    return await next(call);
  } catch (error) {
    if (call.method === 'GET' || call.idempotent || !isGatewayError(error) || !mayBeDone(error)) throw error;
    throw new GatewayError(error.code, `${error.message} ${UNKNOWN}`, error.extensions, {
      cause: error.cause ?? error,
    });
  }
};

// https://developers.hubspot.com/docs/api-reference/error-handling: 423 is a lock, 477 an account that is being moved.
const NOTHING_DONE: readonly unknown[] = [423, 477];

/** What never reached HubSpot: no address, no connection. */
const NEVER_LEFT: readonly unknown[] = [
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
];

function mayBeDone(error: GatewayError): boolean {
  if (isGatewayError(error, 'HUBSPOT_TIMEOUT') || isGatewayError(error, 'HUBSPOT_BAD_RESPONSE')) return true;
  if (!isGatewayError(error, 'HUBSPOT_UNAVAILABLE')) return false;
  const { cause } = error;
  const neverLeft = cause instanceof Error && 'code' in cause && NEVER_LEFT.includes(cause.code);
  return !neverLeft && !NOTHING_DONE.includes(error.extensions.hubspot?.status);
}
