import type { GatewayErrorCode } from '../errors.ts';

/** The JSON body of a refusal outside of GraphQL. It has the shape of a GraphQL response, so clients can read it. */
export function errorBody(code: GatewayErrorCode, message: string, extensions: object = {}): string {
  return JSON.stringify({ errors: [{ message, extensions: { ...extensions, code } }] });
}

/** The header `Retry-After` in seconds. */
export function retryAfter(retryAfterMs: number): Readonly<Record<'retry-after', string>> {
  return { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) };
}

/** The body for a bug of the gateway. Only the log has the details. */
export const INTERNAL_ERROR_BODY = errorBody('INTERNAL_SERVER_ERROR', 'Something went wrong in the gateway.');
