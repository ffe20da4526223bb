import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { ExecutionResult } from 'graphql';
import type { Viewer } from '../graphql/context.ts';
import type { FlowCookie } from '../installations/connect.ts';
import type { Logger } from '../lib/logger.ts';
import type { PromiseOrValue } from '../lib/promise-or-value.ts';
import type { RecordRequest } from './request-log.ts';
import type { Authenticate } from './viewer.ts';

/** A GraphQL request's parameters, as its body holds them. */
export interface GraphQLParameters {
  query: string;
  variables: Record<string, unknown>;
  operationName: string | undefined;
}

export interface DirectGraphQLOptions {
  readonly authenticate: Authenticate;
  /** The result as clients see it; `undefined`, or without `data`, when nothing was executed. */
  readonly execute: (parameters: GraphQLParameters, context: DirectContext) => Promise<ExecutionResult | undefined>;
  readonly setCookie: (cookie: FlowCookie) => string;
  readonly corsOrigins: readonly string[];
  readonly record: RecordRequest;
  readonly logger: Logger;
}

export interface DirectContext {
  readonly viewer: Viewer;
  readonly responseCookies: FlowCookie[];
  /** Aborted when the client is gone. */
  readonly signal: AbortSignal;
}

/** Answers a request itself, or hands over what it read of the body to whoever answers everything else. */
export type AnswerDirectly = (
  request: IncomingMessage,
  response: ServerResponse,
  otherwise: (body: Buffer) => void,
) => void;

const PATH = '/graphql';

/**
 * The short way through for what nearly all requests are: a GraphQL operation as JSON, by a viewer with a valid token,
 * that was seen before. It leaves out the web's `Request`, `Response` and streams, which cost more than a small operation
 * itself. Whatever is unusual in any way has not been executed, and goes the long way, which knows every rule.
 */
export function answerDirectly(options: DirectGraphQLOptions): AnswerDirectly {
  const { execute, record, logger } = options;
  return (request, response, otherwise) => {
    const { requestId, finish } = record();
    // From now on: a client may leave while its token is looked at.
    const signal = signalOf(response);
    whenRead(request, async (body) => {
      const operation = await operationIn(request, body, options);
      if (!operation) return otherwise(body);
      const { parameters, viewer } = operation;
      const context = { viewer, responseCookies: [], signal };
      try {
        const result = await execute(parameters, context);
        if (!result || !('data' in result)) return otherwise(body);
        const text = JSON.stringify(result);
        // 499 is what nginx calls a client that did not wait.
        finish(request.method, PATH, response.destroyed ? 499 : 200);
        response
          .writeHead(200, headersOf(request, { text, requestId, responseCookies: context.responseCookies }, options))
          .end(text);
      } catch (error) {
        // It may have been executed: nobody else may try again.
        logger.error({ err: error, requestId }, 'a request failed unexpectedly');
        finish(request.method, PATH, 500);
        if (response.headersSent) response.destroy();
        else response.writeHead(500, { 'x-request-id': requestId }).end();
      }
    });
  };
}

function signalOf(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => response.writableFinished || controller.abort());
  return controller.signal;
}

/** A client that goes away in the middle is nobody to answer. */
function whenRead(request: IncomingMessage, done: (body: Buffer) => void): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.once('end', () => {
    const [first] = chunks;
    done(first && chunks.length === 1 ? first : Buffer.concat(chunks));
  });
}

/** True for a request that may go the short way, by what is known before its body. */
export function isDirect({ method, url, headers }: IncomingMessage): boolean {
  return (
    method === 'POST' &&
    url === PATH &&
    JSON_TYPE.test(headers['content-type'] ?? '') &&
    headers['content-encoding'] === undefined &&
    answerType(headers.accept) !== undefined
  );
}

const JSON_TYPE = /^application\/json(; ?charset=utf-8)?$/i;
const JSON_ANSWER = 'application/json; charset=utf-8';
/** Answers by the media range that asks for them, as the long way gives them. */
const ANSWERS: Readonly<Record<string, string>> = {
  '*/*': JSON_ANSWER,
  'application/*': JSON_ANSWER,
  'application/json': JSON_ANSWER,
  'application/graphql-response+json': 'application/graphql-response+json; charset=utf-8',
};

/** The first media range that has an answer decides; `undefined` when none of them is a plain one. */
function answerType(accept = '*/*'): string | undefined {
  if (accept === '*/*') return JSON_ANSWER;
  if (accept.includes('charset')) return undefined;
  const asked = accept.split(',').map((range) => range.split(';', 1)[0]?.trim().toLowerCase() ?? '');
  return ANSWERS[asked.find((range) => Object.hasOwn(ANSWERS, range)) ?? ''];
}

interface DirectOperation {
  readonly parameters: GraphQLParameters;
  readonly viewer: Viewer;
}

/** `undefined` when the body is not one operation, or nobody valid sent it. */
function operationIn(
  { headers }: IncomingMessage,
  body: Buffer,
  { authenticate }: DirectGraphQLOptions,
): PromiseOrValue<DirectOperation | undefined> {
  const parameters = parametersOf(body);
  if (!parameters) return undefined;
  const viewer = authenticate(headers.authorization ?? null);
  if (!(viewer instanceof Promise)) return { parameters, viewer };
  return viewer.then(
    (found) => ({ parameters, viewer: found }),
    () => undefined,
  );
}

/** `undefined` for what is not one operation with its name and variables. */
function parametersOf(body: Buffer): GraphQLParameters | undefined {
  // A byte order mark and bytes that are no UTF-8 make the parser fail, or what it reads differ from what was sent.
  if (!isUtf8(body)) return undefined;
  const parsed = parseJson(body.toString());
  if (!isMap(parsed)) return undefined;
  for (const name of Object.keys(parsed)) if (!PARAMETERS.has(name)) return undefined;
  const { query, operationName, variables, extensions } = parsed;
  if (typeof query !== 'string' || !(operationName == null || typeof operationName === 'string')) return undefined;
  if (!(variables == null || isMap(variables)) || !(extensions == null || isMap(extensions))) return undefined;
  return { query, variables: variables ?? {}, operationName: operationName ?? undefined };
}

const PARAMETERS: ReadonlySet<string> = new Set(['query', 'operationName', 'variables', 'extensions']);

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `undefined` for what is no JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

interface Answer extends Pick<DirectContext, 'responseCookies'> {
  readonly text: string;
  readonly requestId: string;
}

function headersOf(
  { headers }: IncomingMessage,
  { text, requestId, responseCookies }: Answer,
  { corsOrigins, setCookie }: DirectGraphQLOptions,
): OutgoingHttpHeaders {
  const { origin } = headers;
  const isAllowed = origin !== undefined && corsOrigins.includes(origin);
  return {
    'content-type': answerType(headers.accept),
    'content-length': Buffer.byteLength(text),
    'x-request-id': requestId,
    ...(corsOrigins.length > 0 && { vary: 'Origin' }),
    ...(isAllowed && { 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true' }),
    ...(responseCookies.length > 0 && {
      'set-cookie': responseCookies.map(setCookie),
      'cache-control': 'no-store',
    }),
  };
}
