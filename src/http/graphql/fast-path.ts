import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { type ExecutionResult, GraphQLError } from 'graphql';
import type { Viewer } from '../../graphql/context.ts';
import type { FlowCookie } from '../../installations/flow-cookies.ts';
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
import { type HeadRefusal, isForBrowser, judgeHead } from '../request-head.ts';
import type { RecordRequest, RequestRecord } from '../request-log.ts';
import { type GraphQLParameters, parametersInBody, parametersInUrl } from './graphql-parameters.ts';

export interface DirectGraphQLOptions {
  readonly authenticate: Authenticate;
  /** The result as clients see it; `undefined`, or without `data`, when nothing was executed. */
  readonly execute: (parameters: GraphQLParameters, context: DirectContext) => Promise<ExecutionResult | undefined>;
  readonly setCookies: SetFlowCookies;
  readonly readBody: ReadBody;
  readonly answerHeaders: AnswerHeaders;
  readonly logRefusal: LogRefusal<ViewerRefusal>;
  readonly record: RecordRequest;
  readonly logger: Logger;
}

export interface DirectContext {
  readonly viewer: Viewer;
  readonly responseCookies: FlowCookie[];
  /** When the request began to arrive, on the monotonic clock. */
  readonly arrivedAt: number;
  /** Aborted when the client is gone. */
  readonly signal: AbortSignal;
  /** True where nothing but a query may run. */
  readonly readOnly: boolean;
}

/**
 * Answers a request itself, or hands it over to whoever answers everything else: when it arrived, on the monotonic
 * clock, and its body, if that was read.
 */
export type AnswerDirectly = (
  request: IncomingMessage,
  response: ServerResponse,
  otherwise: (arrivedAt: number, body?: Buffer) => void,
) => void;

const PATH = '/graphql';

/** True for what is GraphQL's, whatever it may be. */
export function isGraphQL({ url = '' }: IncomingMessage): boolean {
  return url === PATH || url.startsWith(`${PATH}?`);
}

/**
 * The short way through for what nearly all requests are: a GraphQL operation by a viewer with a valid token, that was
 * seen before. It leaves out the web's `Request`, `Response` and streams, which cost more than a small operation itself.
 * Whatever is unusual in any way has not been executed, and goes the long way, which knows every rule. Bodies of both
 * ways are read here, once head and sender are found good; where they are not, the answer comes before the body.
 */
export function answerDirectly(options: DirectGraphQLOptions): AnswerDirectly {
  return (request, response, otherwise) => {
    const { requestId, arrivedAt, finish } = options.record();
    // From now on: a client may leave while its token is looked at.
    const signal = signalOf(response);
    const common = () => commonHeaders({ request, requestId }, options);
    const refuse = ({ status, headers, body }: EarlyAnswer) => {
      finish(request.method, PATH, response.destroyed ? 499 : status);
      sendEarly(response, { status, headers: { ...common(), ...headers }, body });
    };
    const type = answerTypeOf(request);
    if (type === undefined) return otherwise(arrivedAt);
    if (typeof type !== 'string') return refuse(answerTo(type));
    const refuseViewer = (error: unknown) => {
      try {
        refuse(answerWithoutViewer(error, options.logRefusal));
      } catch (failure) {
        options.logger.error({ err: failure, requestId }, 'a request failed unexpectedly');
        refuse({ status: 500, headers: {}, body: INTERNAL_ERROR_BODY });
      }
    };
    whenKnown(options.authenticate(request.headers.authorization ?? null), refuseViewer, (viewer) => {
      const exchange = { request, response, requestId, arrivedAt, finish, signal, viewer, type };
      if (request.method === 'GET')
        return void answer(parametersInUrl(request.url ?? ''), exchange, options, () => otherwise(arrivedAt));
      // Nothing speaks against a client that waits to be asked for its body.
      if (request.headers.expect !== undefined) response.writeContinue();
      options.readBody(request, (body) => {
        if (body === 503) return refuse(overloadedAnswer(overloaded(BODIES_RETRY_MS)));
        if (body !== 413) {
          return void answer(parametersInBody(body), exchange, options, () => otherwise(arrivedAt, body));
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

/** Bodies arrive, or are given up, soon. */
const BODIES_RETRY_MS = 1_000;

function answerTo({ status, message, headers = {} }: HeadRefusal): EarlyAnswer {
  return { status, headers, body: errorBody('BAD_USER_INPUT', message) };
}

/** `undefined` for what the long way answers with a page, or without a body. */
function answerTypeOf({ method, headers }: IncomingMessage): AnswerType | HeadRefusal | undefined {
  if (method === 'OPTIONS' || isForBrowser(method, headers.accept)) return undefined;
  return judgeHead({
    method,
    contentType: headers['content-type'],
    contentEncoding: headers['content-encoding'],
    accept: headers.accept,
  });
}

/** At once for a token that was seen before. */
function whenKnown(
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
  options: DirectGraphQLOptions,
  otherwise: () => void,
): Promise<void> {
  if (parameters instanceof GraphQLError || !isSingle(exchange.type)) return otherwise();
  const { request, response, requestId, arrivedAt, finish, signal, viewer } = exchange;
  const readOnly = request.method === 'GET';
  const context: DirectContext = { viewer, responseCookies: [], arrivedAt, signal, readOnly };
  try {
    const result = await options.execute(parameters, context);
    if (!result || !('data' in result)) return otherwise();
    const cookies = options.setCookies(context.responseCookies, request.headers.cookie);
    const headers = cookies.length > 0 ? { 'set-cookie': cookies } : {};
    send(exchange, options, { status: 200, headers, body: JSON.stringify(result) });
  } catch (error) {
    if (isOverloaded(error)) return send(exchange, options, withoutConnection(overloadedAnswer(error)));
    // It may have been executed: nobody else may try again.
    options.logger.error({ err: error, requestId }, 'a request failed unexpectedly');
    finish(request.method, PATH, 500);
    if (response.headersSent) return void response.destroy();
    const headers = { ...commonHeaders(exchange, options), 'content-type': 'application/json' };
    response.writeHead(500, headers).end(INTERNAL_ERROR_BODY);
  }
}

/** Connections are bounded, too: one that found no room for its operation leaves its own to others. */
function withoutConnection(answer: EarlyAnswer): EarlyAnswer {
  return { ...answer, headers: { ...answer.headers, connection: 'close' } };
}

function send(
  exchange: Exchange,
  options: DirectGraphQLOptions,
  { status, headers, body }: { status: number; headers: OutgoingHttpHeaders; body: string },
): void {
  const { request, response, finish, type } = exchange;
  // 499 is what nginx calls a client that did not wait.
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
  { answerHeaders }: DirectGraphQLOptions,
): Headers {
  return { ...answerHeaders.of(request.headers.origin), 'x-request-id': requestId };
}
