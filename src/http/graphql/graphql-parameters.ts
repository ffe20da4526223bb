import { isUtf8 } from 'node:buffer';
import { GraphQLError } from 'graphql';
import type { GatewayErrorCode } from '../../errors.ts';

/** A GraphQL request's parameters, wherever they stood. */
export interface GraphQLParameters {
  query: string;
  variables: Record<string, unknown>;
  operationName?: string;
}

/** The parameters in the body of a POST, or why there are none. */
export function parametersInBody(body: Uint8Array): GraphQLParameters | GraphQLError {
  // The parser takes bytes that are no UTF-8 for characters that nobody sent.
  if (!isUtf8(body)) return malformed('The body is not UTF-8.');
  const parsed = parseJson(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString());
  if (Array.isArray(parsed)) return malformed('Batches are not supported: send one operation in each request.');
  return isMap(parsed) ? parametersIn(parsed) : malformed('Send a JSON object with the member "query".');
}

/**
 * The parameters in the URL of a GET, or why there are none. An empty one counts as left out.
 * https://graphql.github.io/graphql-over-http/draft/#sec-GET
 */
export function parametersInUrl(url: string): GraphQLParameters | GraphQLError {
  const start = url.indexOf('?');
  const search = start < 0 ? '' : url.slice(start + 1);
  if (!isDecodable(search)) return malformed('The URL is not percent-encoded UTF-8.');
  const given = new URLSearchParams(search);
  for (const name of PARAMETERS) {
    // Of two, a proxy in front may have believed the other.
    if (given.getAll(name).length > 1) return malformed(`Send the parameter "${name}" once.`);
  }
  const text = (name: string) => given.get(name) || undefined;
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
/** Names that clients give to the id of a document that the server is to know already. */
const DOCUMENT_IDS = ['documentId', 'doc_id', 'id'];

/** Members that the specification does not know mean nothing, as it reserves their names. */
function parametersIn(given: Readonly<Record<string, unknown>>): GraphQLParameters | GraphQLError {
  const { query, operationName, variables, extensions } = given;
  if (variables != null && !isMap(variables)) return malformed('"variables" must be a JSON object.');
  if (extensions != null && !isMap(extensions)) return malformed('"extensions" must be a JSON object.');
  if (operationName != null && typeof operationName !== 'string') return malformed('"operationName" must be a string.');
  if (query == null && isPersisted(given)) return persistedQueryNotSupported();
  if (typeof query !== 'string') return malformed('"query" must be a string that holds the document.');
  // No operation can have the empty name: clients send it for none.
  return { query, variables: variables ?? {}, ...(operationName && { operationName }) };
}

function isPersisted({ extensions, ...given }: Readonly<Record<string, unknown>>): boolean {
  return (isMap(extensions) && isMap(extensions.persistedQuery)) || DOCUMENT_IDS.some((name) => given[name] != null);
}

/**
 * Clients look for these very words, and then send the text. `spec` lets those that accept nothing but application/json
 * have status 200, as Apollo's server does: some of them read no other answer.
 */
function persistedQueryNotSupported(): GraphQLError {
  return new GraphQLError('PersistedQueryNotSupported', {
    extensions: { code: 'PERSISTED_QUERY_NOT_SUPPORTED' satisfies GatewayErrorCode, http: { status: 400, spec: true } },
  });
}

function malformed(message: string): GraphQLError {
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

/** `NaN`, which JSON cannot say, for what is no JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return Number.NaN;
  }
}
