import { isGatewayError } from '../../errors.ts';
import type { LogRefusal } from '../../lib/logging/refusal-log.ts';
import { errorBody, retryAfter } from '../error-body.ts';
import type { EarlyAnswer } from '../refusal.ts';
import { type ViewerRefusal, ViewerRefusedError } from './viewer-refused-error.ts';

/**
 * The answer to a request without a valid token: 401, or 503 when the gateway cannot verify the token. Clients log users
 * out after a 401, so an outage of the identity server must not cause one. Rethrows other errors.
 */
export function answerWithoutViewer(error: unknown, logRefusal: LogRefusal<ViewerRefusal>): EarlyAnswer {
  const isUnavailable = isGatewayError(error, 'AUTHENTICATION_UNAVAILABLE');
  if (!isUnavailable && !isGatewayError(error, 'UNAUTHENTICATED')) throw error;
  if (error.cause instanceof ViewerRefusedError) logRefusal(error.cause.reason, error.cause.facts);
  const body = errorBody(error.code, error.message, error.extensions);
  const headers = isUnavailable ? retryAfter(error.extensions.retryAfterMs) : { 'www-authenticate': 'Bearer' };
  return { status: isUnavailable ? 503 : 401, headers, body };
}
