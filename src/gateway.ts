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
import { startOperation } from './connector/start-operation.ts';
import { createGatewayServer } from './gateway/server.ts';
import { ArgumentDocuments } from './graphql/argument-documents.ts';
import { RECORD_VIEWS } from './graphql/record-views.ts';
import { RowBudget } from './graphql/row-budget.ts';
import { schema } from './graphql/schema.ts';
import type { GraphiQLDefaults } from './http/graphiql.ts';
import { CALLBACK_PATH } from './http/public-paths.ts';
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
import { isSettledWithin } from './lib/settled-within.ts';
import { AuthorizationRequestStore } from './storage/authorization-request-store.ts';
import { BudgetSliceStore } from './storage/budget-slice-store.ts';
import { type Database, openDatabase } from './storage/database.ts';
import { DefaultInstallationStore } from './storage/default-installation-store.ts';
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
  const alarm = createAlarm(logger, metrics);
  logStorageOutages(database, { metrics, clock, logger });
  let publicUrl = config.publicUrl ?? 'http://localhost';

  const keys = new EncryptionKeys(database, new TokenCipher(config.encryptionKeys), alarm);
  const tokenStore = new TokenStore(database, keys);
  const revocationStore = new RevocationStore(database, keys);
  const installations = new InstallationStore(database, tokenStore, revocationStore);
  const defaults = new DefaultInstallationStore(database);
  const directory = new InstallationDirectory({ installations, defaults, clock, logger });
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
  const transport = measure(metrics, clock)(tellOutcome(createTransport({ pool: apiPool, clock, basePath })));
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
  directory.onChange((change) => {
    tokens.changed(change);
    pipelines.changed(change);
  });
  const connectorOptions = { directory, installations, pipelines, governors, recordClasses: RECORD_VIEWS };
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
