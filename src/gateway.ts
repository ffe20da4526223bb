import type { Config } from './config.ts';
import { Connectors } from './connector/connectors.ts';
import { MetadataCache } from './connector/metadata/metadata-cache.ts';
import { measure } from './connector/middleware/measure.ts';
import { PortalOutages } from './connector/middleware/portal-outages.ts';
import { PortalClients } from './connector/portal-clients.ts';
import { LeasedQuotas } from './connector/rate-limit/leased-quotas.ts';
import { LocalQuota, type SharedBudget } from './connector/rate-limit/quota.ts';
import { RateLimiters } from './connector/rate-limit/rate-limiter.ts';
import { RecordCache } from './connector/record-cache.ts';
import { startOperation } from './connector/start-operation.ts';
import { createGatewayServer } from './gateway/server.ts';
import { ArgumentDocuments } from './graphql/analysis/argument-documents.ts';
import { RECORD_GETTERS } from './graphql/execution/record-getters.ts';
import { RowBudget } from './graphql/execution/row-budget.ts';
import { schema } from './graphql/schema.ts';
import type { GraphiQLDefaults } from './http/graphql/graphiql-tabs.ts';
import { CALLBACK_PATH } from './http/public-paths.ts';
import { createHubspotPool, createProxiedPool, createTransport } from './hubspot/client.ts';
import { OAuthClient } from './hubspot/oauth/oauth-client.ts';
import { annotateUnknownOutcome } from './hubspot/unknown-outcome.ts';
import { ConnectFlow } from './installations/connect.ts';
import { GrantMonitor } from './installations/grant-monitor.ts';
import { InstallationCache } from './installations/installation-cache.ts';
import { InstallationLifecycle } from './installations/lifecycle.ts';
import { Revocations } from './installations/revocations.ts';
import { TokenManager } from './installations/token-manager.ts';
import { TokenRefresher } from './installations/token-refresher.ts';
import { createAlert } from './lib/logging/alert.ts';
import { createLogger, type Logger } from './lib/logging/logger.ts';
import { createMetrics } from './lib/metrics.ts';
import { proxyFor } from './lib/proxy.ts';
import { Readiness } from './lib/readiness.ts';
import { isSettledWithin } from './lib/settled-within.ts';
import { type Clock, systemClock } from './lib/time/clock.ts';
import { AuthorizationRequestStore } from './storage/authorization-request-store.ts';
import { type Database, openDatabase } from './storage/database.ts';
import { DefaultInstallationStore } from './storage/default-installation-store.ts';
import { EncryptionKeys } from './storage/encryption/encryption-keys.ts';
import { TokenCipher } from './storage/encryption/token-cipher.ts';
import { InstallationStore } from './storage/installation-store.ts';
import { QuotaLeaseStore } from './storage/quota-lease-store.ts';
import { RevocationStore } from './storage/revocation-store.ts';
import { logStorageOutages } from './storage/storage-outages.ts';
import { storageReadiness } from './storage/storage-readiness.ts';
import { TokenStore } from './storage/token-store.ts';

/** Replaces parts of the gateway: for tests and the demo. */
export interface GatewayOverrides {
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly database?: Database;
  readonly graphiql?: GraphiQLDefaults;
  /** What this process may ask of HubSpot per window, alone; infinite where a clock stands still. */
  readonly hubspotLimits?: Partial<Record<SharedBudget, number>>;
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
  /** Resolves as soon as no request of a socket is in flight. */
  idle(): Promise<void>;
  /** Stops listening, waits for what is in flight, and closes the database; for one that hangs it waits 5 s at most. */
  close(): Promise<void>;
}

/** An answer of the token endpoint is small; anything larger is not one. */
const MAX_TOKEN_RESPONSE_BYTES = 64 * 1024;
/** When nothing is in flight any more, the end of a process waits so long for whoever does not answer. */
const LAST_WORK_MS = 5_000;

