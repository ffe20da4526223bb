import type { AddressInfo } from 'node:net';
import type { Dispatcher } from 'undici';
import type { Config } from './config.ts';
import { LocalShare, type SharedBudget } from './connector/budget-share.ts';
import { Connectors } from './connector/connectors.ts';
import { LeasedShares } from './connector/leased-shares.ts';
import { measure } from './connector/measure.ts';
import { MetadataCache } from './connector/metadata-cache.ts';
import { PortalOutages } from './connector/portal-outages.ts';
import { PortalPipelines } from './connector/portal-pipelines.ts';
import { RateGovernors } from './connector/rate-governor.ts';
import { RecordCache } from './connector/record-cache.ts';
import { ArgumentDocuments } from './graphql/argument-documents.ts';
import { RECORD_VIEWS } from './graphql/record-views.ts';
import { RowBudget } from './graphql/row-budget.ts';
import { schema } from './graphql/schema.ts';
import { createAnswerHeaders } from './http/answer-headers.ts';
import { createApp, LIVE_PATH } from './http/app.ts';
import { createBodyReader } from './http/body.ts';
import { flowCookieLines } from './http/cookies.ts';
import { answerDirectly } from './http/direct-graphql.ts';
import { createGraphiQL, type GraphiQLDefaults } from './http/graphiql.ts';
import { createGraphQLEndpoint } from './http/graphql-endpoint.ts';
import { createOAuthCallback } from './http/oauth-callback.ts';
import { CALLBACK_PATH, prefixOf, routed, routePaths } from './http/public-paths.ts';
import { recordRequests } from './http/request-log.ts';
import { createHttpServer } from './http/server.ts';
import { UnreadAnswers } from './http/unread-answers.ts';
import { createAuthenticator } from './http/viewer.ts';
import type { ViewerRefusal } from './http/viewer-refused.ts';
import { createHubspotPool, createProxiedPool, createTransport } from './hubspot/client.ts';
import { OAuthClient } from './hubspot/oauth.ts';
import { tellOutcome } from './hubspot/write-outcome.ts';
import { ConnectFlow } from './installations/connect.ts';
import { GrantKeeper } from './installations/grant-keeper.ts';
import { InstallationDirectory } from './installations/installation-directory.ts';
import { InstallationLifecycle } from './installations/lifecycle.ts';
import { Revocations } from './installations/revocations.ts';
import { TokenExchange } from './installations/token-exchange.ts';
import { TokenManager } from './installations/token-manager.ts';
import { createAlarm } from './lib/alarm.ts';
import { type Clock, systemClock } from './lib/clock.ts';
import { createLogger, type Logger } from './lib/logger.ts';
import { createMetrics } from './lib/metrics.ts';
import { proxyFor } from './lib/proxy.ts';
import { Readiness } from './lib/readiness.ts';
import { createRefusalLog, type RefusalKind } from './lib/refusal-log.ts';
import { AuthorizationRequestStore } from './storage/authorization-request-store.ts';
import { BudgetSliceStore } from './storage/budget-slice-store.ts';
import { type Database, openDatabase } from './storage/database.ts';
import { EncryptionKeys } from './storage/encryption-keys.ts';
import { InstallationStore } from './storage/installation-store.ts';
import { RevocationStore } from './storage/revocation-store.ts';
import { logStorageOutages } from './storage/storage-outages.ts';
import { storageReadiness } from './storage/storage-readiness.ts';
import { TokenCipher } from './storage/token-cipher.ts';
import { TokenStore } from './storage/token-store.ts';

/** Replaces parts of the gateway: for tests and the demo. */
export interface GatewayOverrides {
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly database?: Database;
  readonly graphiql?: GraphiQLDefaults;
  /** What this process may ask of HubSpot per window, alone; infinite where a clock stands still. */
  readonly hubspotLimits?: Partial<Record<SharedBudget, number>>;
  /** How long one call of HubSpot may take, in milliseconds. */
  readonly callTimeoutMs?: number;
}

export interface Gateway {
  /** Answers a request without a socket, inside of another server. The first one starts the gateway. */
  fetch(request: Request): Promise<Response>;
  /** Brings the database up to date, once. `listen` and `fetch` do so by themselves; call it to hear of a failure early. */
  start(): Promise<void>;
  /** Brings the database up to date and listens. Resolves with the public URL. */
  listen(): Promise<string>;
  /** Says that it is not ready from now on, and serves on: the time for a load balancer to notice. */
  drain(): void;
  /** Stops listening, waits for what is under way, closes the database. */
  close(): Promise<void>;
}

