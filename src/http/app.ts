import { isGatewayError } from '../errors.ts';
import type { Logger } from '../lib/logging/logger.ts';
import type { Metrics } from '../lib/metrics.ts';
import type { AnswerHeaders, Headers } from './answer-headers.ts';
import { INTERNAL_ERROR_BODY } from './error-body.ts';
import { CALLBACK_PATH } from './public-paths.ts';
import { isForBrowser } from './request-head.ts';
import type { RecordRequest } from './request-log.ts';

export interface AppOptions {
  /** `arrivedAt` is the time at which the request began to arrive, on the monotonic clock. */
  readonly graphql: (request: Request, arrivedAt: number) => Promise<Response>;
  /** Answers a browser's `GET /graphql`; `undefined` when GraphiQL is off. */
  readonly graphiql: (() => Promise<Response>) | undefined;
  readonly oauthCallback: (request: Request) => Promise<Response>;
  readonly ready: () => Promise<boolean>;
  /** `undefined` when `/metrics` has a port of its own. */
  readonly metrics: Metrics | undefined;
  readonly answerHeaders: AnswerHeaders;
  readonly record: RecordRequest;
  readonly logger: Logger;
}

interface Route {
  readonly name: string;
  readonly handle: (request: Request, arrivedAt: number) => Promise<Response> | Response;
  /** True for the GraphQL endpoint. Its clients expect JSON, and can be pages of other origins. */
  readonly isGraphQL?: boolean;
}

type Routes = ReadonlyMap<string, Route>;

/** Answers a request. `arrivedAt` is on the monotonic clock; without it, the request arrives now. */
type App = (request: Request, arrivedAt?: number) => Promise<Response>;

/** A function that serves all routes of the gateway. Each request writes one log line, and counts in the metrics. */
export function createApp(options: AppOptions): App {
  return answerBy(createRoutes(options), options);
}

/** A function that serves only `/metrics`, for a port of its own. */
export function createMetricsApp(
  options: Pick<AppOptions, 'answerHeaders' | 'record' | 'logger'> & { readonly metrics: Metrics },
): App {
  return answerBy(new Map([metricsRoute(options.metrics)]), options);
}

function answerBy(
  routes: Routes,
  { answerHeaders, record, logger }: Pick<AppOptions, 'answerHeaders' | 'record' | 'logger'>,
): App {
  return async (request, since) => {
    const { requestId, arrivedAt, finish } = record(since);
    const { pathname } = new URL(request.url);
    const route = routes.get(pathname) ?? NOT_FOUND;
    const response = await answer(route, request, { logger, requestId, arrivedAt });
    response.headers.set('x-request-id', requestId);
    if (route.isGraphQL) addHeaders(response, answerHeaders.of(request.headers.get('origin')));
    finish(request.method, route.name, response.status);
    return response;
  };
}

interface AnswerContext {
  readonly logger: Logger;
  readonly requestId: string;
  readonly arrivedAt: number;
}

async function answer(
  route: Route,
  request: Request,
  { logger, requestId, arrivedAt }: AnswerContext,
): Promise<Response> {
  try {
    return await route.handle(request, arrivedAt);
  } catch (error) {
    // The client has disconnected. Logs and metrics show nginx's status 499.
    if (request.signal.aborted) return text(499, 'Client Closed Request');
    logger.error(
      { err: error, requestId, code: isGatewayError(error) ? error.code : undefined },
      'a request failed unexpectedly',
    );
    if (!route.isGraphQL) return text(500, 'Internal Server Error');
    return new Response(INTERNAL_ERROR_BODY, { status: 500, headers: { 'content-type': 'application/json' } });
  }
}

function addHeaders({ headers }: Response, added: Headers): void {
  for (const [name, value] of Object.entries(added)) {
    if (name === 'vary') headers.append(name, value);
    else headers.set(name, value);
  }
}

/** The liveness probe. It does not depend on other parts of the gateway. */
export const LIVE_PATH = '/health/live';

const NOT_FOUND: Route = { name: 'unknown', handle: () => text(404, 'Not Found') };

function createRoutes(options: AppOptions): Routes {
  const { oauthCallback, ready, metrics } = options;
  const graphql: Route = { name: '/graphql', handle: answerGraphQL(options), isGraphQL: true };
  return new Map([
    [graphql.name, graphql],
    routeAt(CALLBACK_PATH, oauthCallback),
    routeAt(
      LIVE_PATH,
      onlyGet(() => text(200, 'ok')),
    ),
    routeAt(
      '/health/ready',
      onlyGet(async () => ((await ready()) ? text(200, 'ok') : text(503, 'not ready'))),
    ),
    ...(metrics ? [metricsRoute(metrics)] : []),
  ]);
}

function metricsRoute({ registry }: Metrics): [string, Route] {
  const answerMetrics = async () => text(200, await registry.metrics(), { 'content-type': registry.contentType });
  return routeAt('/metrics', onlyGet(answerMetrics));
}

function routeAt(path: string, handle: Route['handle']): [string, Route] {
  return [path, { name: path, handle }];
}

function answerGraphQL({ graphql, graphiql, answerHeaders }: AppOptions): Route['handle'] {
  return (request, arrivedAt) => {
    const { method, headers } = request;
    if (graphiql && isForBrowser(method, headers.get('accept'))) return graphiql();
    if (method !== 'OPTIONS') return graphql(request, arrivedAt);
    const requested = headers.get('access-control-request-headers');
    return new Response(null, { status: 204, headers: answerHeaders.ofPreflight(headers.get('origin'), requested) });
  };
}

function onlyGet(handle: () => Promise<Response> | Response): Route['handle'] {
  return ({ method }) =>
    method === 'GET' || method === 'HEAD' ? handle() : text(405, 'Method Not Allowed', { allow: 'GET' });
}

function text(status: number, body: string, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(body, { status, headers: { 'content-type': 'text/plain; charset=utf-8', ...headers } });
}
