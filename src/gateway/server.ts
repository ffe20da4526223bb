import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Dispatcher } from 'undici';
import type { Config } from '../config.ts';
import { createAnswerHeaders } from '../http/answer-headers.ts';
import { createApp, createMetricsApp, LIVE_PATH } from '../http/app.ts';
import { createAuthenticator } from '../http/auth/viewer.ts';
import type { ViewerRefusal } from '../http/auth/viewer-refused-error.ts';
import { createBodyReader } from '../http/body.ts';
import { Connections } from '../http/connections.ts';
import { createFastPath } from '../http/graphql/fast-path.ts';
import { createGraphiQL } from '../http/graphql/graphiql.ts';
import type { GraphiQLDefaults } from '../http/graphql/graphiql-tabs.ts';
import { createGraphQLEndpoint, type GraphQLEndpointOptions } from '../http/graphql/graphql-endpoint.ts';
import { flowCookieLines } from '../http/oauth/cookies.ts';
import { createOAuthCallback } from '../http/oauth/oauth-callback.ts';
import { prefixOf, routed, routePaths } from '../http/public-paths.ts';
import { recordRequests } from '../http/request-log.ts';
import { BACKLOG, createHttpServer } from '../http/server.ts';
import { UnreadAnswers } from '../http/unread-answers.ts';
import { createProxiedPool } from '../hubspot/client.ts';
import type { ConnectFlow } from '../installations/connect/connect.ts';
import type { Marketplace } from '../installations/connect/marketplace.ts';
import type { EventLoopTurns } from '../lib/event-loop-turns.ts';
import type { Logger } from '../lib/logging/logger.ts';
import { createRefusalLog, type RefusalKind } from '../lib/logging/refusal-log.ts';
import type { Metrics } from '../lib/metrics.ts';
import { proxyFor } from '../lib/proxy.ts';
import type { Readiness } from '../lib/readiness.ts';
import type { Clock } from '../lib/time/clock.ts';

const VIEWER_REFUSED: RefusalKind = { door: 'viewer', level: 'info', message: 'no valid viewer' };
const OVERLOADED: RefusalKind = { door: 'operation', level: 'warn', message: 'an operation found no room' };
const CALLBACK_REFUSED: RefusalKind = { door: 'callback', level: 'warn', message: 'an OAuth callback was refused' };

export interface GatewayServerOptions {
  readonly config: Config;
  readonly graphiql: GraphiQLDefaults | undefined;
  /** The base of all URLs that the gateway sends. With `PORT=0`, it is known only after `listen`. */
  readonly publicUrl: () => string;
  readonly redirectUri: () => string;
  readonly contextFor: GraphQLEndpointOptions['contextFor'];
  readonly turns: EventLoopTurns;
  readonly connect: ConnectFlow;
  readonly marketplace: Marketplace;
  readonly readiness: Readiness;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface Ports {
  readonly port: number;
  /** Set when `/metrics` has a port of its own. */
  readonly metricsPort?: number;
}

/** The HTTP servers of the gateway. */
export interface GatewayServer {
  /** Answers a request without a socket, on any of its public paths. `arrivedAt` is on the monotonic clock. */
  fetch(request: Request, arrivedAt: number): Promise<Response>;
  /** True for the liveness probe, which does not depend on other parts of the gateway. */
  isLive(request: Request): boolean;
  /** Listens on the configured ports. */
  listen(): Promise<Ports>;
  /** Resolves as soon as no request of a socket is in flight. */
  idle(): Promise<void>;
  /** Stops listening, and resolves when the last request is answered. */
  close(): Promise<void>;
}

export function createGatewayServer(options: GatewayServerOptions): GatewayServer {
  const { config, publicUrl, redirectUri, connect, marketplace, readiness, metrics, clock, logger } = options;
  const keySetProxy = createKeySetProxy(config);
  const authenticate = createAuthenticator({ ...config.auth, clock, keySetProxy, logger });
  const record = recordRequests({ metrics, clock, logger });
  const answerHeaders = createAnswerHeaders(config.corsOrigins);
  const secureCookies = () => publicUrl().startsWith('https:');
  const setCookies = flowCookieLines(connect.cookies, secureCookies);
  const logRefusal = createRefusalLog<ViewerRefusal>({ logger, clock, metrics }, VIEWER_REFUSED);
  const graphql = createGraphQLEndpoint({
    authenticate,
    contextFor: options.contextFor,
    turns: options.turns,
    introspection: config.introspection,
    maxRows: config.maxAnswerRows,
    limits: config.maxOperations,
    logOverload: createRefusalLog({ logger, clock, metrics }, OVERLOADED),
    ...{ setCookies, logRefusal, metrics, logger },
  });
  const app = createApp({
    graphql: graphql.answer,
    graphiql: config.graphiql
      ? createGraphiQL(`${prefixOf({ publicUrl: publicUrl() })}/graphql`, options.graphiql)
      : undefined,
    oauthCallback: createOAuthCallback({
      ...{ connect, marketplace },
      callbackUrl: redirectUri,
      secureCookies,
      issuer: config.hubspot.issuer,
      logRefusal: createRefusalLog({ logger, clock, metrics }, CALLBACK_REFUSED),
    }),
    ready: () => readiness.isReady(),
    metrics: config.metrics ? undefined : metrics,
    answerHeaders,
    record,
    logger,
  });
  const readBody = createBodyReader();
  const fastPath = createFastPath({
    ...{ authenticate, execute: graphql.execute, setCookies, readBody, answerHeaders, logRefusal, record, logger },
  });
  const routeOf = routePaths({ publicUrl: publicUrl(), redirectUri: config.hubspot.redirectUri });
  const server = createHttpServer({
    ...{ fetch: app, fastPath, answerHeaders, routeOf, logger },
    unreadAnswers: new UnreadAnswers({ metrics }),
    isDraining: () => readiness.isStopping,
  });
  const connections = new Connections(server);
  const metricsServer = createHttpServer({
    ...{ fetch: createMetricsApp({ metrics, answerHeaders, record, logger }), answerHeaders, logger },
    fastPath: (_request, _response, fullPath) => fullPath(clock.monotonic()),
    unreadAnswers: new UnreadAnswers({ metrics }),
  });
  const metricsConnections = new Connections(metricsServer);

  return {
    fetch: (request, arrivedAt) => app(routed(request, routeOf), arrivedAt),
    isLive: (request) => new URL(routed(request, routeOf).url).pathname === LIVE_PATH,
    async listen() {
      // The metrics port first, so that the gateway serves no request when that port is not free.
      const metricsPort = config.metrics && (await listenOn(metricsServer, config.metrics));
      const port = await listenOn(server, config);
      return { port, ...(metricsPort !== undefined && { metricsPort }) };
    },
    idle: () => connections.idle(),
    async close() {
      await connections.close();
      await metricsConnections.close();
      await keySetProxy?.close();
    },
  };
}

async function listenOn(server: Server, { port, host }: Pick<Config, 'port' | 'host'>): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, BACKLOG, resolve);
  });
  return (server.address() as AddressInfo).port; // A listening TCP server has an AddressInfo.
}

/** The proxy to the issuer's key set, if one is configured. */
function createKeySetProxy({ auth, proxy: settings }: Config): Dispatcher | undefined {
  if (auth.key.kind !== 'jwks') return undefined;
  const proxy = proxyFor(auth.key.url, settings);
  return proxy === undefined ? undefined : createProxiedPool(auth.key.url, proxy);
}
