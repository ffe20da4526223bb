import { isGatewayError } from '../errors.ts';
import type { LogRefusal } from '../lib/refusal-log.ts';
import type { Headers } from './answer-headers.ts';
import { errorBody } from './error-body.ts';
import { type ViewerRefusal, ViewerRefused } from './viewer-refused.ts';

export interface ViewerAnswer {
  readonly status: 401 | 503;
  readonly headers: Headers;
  readonly body: string;
}

/**
 * The answer to a request whose token admits nobody. Where nobody can tell whether it does, that is no 401: clients log
 * people out on one. Throws on what is neither.
 */
export function answerWithoutViewer(error: unknown, logRefusal: LogRefusal<ViewerRefusal>): ViewerAnswer {
  const isAway = isGatewayError(error, 'AUTHENTICATION_UNAVAILABLE');
  if (!isAway && !isGatewayError(error, 'UNAUTHENTICATED')) throw error;
  if (error.cause instanceof ViewerRefused) logRefusal(error.cause.reason, error.cause.facts);
  const body = errorBody(error.code, error.message, error.extensions);
  const headers = isAway
    ? { 'retry-after': String(Math.ceil(error.extensions.retryAfterMs / 1000)) }
    : { 'www-authenticate': 'Bearer' };
  return { status: isAway ? 503 : 401, headers: { 'content-type': 'application/json', ...headers }, body };
}
