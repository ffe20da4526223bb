import { type ASTNode, type ExecutionResult, GraphQLError } from 'graphql';
import type { AnswerType } from '../media-types.ts';

/** https://graphql.github.io/graphql-over-http/draft/#sec-Status-Codes */
export const UNPROCESSABLE = 422;
const PARTIAL_SUCCESS = 294;

/**
 * The error of a request that the server understands but cannot execute: it has no document, it names no operation of
 * the document, or its variables do not fit. A body or document that cannot be parsed has status 400.
 */
export function unprocessable(message: string, nodes?: readonly ASTNode[]): GraphQLError {
  return new GraphQLError(message, { nodes: nodes ?? null, extensions: { http: { status: UNPROCESSABLE } } });
}

/**
 * The status of an executed operation. With errors it is 294, so that logs and proxies can count partial answers. Clients
 * that accept only `application/json` may be older than this status, and receive 200.
 * https://graphql.github.io/graphql-over-http/draft/#sec-Partial-success
 */
export function executedStatus({ errors }: ExecutionResult, type: string): number {
  return errors && type === ('application/graphql-response+json' satisfies AnswerType) ? PARTIAL_SUCCESS : 200;
}
