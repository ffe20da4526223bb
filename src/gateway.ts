import type { Config } from './config.ts';
import { measure } from './connector/middleware/measure.ts';
import { createPortals } from './connector/portals.ts';
import type { SharedBudget } from './connector/rate-limit/quota.ts';
import { startOperation } from './connector/start-operation.ts';
import { createGatewayServer } from './gateway/server.ts';
import { ArgumentDocuments } from './graphql/analysis/argument-documents.ts';
import { RECORD_GETTERS } from './graphql/execution/record-getters.ts';
import { RowBudget } from './graphql/execution/row-budget.ts';
import { schema } from './graphql/schema.ts';
import type { GraphiQLDefaults } from './http/graphql/graphiql-tabs.ts';
import { CALLBACK_PATH } from './http/public-paths.ts';
import { createHubspot } from './hubspot/hubspot.ts';
import { createInstallations } from './installations/installations.ts';
import { EventLoopTurns } from './lib/event-loop-turns.ts';
import { createAlert } from './lib/logging/alert.ts';
import { createLogger, type Logger } from './lib/logging/logger.ts';
import { createMetrics } from './lib/metrics.ts';
import { Readiness } from './lib/readiness.ts';
import { isSettledWithin } from './lib/settled-within.ts';
import { type Clock, systemClock } from './lib/time/clock.ts';
import { type Database, openDatabase } from './storage/database.ts';
import { TokenCipher } from './storage/encryption/token-cipher.ts';
import { logStorageOutages } from './storage/storage-outages.ts';
import { storageReadiness } from './storage/storage-readiness.ts';
import { createStores } from './storage/stores.ts';

/** Replaces parts of the gateway: for tests and the demo. */
export interface GatewayOverrides {
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly database?: Database;
  readonly graphiql?: GraphiQLDefaults;
  /** Limits of HubSpot calls per window for this process alone. Infinite limits suit a clock that stands still. */
  readonly hubspotLimits?: Partial<Record<SharedBudget, number>>;
}

export interface Gateway {
  /** Answers a request without a socket, inside of another server. The first request starts the gateway. */
  fetch(request: Request): Promise<Response>;
  /** Migrates the database once. `listen` and `fetch` do so themselves. Call it to detect a failure early. */
  start(): Promise<void>;
  /** Migrates the database, and listens. Resolves with the public URL. */
  listen(): Promise<string>;
  /** Makes the gateway not ready, so that load balancers send no more requests. The gateway still answers requests. */
  drain(): void;
  /** Resolves as soon as no request of a socket is in flight. */
  idle(): Promise<void>;
  /**
   * Stops listening, waits for requests in flight, and closes the database. Waits at most 5 s for HubSpot and the
   * database.
   */
  close(): Promise<void>;
}

/** After the last request, `close` waits this long for HubSpot and the database. */
const CLOSE_TIMEOUT_MS = 5_000;

/** Creates the gateway with all its parts. It opens no connection before `listen`, `start` or `fetch`. */
export function createGateway(config: Config, overrides: GatewayOverrides = {}): Gateway {
  const parts = createParts(config, overrides);
  const { server, installations, readiness, clock, logger } = parts;
  const { start, close } = createLifecycle(parts);
  return {
    async fetch(request) {
      const arrivedAt = clock.monotonic();
      // Without a database, only requests that need it fail.
      const started = start().catch((error: unknown) => logger.error({ err: error }, 'the gateway could not start'));
      if (!server.isLive(request)) await started;
      return server.fetch(request, arrivedAt);
    },
    start,
    async listen() {
      await start();
      const ports = await server.listen();
      const publicUrl = parts.listensAt(ports.port);
      logger.info({ host: config.host, ...ports, publicUrl }, 'listening');
      return publicUrl;
    },
    drain() {
      readiness.stop();
      installations.stopSoon();
    },
    idle: () => server.idle(),
    close() {
      readiness.stop();
      installations.stopSoon();
      return close();
    },
  };
}