/** An answer of the token endpoint is small; anything larger is not one. */
const MAX_TOKEN_RESPONSE_BYTES = 64 * 1024;
const VIEWER_REFUSED: RefusalKind = { door: 'viewer', level: 'info', message: 'no valid viewer' };
const CALLBACK_REFUSED: RefusalKind = { door: 'callback', level: 'warn', message: 'an OAuth callback was refused' };
/** HubSpot calls that one operation may cost. */
const MAX_CALLS_PER_OPERATION = 50;

/** Introduces all parts to each other. Nothing is opened before `listen`, `start` or `fetch`. */
export function createGateway(config: Config, overrides: GatewayOverrides = {}): Gateway {
  const clock = overrides.clock ?? systemClock;
  const logger = overrides.logger ?? createLogger(config.logLevel);
  const database = overrides.database ?? openDatabase({ ...config.database, clock });
  const metrics = createMetrics();
  const alarm = createAlarm(logger, metrics);
  logStorageOutages(database, { metrics, clock, logger });
  let publicUrl = config.publicUrl ?? 'http://localhost';

  const keys = new EncryptionKeys(database, new TokenCipher(config.encryptionKeys), alarm);
  const tokenStore = new TokenStore(database, keys);
  const revocationStore = new RevocationStore(database, keys);
  const installations = new InstallationStore(database, tokenStore, revocationStore);
  const directory = new InstallationDirectory({ installations, clock, logger });
  const requests = new AuthorizationRequestStore(database, keys);

  const { hubspot } = config;
  const basePath = new URL(hubspot.apiUrl).pathname.replace(/\/+$/, '');
  const proxy = proxyFor(hubspot.apiUrl, config.proxy);
  const poolOf = (maxResponseBytes?: number) =>
    proxy === undefined
      ? createHubspotPool(hubspot.apiUrl, maxResponseBytes)
      : createProxiedPool(hubspot.apiUrl, proxy, maxResponseBytes);
  const [apiPool, tokenPool] = [poolOf(), poolOf(MAX_TOKEN_RESPONSE_BYTES)];
  const keySetProxy = createKeySetProxy(config);
  const oauth = new OAuthClient({
    clientId: hubspot.clientId,
    clientSecret: hubspot.clientSecret,
    version: hubspot.apiVersion,
    pool: tokenPool,
    basePath,
    clock,
  });
  const grants = new GrantKeeper({ installations, directory, oauth, clock, logger });
  const exchange = new TokenExchange({ tokens: tokenStore, grants, oauth, clock, logger, metrics, alarm });
  const tokens = new TokenManager({ exchange, clock, logger });
  const redirectUri = () => hubspot.redirectUri ?? `${publicUrl}${CALLBACK_PATH}`;
  const connect = new ConnectFlow({
    clientId: hubspot.clientId,
    authorizeUrl: hubspot.authorizeUrl,
    redirectUri,
    registeredScopes: { required: hubspot.requiredScopes, optional: hubspot.optionalScopes },
    returnUrls: config.returnUrls,
    oauth,
    installations,
    directory,
    requests,
    clock,
    logger,
  });
  const timeout = overrides.callTimeoutMs === undefined ? {} : { timeoutMs: overrides.callTimeoutMs };
  const transport = measure(
    metrics,
    clock,
  )(tellOutcome(createTransport({ pool: apiPool, clock, basePath, ...timeout })));
  const api = { send: transport, version: hubspot.apiVersion };
  const revocations = new Revocations({ store: revocationStore, oauth, api, clock, logger });
  const lifecycle = new InstallationLifecycle({ installations, directory, tokens, revocations, logger });
  const shares = new LeasedShares({ store: new BudgetSliceStore(database), clock, logger });
  const isAlone = database.kind === 'sqlite' || overrides.hubspotLimits !== undefined;
  const governors = new RateGovernors({
    clock,
    metrics,
    logger,
    createShare: (hubId, usage) => (isAlone ? new LocalShare(usage, overrides.hubspotLimits) : shares.of(hubId, usage)),
  });
  metrics.watchPausedPortals(() => governors.paused);
  const pipelines = new PortalPipelines({
    tokens,
    grants,
    transport,
    apiVersion: hubspot.apiVersion,
    governors,
    outages: new PortalOutages(clock, logger),
    metadata: new MetadataCache(clock),
    recordCache: config.cacheTtlMs > 0 ? new RecordCache({ ttlMs: config.cacheTtlMs, clock, metrics }) : undefined,
    clock,
  });
  const connectorOptions = {
    ...{ directory, installations, pipelines, governors, clock },
    recordClasses: RECORD_VIEWS,
    maxCalls: MAX_CALLS_PER_OPERATION,
  };
  const secureCookies = () => publicUrl.startsWith('https:');
  const setCookies = flowCookieLines(connect.cookies, secureCookies);

  const documents = new ArgumentDocuments(schema);
  const authenticate = createAuthenticator({ ...config.auth, clock, keySetProxy, logger });
  const record = recordRequests({ metrics, clock, logger });
  const answerHeaders = createAnswerHeaders(config.corsOrigins);
  const logViewerRefusal = createRefusalLog<ViewerRefusal>({ logger, clock, metrics }, VIEWER_REFUSED);
  const graphql = createGraphQLEndpoint({
    authenticate,
    contextFor: ({ id: viewerId, tenantId }, signal) => ({
      connectors: new Connectors({ tenantId, viewerId, signal }, connectorOptions),
      connect,
      lifecycle,
      documents,
      rows: new RowBudget(config.maxAnswerRows),
      requiredScopes: hubspot.requiredScopes,
    }),
    introspection: config.introspection,
    maxRows: config.maxAnswerRows,
    setCookies,
    logRefusal: logViewerRefusal,
    logger,
  });
  const app = createApp({
    graphql: graphql.answer,
    graphiql: config.graphiql ? createGraphiQL(`${prefixOf({ publicUrl })}/graphql`, overrides.graphiql) : undefined,
    oauthCallback: createOAuthCallback({
      connect,
      callbackUrl: redirectUri,
      secureCookies,
      issuer: hubspot.issuer,
      logRefusal: createRefusalLog({ logger, clock, metrics }, CALLBACK_REFUSED),
    }),
    ready: () => readiness.isReady(),
    metrics,
    answerHeaders,
    record,
    logger,
  });
  const direct = answerDirectly({
    authenticate,
    execute: graphql.execute,
    setCookies,
    readBody: createBodyReader(),
    answerHeaders,
    logRefusal: logViewerRefusal,
    record,
    logger,
  });
  const routeOf = routePaths({ publicUrl, redirectUri: hubspot.redirectUri });
  const server = createHttpServer({
    ...{ fetch: app, direct, answerHeaders, routeOf, logger },
    unreadAnswers: new UnreadAnswers({ metrics }),
    isDraining: () => readiness.isStopping,
  });
  let starting: Promise<void> | undefined;
  const readiness = new Readiness(storageReadiness(keys), logger);
  let closing: Promise<void> | undefined;

  return {
    async fetch(request) {
      const inner = routed(request, routeOf);
      // A database that is away fails what needs it, and nothing else.
      const started = start().catch((error: unknown) => logger.error({ err: error }, 'the gateway could not start'));
      if (new URL(inner.url).pathname !== LIVE_PATH) await started;
      return app(inner);
    },
    start,
    async listen() {
      await start();
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject).listen(config.port, config.host, resolve);
      });
      const { port } = server.address() as AddressInfo; // A TCP server that listens has one.
      publicUrl = config.publicUrl ?? `http://localhost:${port}`;
      logger.info({ host: config.host, port, publicUrl }, 'listening');
      return publicUrl;
    },
    drain() {
      readiness.stop();
    },
    close() {
      readiness.stop();
      closing ??= close();
      return closing;
    },
  };

  /** Once for all; again after a failure. */
  function start(): Promise<void> {
    if (closing) return Promise.reject(new TypeError('the gateway is closed'));
    starting ??= prepare().catch((error: unknown) => {
      starting = undefined;
      throw error;
    });
    return starting;
  }

  async function prepare(): Promise<void> {
    await database.migrate();
    await keys.start(logger);
    revocations.start();
  }

  async function close(): Promise<void> {
    await starting?.catch(() => {});
    if (server.listening) {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      await closed;
    }
    await Promise.all([tokens.close(), revocations.close(), directory.close(), shares.close()]);
    await Promise.all([apiPool.close(), tokenPool.close(), keySetProxy?.close()]);
    await database.close();
  }
}

/** The way to the issuer's keys, where it is no direct one. */
function createKeySetProxy({ auth, proxy: settings }: Config): Dispatcher | undefined {
  if (auth.key.kind !== 'jwks') return undefined;
  const proxy = proxyFor(auth.key.url, settings);
  return proxy === undefined ? undefined : createProxiedPool(auth.key.url, proxy);
}
