import { isGatewayError } from '../../errors.ts';
import type { LogRefusal } from '../../lib/logging/refusal-log.ts';
import { errorBody, retryAfter } from '../error-body.ts';
import type { EarlyAnswer } from '../refusal.ts';
import { type ViewerRefusal, ViewerRefusedError } from './viewer-refused-error.ts';

/**
 * The answer to a request whose token admits nobody. Where nobody can tell whether it does, that is no 401: clients log
 * people out on one. Throws on what is neither.
 */
export function answerWithoutViewer(error: unknown, logRefusal: LogRefusal<ViewerRefusal>): EarlyAnswer {
  const isAway = isGatewayError(error, 'AUTHENTICATION_UNAVAILABLE');
  if (!isAway && !isGatewayError(error, 'UNAUTHENTICATED')) throw error;
  if (error.cause instanceof ViewerRefusedError) logRefusal(error.cause.reason, error.cause.facts);
  const body = errorBody(error.code, error.message, error.extensions);
  const headers = isAway ? retryAfter(error.extensions.retryAfterMs) : { 'www-authenticate': 'Bearer' };
  return { status: isAway ? 503 : 401, headers, body };
}
