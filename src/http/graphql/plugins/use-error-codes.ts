import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { GatewayError, type GatewayErrorCode } from '../../../errors.ts';
import type { Logger } from '../../../lib/logging/logger.ts';
import { executedStatus, UNPROCESSABLE } from '../status.ts';

/** Codes of documents that were not executed. Other GraphQL servers use the same codes. */
const DOCUMENT_CODES = ['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED'] as const satisfies GatewayErrorCode[];
/** Codes of requests that were not executed, where BAD_USER_INPUT would be less precise. */
const REFUSAL_CODES = [...DOCUMENT_CODES, 'PERSISTED_QUERY_NOT_SUPPORTED'] as const;

/** GraphQL's messages quote the invalid part of a document, which can be long. */
const MAX_MESSAGE_LENGTH = 500;

export interface ErrorCodesOptions {
  readonly logger: Logger;
  /** Whether a message may suggest names of the schema. */
  readonly suggestions: boolean;
}

/** Gives every error its `extensions.code`, and removes everything that clients must not see. */
export function useErrorCodes({ logger, suggestions }: ErrorCodesOptions): Plugin {
  return {
    onParse: () => (event) => {
      if (event.result instanceof GraphQLError) event.replaceParseResult(coded(event.result, 'GRAPHQL_PARSE_FAILED'));
    },
    onValidate: () => (event) => {
      if (event.valid) return;
      const errors = event.result.filter((error) => error instanceof GraphQLError);
      event.setResult(errors.map((error) => coded(error, 'GRAPHQL_VALIDATION_FAILED')));
    },
    onResultProcess({ request, result, setResult }) {
      if (!('errors' in result) || !Array.isArray(result.errors)) return;
      const errors = presentErrors(result.errors, { logger, suggestions });
      if (!('data' in result)) return setResult({ ...result, errors });
      // use-request sets the header to the media type of the answer.
      const status = executedStatus(result, request.headers.get('accept') ?? '');
      setResult({ ...result, errors, extensions: { ...result.extensions, http: { status } } });
    },
  };
}

/** The errors of a result for the client. */
export function presentErrors(errors: readonly GraphQLError[], { logger, suggestions }: ErrorCodesOptions) {
  return errors.map((error) => present(error, logger, suggestions));
}

function coded(error: GraphQLError, code: (typeof DOCUMENT_CODES)[number]): GraphQLError {
  const http = { ...error.extensions.http, ...(code === 'GRAPHQL_VALIDATION_FAILED' && { status: UNPROCESSABLE }) };
  return rebuilt(error, error.message, { ...error.extensions, http, code });
}

function present(error: GraphQLError, logger: Logger, suggestions: boolean): GraphQLError {
  const cause = rootCause(error) ?? (isInvalidResult(error) ? error : undefined);
  if (cause instanceof GatewayError) {
    if (cause.cause !== undefined)
      logger.debug({ err: cause.cause, code: cause.code, path: error.path }, cause.message);
    const { http } = error.extensions;
    return rebuilt(error, cause.message, {
      ...(http !== undefined && { http }),
      ...cause.extensions,
      code: cause.code,
    });
  }
  if (cause === undefined) return refused(error, suggestions);
  logger.error({ err: cause, path: error.path }, 'a resolver failed unexpectedly');
  return rebuilt(error, 'Something went wrong in the gateway.', {
    ...(error.path === undefined && { http: { status: 500 } }),
    code: 'INTERNAL_SERVER_ERROR',
  });
}

/** True when GraphQL refused the result of a resolver. A path without a cause also occurs for a null argument. */
function isInvalidResult({ path, message }: GraphQLError): boolean {
  return path !== undefined && !message.startsWith('Argument ');
}

/** An error that no resolver threw: an invalid document, variable or operation name, or an invalid request. */
function refused(error: GraphQLError, suggestions: boolean): GraphQLError {
  const { code, http } = error.extensions;
  // Suggestions contain names of the schema, which the client may not be allowed to read.
  const message = suggestions ? error.message : error.message.replace(/ Did you mean .*$/s, '');
  const refusalCode = REFUSAL_CODES.find((known) => known === code);
  return rebuilt(error, message.slice(0, MAX_MESSAGE_LENGTH), {
    // With `application/json`, an invalid document has status 200. An invalid request never has status 200.
    ...(http && { http: refusalCode ? http : { ...http, spec: false } }),
    code: refusalCode ?? 'BAD_USER_INPUT',
  });
}

/** The error that a resolver threw; `undefined` for an error of GraphQL itself. */
function rootCause(error: GraphQLError): Error | undefined {
  const { originalError } = error;
  return originalError instanceof GraphQLError ? rootCause(originalError) : originalError;
}

function rebuilt(error: GraphQLError, message: string, extensions: object): GraphQLError {
  const { nodes, source, positions, path, locations } = error;
  const presented = new GraphQLError(message, {
    nodes: nodes ?? null,
    source: source ?? null,
    positions: positions ?? null,
    path: path ?? null,
    extensions: { ...extensions },
  });
  // Errors of compiled operations have the locations of a field, but not its node.
  if (!presented.locations && locations) Object.defineProperty(presented, 'locations', { value: locations });
  return presented;
}
