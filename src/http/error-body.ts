import type { GatewayErrorCode } from '../errors.ts';

/** The body of a refusal before GraphQL was reached: shaped like GraphQL's own, so that clients read it as one. */
export function errorBody(code: GatewayErrorCode, message: string): string {
  return JSON.stringify({ errors: [{ message, extensions: { code } }] });
}
