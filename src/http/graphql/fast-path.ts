import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { type ExecutionResult, GraphQLError } from 'graphql';
import type { Viewer } from '../../graphql/context.ts';
import type { FlowCookie } from '../../installations/connect/flow-cookies.ts';
import type { Logger } from '../../lib/logging/logger.ts';
import type { LogRefusal } from '../../lib/logging/refusal-log.ts';
import type { PromiseOrValue } from '../../lib/promise-or-value.ts';
import { isOverloaded, overloaded, overloadedAnswer } from '../admission.ts';
import type { AnswerHeaders, Headers } from '../answer-headers.ts';
import type { Authenticate } from '../auth/viewer.ts';
import { answerWithoutViewer } from '../auth/viewer-answer.ts';
import type { ViewerRefusal } from '../auth/viewer-refused-error.ts';
import type { ReadBody } from '../body.ts';
import { errorBody, INTERNAL_ERROR_BODY } from '../error-body.ts';
import { type AnswerType, isSingle } from '../media-types.ts';
import type { SetFlowCookies } from '../oauth/cookies.ts';
import { type EarlyAnswer, sendEarly, sendRefusal } from '../refusal.ts';
import { checkHead, type HeadRefusal, isForBrowser } from '../request-head.ts';
import type { RecordRequest, RequestRecord } from '../request-log.ts';
import { type GraphQLParameters, parametersInBody, parametersInUrl } from './graphql-parameters.ts';
import { executedStatus } from './status.ts';

export interface FastPathOptions {
  readonly authenticate: Authenticate;
  /** The result for the client; `undefined` when the request must take the full path, and nothing was executed. */
  readonly execute: (parameters: GraphQLParameters, context: FastPathContext) => Promise<ExecutionResult | undefined>;
  readonly setCookies: SetFlowCookies;
  readonly readBody: ReadBody;
  readonly answerHeaders: AnswerHeaders;
  readonly logRefusal: LogRefusal<ViewerRefusal>;
  readonly record: RecordRequest;
  readonly logger: Logger;
}

export interface FastPathContext {
  readonly viewer: Viewer;
  readonly responseCookies: FlowCookie[];
  /** When the request began to arrive, on the monotonic clock. */
  readonly arrivedAt: number;
  /** Aborted when the client disconnects. */
  readonly signal: AbortSignal;
  /** True when only a query may run. */
  readonly readOnly: boolean;
  /** True when the client accepts only an answer in parts. */
  readonly inParts: boolean;
}

/**
 * Answers a request, or calls `fullPath` with the time of its arrival on the monotonic clock, and with its body if the
 * body was read.
 */
export type FastPath = (
  request: IncomingMessage,
  response: ServerResponse,
  fullPath: (arrivedAt: number, body?: Buffer) => void,
) => void;

const PATH = '/graphql';

/** True for all requests of the GraphQL endpoint. */
export function isGraphQL({ url = '' }: IncomingMessage): boolean {
  return url === PATH || url.startsWith(`${PATH}?`);
}

/**
 * The fast path for most requests: a known GraphQL document, sent by a viewer with a valid token. It does not use the
 * web's `Request`, `Response` and streams, which cost more than a small operation. All other requests take the full path,
 * which implements all rules, before anything is executed. The fast path reads the bodies for both paths, after it has
 * checked the head and the token. A request with an invalid head or token gets its answer before its body is read.
 */
export function createFastPath(options: FastPathOptions): FastPath {
  return (request, response, fullPath) => {
    const { requestId, arrivedAt, finish } = options.record();
    // Created before the token is verified, because the client can disconnect meanwhile.
    const signal = signalOf(response);
    const common = () => commonHeaders({ request, requestId }, options);
    const refuse = ({ status, headers, body }: EarlyAnswer) => {
      finish(request.method, PATH, response.destroyed ? 499 : status);
      sendEarly(response, { status, headers: { ...common(), ...headers }, body });
    };
    const type = answerTypeOf(request);
    if (type === undefined) return fullPath(arrivedAt);
    if (typeof type !== 'string') return refuse(answerTo(type));
    const refuseViewer = (error: unknown) => {
      try {
        refuse(answerWithoutViewer(error, options.logRefusal));
      } catch (failure) {
        options.logger.error({ err: failure, requestId }, 'a request failed unexpectedly');
        refuse({ status: 500, headers: {}, body: INTERNAL_ERROR_BODY });
      }
    };
    withViewer(options.authenticate(request.headers.authorization ?? null), refuseViewer, (viewer) => {
      const exchange = { request, response, requestId, arrivedAt, finish, signal, viewer, type };
      if (request.method === 'GET')
        return void answer(parametersInUrl(request.url ?? ''), exchange, options, () => fullPath(arrivedAt));
      // The head and the token are valid, so the client may send its body.
      if (request.headers.expect !== undefined) response.writeContinue();
      options.readBody({ request, response, tenantId: viewer.tenantId }, (body) => {
        if (body === 503) return refuse(overloadedAnswer(overloaded(BODIES_RETRY_MS)));
        if (body !== 413) {
          return void answer(parametersInBody(body), exchange, options, () => fullPath(arrivedAt, body));
        }
        finish(request.method, PATH, 413);
        sendRefusal(response, 413, common());
      });
    });
  };
}

