import { isUtf8 } from 'node:buffer';
import { GraphQLError } from 'graphql';
import type { GatewayErrorCode } from '../../errors.ts';
import { unprocessable } from './status.ts';

/** The parameters of a GraphQL request, from its body or its URL. */
export interface GraphQLParameters {
  query: string;
  variables: Record<string, unknown>;
  operationName?: string;
}

/** The parameters in the body of a POST, or an error for an invalid body. */
export function parametersInBody(body: Uint8Array): GraphQLParameters | GraphQLError {
  // Decoding would replace invalid bytes by other characters.
  if (!isUtf8(body)) return unparsable('The body is not UTF-8.');
  const parsed = parseJson(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString());
  if (Number.isNaN(parsed)) return unparsable('The body is not JSON. Send a JSON object with the member "query".');
  if (Array.isArray(parsed)) return unprocessable('Batches are not supported: send one operation in each request.');
  return isMap(parsed) ? parametersIn(parsed) : unprocessable('Send a JSON object with the member "query".');
}

/**
 * The parameters in the URL of a GET, or an error for an invalid URL. An empty parameter means the same as none.
 * https://graphql.github.io/graphql-over-http/draft/#sec-GET
 */
export function parametersInUrl(url: string): GraphQLParameters | GraphQLError {
  const start = url.indexOf('?');
  const search = start < 0 ? '' : url.slice(start + 1);
  if (!isDecodable(search)) return unparsable('The URL is not percent-encoded UTF-8.');
  const parameters = new URLSearchParams(search);
  for (const name of PARAMETERS) {
    // A proxy in front could have used the other one.
    if (parameters.getAll(name).length > 1) return unprocessable(`Send the parameter "${name}" once.`);
  }
  const text = (name: string) => parameters.get(name) || undefined;
  const json = (name: string) => {
    const value = text(name);
    return value === undefined ? undefined : parseJson(value);
  };
  return parametersIn({
    ...Object.fromEntries(DOCUMENT_IDS.map((name) => [name, text(name)])),
    query: text('query'),
    operationName: text('operationName'),
    variables: json('variables'),
    extensions: json('extensions'),
  });
}

const PARAMETERS = ['query', 'operationName', 'variables', 'extensions'];
/** Names that clients use for the id of a persisted document. */
const DOCUMENT_IDS = ['documentId', 'doc_id', 'id'];

/** Ignores unknown members, as the specification requires. */
function parametersIn(members: Readonly<Record<string, unknown>>): GraphQLParameters | GraphQLError {
  const { query, operationName, variables, extensions } = members;
  if (variables != null && !isMap(variables)) return unprocessable('"variables" must be a JSON object.');
  if (extensions != null && !isMap(extensions)) return unprocessable('"extensions" must be a JSON object.');
  if (operationName != null && typeof operationName !== 'string')
    return unprocessable('"operationName" must be a string.');
  if (query == null && isPersisted(members)) return persistedQueryNotSupported();
  if (typeof query !== 'string') return unprocessable('"query" must be a string that holds the document.');
  // Some clients send an empty name instead of none. An operation cannot have an empty name.
  return { query, variables: variables ?? {}, ...(operationName && { operationName }) };
}

function isPersisted({ extensions, ...members }: Readonly<Record<string, unknown>>): boolean {
  return (isMap(extensions) && isMap(extensions.persistedQuery)) || DOCUMENT_IDS.some((name) => members[name] != null);
}

/**
 * Clients look for exactly this message, and then send the text of the document. `spec` gives clients that accept only
 * application/json the status 200, like Apollo Server, because some of them read no other answer.
 */
function persistedQueryNotSupported(): GraphQLError {
  return new GraphQLError('PersistedQueryNotSupported', {
    extensions: { code: 'PERSISTED_QUERY_NOT_SUPPORTED' satisfies GatewayErrorCode, http: { status: 400, spec: true } },
  });
}

function unparsable(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { http: { status: 400 } } });
}

function isDecodable(search: string): boolean {
  try {
    decodeURIComponent(search);
    return true;
  } catch {
    return false;
  }
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `NaN` for invalid JSON, because JSON has no such value. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return Number.NaN;
  }
}