type Parts = ReturnType<typeof createParts>;

function createParts(config: Config, overrides: GatewayOverrides) {
  const clock = overrides.clock ?? systemClock;
  const logger = overrides.logger ?? createLogger(config.logLevel);
  const database = overrides.database ?? openDatabase({ ...config.database, clock });
  const metrics = createMetrics();
  const alert = createAlert(logger, metrics);
  logStorageOutages(database, { metrics, clock, logger });
  let publicUrl = config.publicUrl ?? 'http://localhost';
  const redirectUri = () => config.hubspot.redirectUri ?? `${publicUrl}${CALLBACK_PATH}`;

  const stores = createStores(database, new TokenCipher(config.encryptionKeys), alert);
  const hubspot = createHubspot({
    ...config.hubspot,
    proxy: config.proxy,
    observe: measure(metrics, clock),
    clock,
  });
  const { clientId, authorizeUrl, requiredScopes, optionalScopes } = config.hubspot;
  const installations = createInstallations({
    ...{ stores, hubspot, clock, logger, metrics, alert },
    connect: {
      ...{ clientId, authorizeUrl, redirectUri, returnUrls: config.returnUrls, installUrl: config.installUrl },
      registeredScopes: { required: requiredScopes, optional: optionalScopes },
    },
  });
  const isOnlyReplica = database.kind === 'sqlite' || overrides.hubspotLimits !== undefined;
  const portals = createPortals({
    ...{ stores, hubspot, installations, clock, logger, metrics },
    recordClasses: RECORD_GETTERS,
    cacheTtlMs: config.cacheTtlMs,
    ownLimits: isOnlyReplica ? (overrides.hubspotLimits ?? {}) : undefined,
  });
  const readiness = new Readiness(storageReadiness(stores.keys), logger);
  const { connect, marketplace, lifecycle } = installations;
  const turns = new EventLoopTurns();
  const documents = new ArgumentDocuments(schema, turns);
  const server = createGatewayServer({
    ...{ config, redirectUri, connect, marketplace, readiness, turns, metrics, clock, logger },
    graphiql: overrides.graphiql,
    publicUrl: () => publicUrl,
    contextFor({ id: viewerId, tenantId }, request) {
      const operation = startOperation({ tenantId, viewerId, ...request }, clock);
      return {
        operation,
        connectors: portals.connectorsFor({ tenantId, viewerId }, operation),
        ...{ connect, marketplace, lifecycle, documents, requiredScopes },
        rows: new RowBudget(config.maxAnswerRows, turns),
      };
    },
  });
  return {
    ...{ clock, logger, database, stores, hubspot, installations, portals, readiness, server },
    /** Sets the public URL from the port when the settings have none. */
    listensAt(port: number): string {
      publicUrl = config.publicUrl ?? `http://localhost:${port}`;
      return publicUrl;
    },
  };
}

function createLifecycle({ server, stores, installations, portals, hubspot, database, logger }: Parts) {
  let starting: Promise<void> | undefined;
  let closing: Promise<void> | undefined;

  /** Runs once, and again after a failure. */
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
    await stores.keys.start(logger);
    installations.revocations.start();
    installations.expiredInstalls.start();
  }

  async function stop(): Promise<void> {
    await server.close();
    await installations.tokens.close();
    // Another replica takes over unfinished work when its leases expire.
    const isDone = await isSettledWithin(closeParts(), CLOSE_TIMEOUT_MS);
    if (isDone) logger.info('stopped');
    else logger.warn({ ms: CLOSE_TIMEOUT_MS }, 'stopped, although HubSpot or the database has not answered yet');
  }

  async function closeParts(): Promise<void> {
    await starting?.catch(() => {});
    await Promise.all([installations.close(), portals.close()]);
    await hubspot.close();
    await database.close();
  }

  return {
    start,
    close(): Promise<void> {
      closing ??= stop();
      return closing;
    },
  };
}