function signalOf(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => response.writableFinished || controller.abort());
  return controller.signal;
}

/** Bodies take little time to arrive. */
const BODIES_RETRY_MS = 1_000;

function answerTo({ status, message, headers = {} }: HeadRefusal): EarlyAnswer {
  return { status, headers, body: errorBody('BAD_USER_INPUT', message) };
}

/** `undefined` for requests whose answer on the full path is a page, or has no body. */
function answerTypeOf({ method, headers }: IncomingMessage): AnswerType | HeadRefusal | undefined {
  if (method === 'OPTIONS' || isForBrowser(method, headers.accept)) return undefined;
  return checkHead({
    method,
    contentType: headers['content-type'],
    contentEncoding: headers['content-encoding'],
    accept: headers.accept,
  });
}

/** Calls `next` synchronously for a cached token. */
function withViewer(
  viewer: PromiseOrValue<Viewer>,
  refuse: (error: unknown) => void,
  next: (viewer: Viewer) => void,
): void {
  if (viewer instanceof Promise) viewer.then(next, refuse);
  else next(viewer);
}

interface Exchange extends RequestRecord {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly signal: AbortSignal;
  readonly viewer: Viewer;
  readonly type: AnswerType;
}

async function answer(
  parameters: GraphQLParameters | GraphQLError,
  exchange: Exchange,
  options: FastPathOptions,
  fullPath: () => void,
): Promise<void> {
  if (parameters instanceof GraphQLError) return fullPath();
  const { request, response, requestId, arrivedAt, finish, signal, viewer, type } = exchange;
  const facts = { readOnly: request.method === 'GET', inParts: !isSingle(type) };
  const context: FastPathContext = { viewer, responseCookies: [], arrivedAt, signal, ...facts };
  try {
    const result = await options.execute(parameters, context);
    if (!result) return fullPath();
    const { responseCookies } = context;
    const headers =
      responseCookies.length > 0 ? { 'set-cookie': options.setCookies(responseCookies, request.headers.cookie) } : {};
    send(exchange, options, { status: executedStatus(result, exchange.type), headers, body: JSON.stringify(result) });
  } catch (error) {
    if (isOverloaded(error)) return send(exchange, options, withoutConnection(overloadedAnswer(error)));
    // The operation may have been executed, so the full path must not execute it again.
    options.logger.error({ err: error, requestId }, 'a request failed unexpectedly');
    finish(request.method, PATH, 500);
    if (response.headersSent) return void response.destroy();
    const headers = { ...commonHeaders(exchange, options), 'content-type': 'application/json' };
    response.writeHead(500, headers).end(INTERNAL_ERROR_BODY);
  }
}

/** Closes the connection of a refused operation, because the number of connections is limited, too. */
function withoutConnection(answer: EarlyAnswer): EarlyAnswer {
  return { ...answer, headers: { ...answer.headers, connection: 'close' } };
}

function send(
  exchange: Exchange,
  options: FastPathOptions,
  { status, headers, body }: { status: number; headers: OutgoingHttpHeaders; body: string },
): void {
  const { request, response, finish, type } = exchange;
  // 499 is nginx's status for a client that has disconnected.
  finish(request.method, PATH, response.destroyed ? 499 : status);
  response
    .writeHead(status, {
      ...commonHeaders(exchange, options),
      'content-type': `${type}; charset=utf-8`,
      'content-length': Buffer.byteLength(body),
      ...headers,
    })
    .end(body);
}

function commonHeaders(
  { request, requestId }: Pick<Exchange, 'request' | 'requestId'>,
  { answerHeaders }: FastPathOptions,
): Headers {
  return { ...answerHeaders.of(request.headers.origin), 'x-request-id': requestId };
}
