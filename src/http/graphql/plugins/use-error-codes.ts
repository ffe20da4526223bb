import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { GatewayError, type GatewayErrorCode } from '../../../errors.ts';
import type { Logger } from '../../../lib/logging/logger.ts';

/** Codes of documents that never ran. Not the gateway's own: the ones that GraphQL servers commonly use. */
const DOCUMENT_CODES = ['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED'] as const satisfies GatewayErrorCode[];
/** Codes that say why nothing ran better than BAD_USER_INPUT does. */
const REFUSAL_CODES = [...DOCUMENT_CODES, 'PERSISTED_QUERY_NOT_SUPPORTED'] as const;

/** GraphQL quotes what it refuses, however long that is. */
const MAX_MESSAGE_LENGTH = 500;

export interface ErrorCodesOptions {
  readonly logger: Logger;
  /** Whether a message may suggest names of the schema. */
  readonly suggestions: boolean;
}

/** The one place that knows how errors look outside: every error gets its `extensions.code`, none more than it should. */
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
    onResultProcess({ result, setResult }) {
      if (!('errors' in result) || !Array.isArray(result.errors)) return;
      setResult({ ...result, errors: presentErrors(result.errors, { logger, suggestions }) });
    },
  };
}

/** The errors of a result as clients see them. */
export function presentErrors(errors: readonly GraphQLError[], { logger, suggestions }: ErrorCodesOptions) {
  return errors.map((error) => present(error, logger, suggestions));
}

function coded(error: GraphQLError, code: (typeof DOCUMENT_CODES)[number]): GraphQLError {
  return rebuilt(error, error.message, { ...error.extensions, code });
}

function present(error: GraphQLError, logger: Logger, suggestions: boolean): GraphQLError {
  const cause = rootCause(error) ?? (isUnfitValue(error) ? error : undefined);
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

/** GraphQL refused the value of a field: nobody's input, but for an argument whose variable holds null. */
function isUnfitValue({ path, message }: GraphQLError): boolean {
  return path !== undefined && !message.startsWith('Argument ');
}

/** No resolver threw: the document, its variables or its operation name did not fit, or the request was not GraphQL at all. */
function refused(error: GraphQLError, suggestions: boolean): GraphQLError {
  const { code, http } = error.extensions;
  // A suggestion spells names of the schema to whoever may not read it.
  const message = suggestions ? error.message : error.message.replace(/ Did you mean .*$/s, '');
  const ownCode = REFUSAL_CODES.find((known) => known === code);
  return rebuilt(error, message.slice(0, MAX_MESSAGE_LENGTH), {
    // What fails in a document is HTTP 200 to `application/json`; what is no GraphQL request at all never is.
    ...(http && { http: ownCode ? http : { ...http, spec: false } }),
    code: ownCode ?? 'BAD_USER_INPUT',
  });
}

/** What was thrown first; `undefined` when it was GraphQL itself that refused. */
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
  // Compiled operations know the place of a field, and no longer its node.
  if (!presented.locations && locations) Object.defineProperty(presented, 'locations', { value: locations });
  return presented;
}