/** Introduces all parts to each other. Nothing is opened before `listen`, `start` or `fetch`. */
export function createGateway(config: Config, overrides: GatewayOverrides = {}): Gateway {
  const clock = overrides.clock ?? systemClock;
  const logger = overrides.logger ?? createLogger(config.logLevel);
  const database = overrides.database ?? openDatabase({ ...config.database, clock });
  const metrics = createMetrics();
  const alert = createAlert(logger, metrics);
  logStorageOutages(database, { metrics, clock, logger });
  let publicUrl = config.publicUrl ?? 'http://localhost';

  const keys = new EncryptionKeys(database, new TokenCipher(config.encryptionKeys), alert);
  const tokenStore = new TokenStore(database, keys);
  const revocationStore = new RevocationStore(database, keys);
  const installations = new InstallationStore(database, tokenStore, revocationStore);
  const defaults = new DefaultInstallationStore(database);
  const directory = new InstallationCache({ installations, defaults, clock, logger });
  const requests = new AuthorizationRequestStore(database, keys);

  const { hubspot } = config;
  const basePath = new URL(hubspot.apiUrl).pathname.replace(/\/+$/, '');
  const proxy = proxyFor(hubspot.apiUrl, config.proxy);
  const poolOf = (maxResponseBytes?: number) =>
    proxy === undefined
      ? createHubspotPool(hubspot.apiUrl, maxResponseBytes)
      : createProxiedPool(hubspot.apiUrl, proxy, maxResponseBytes);
  const [apiPool, tokenPool] = [poolOf(), poolOf(MAX_TOKEN_RESPONSE_BYTES)];
  const oauth = new OAuthClient({
    clientId: hubspot.clientId,
    clientSecret: hubspot.clientSecret,
    version: hubspot.apiVersion,
    pool: tokenPool,
    basePath,
    clock,
  });
  const grants = new GrantMonitor({ installations, directory, oauth, clock, logger });
  const exchange = new TokenRefresher({ tokens: tokenStore, grants, oauth, clock, logger, metrics, alert });
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
  const transport = measure(
    metrics,
    clock,
  )(annotateUnknownOutcome(createTransport({ pool: apiPool, clock, basePath })));
  const api = { send: transport, version: hubspot.apiVersion };
  const revocations = new Revocations({ store: revocationStore, oauth, api, clock, logger });
  const lifecycle = new InstallationLifecycle({ installations, directory, tokens, revocations, logger });
  const shares = new LeasedQuotas({ store: new QuotaLeaseStore(database), clock, logger });
  const isAlone = database.kind === 'sqlite' || overrides.hubspotLimits !== undefined;
  const limiters = new RateLimiters({
    clock,
    metrics,
    logger,
    createQuota: (hubId, usage) => (isAlone ? new LocalQuota(usage, overrides.hubspotLimits) : shares.of(hubId, usage)),
  });
  metrics.watchPausedPortals(() => limiters.paused);
  const pipelines = new PortalClients({
    tokens,
    grants,
    transport,
    apiVersion: hubspot.apiVersion,
    limiters,
    outages: new PortalOutages(clock, logger),
    metadata: new MetadataCache(clock),
    recordCache: config.cacheTtlMs > 0 ? new RecordCache({ ttlMs: config.cacheTtlMs, clock, metrics }) : undefined,
    clock,
  });
  directory.onChange((change) => {
    tokens.changed(change);
    pipelines.changed(change);
  });
  const connectorOptions = { directory, installations, pipelines, limiters, recordClasses: RECORD_GETTERS };
  const documents = new ArgumentDocuments(schema);
  const readiness = new Readiness(storageReadiness(keys), logger);
  const server = createGatewayServer({
    ...{ config, redirectUri, connect, readiness, metrics, clock, logger },
    graphiql: overrides.graphiql,
    publicUrl: () => publicUrl,
    contextFor({ id: viewerId, tenantId }, request) {
      const operation = startOperation({ tenantId, viewerId, ...request }, clock);
      return {
        operation,
        connectors: new Connectors({ tenantId, viewerId }, operation, connectorOptions),
        connect,
        lifecycle,
        documents,
        rows: new RowBudget(config.maxAnswerRows),
        requiredScopes: hubspot.requiredScopes,
      };
    },
  });
  let starting: Promise<void> | undefined;
  let closing: Promise<void> | undefined;

  return {
    async fetch(request) {
      const arrivedAt = clock.monotonic();
      // A database that is away fails what needs it, and nothing else.
      const started = start().catch((error: unknown) => logger.error({ err: error }, 'the gateway could not start'));
      if (!server.isLive(request)) await started;
      return server.fetch(request, arrivedAt);
    },
    start,
    async listen() {
      await start();
      const ports = await server.listen();
      publicUrl = config.publicUrl ?? `http://localhost:${ports.port}`;
      logger.info({ host: config.host, ...ports, publicUrl }, 'listening');
      return publicUrl;
    },
    drain() {
      readiness.stop();
      exchange.stopSoon();
    },
    idle: () => server.idle(),
    close() {
      readiness.stop();
      exchange.stopSoon();
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
    await server.close();
    await tokens.close();
    const rest = putAway();
    // Whatever is left, another replica takes over when its lease ends.
    const isDone = await isSettledWithin(rest, LAST_WORK_MS);
    if (isDone) logger.info('stopped');
    else logger.warn({ ms: LAST_WORK_MS }, 'stopped, although HubSpot or the database has not answered yet');
  }

  async function putAway(): Promise<void> {
    await starting?.catch(() => {});
    await Promise.all([revocations.close(), directory.close(), shares.close()]);
    await Promise.all([apiPool.close(), tokenPool.close()]);
    await database.close();
  }
}
