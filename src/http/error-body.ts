import type { GatewayErrorCode } from '../errors.ts';

/** The body of a refusal before GraphQL was reached: shaped like GraphQL's own, so that clients read it as one. */
export function errorBody(code: GatewayErrorCode, message: string, extensions: object = {}): string {
  return JSON.stringify({ errors: [{ message, extensions: { ...extensions, code } }] });
}

/** As seconds, which is what HTTP counts in. */
export function retryAfter(retryAfterMs: number): Readonly<Record<'retry-after', string>> {
  return { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) };
}

/** Of a failure that is ours; what it was stands in the log alone. */
export const INTERNAL_ERROR_BODY = errorBody('INTERNAL_SERVER_ERROR', 'Something went wrong in the gateway.');
