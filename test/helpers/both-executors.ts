import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { ManualClock } from 'hubspot-graphql-gateway-simulator/manual-clock';
import { Connectors, type ConnectorsOptions } from '../../src/connector/connectors.ts';
import { MetadataCache } from '../../src/connector/metadata/metadata-cache.ts';
import { PortalOutages } from '../../src/connector/middleware/portal-outages.ts';
import { PortalClients } from '../../src/connector/portal-clients.ts';
import { LocalQuota } from '../../src/connector/rate-limit/quota.ts';
import { RateLimiters } from '../../src/connector/rate-limit/rate-limiter.ts';
import { startOperation } from '../../src/connector/start-operation.ts';
import { ArgumentDocuments } from '../../src/graphql/analysis/argument-documents.ts';
import type { Viewer } from '../../src/graphql/context.ts';
import { RECORD_GETTERS } from '../../src/graphql/execution/record-getters.ts';
import { RowBudget } from '../../src/graphql/execution/row-budget.ts';
import { schema } from '../../src/graphql/schema.ts';
import { createGraphQLEndpoint, type GraphQLEndpoint } from '../../src/http/graphql/graphql-endpoint.ts';
import { createTransport } from '../../src/hubspot/client.ts';
import type { ConnectFlow } from '../../src/installations/connect/connect.ts';
import type { Marketplace } from '../../src/installations/connect/marketplace.ts';
import type { GrantMonitor } from '../../src/installations/grant-monitor.ts';
import type { InstallationCache } from '../../src/installations/installation-cache.ts';
import type { InstallationLifecycle } from '../../src/installations/lifecycle.ts';
import type { TokenManager } from '../../src/installations/token-manager.ts';
import { EventLoopTurns } from '../../src/lib/event-loop-turns.ts';
import { createMetrics } from '../../src/lib/metrics.ts';
import type { Installation } from '../../src/storage/installation.ts';
import { BrokenHubspot, type BrokenPortal } from './broken-hubspot.ts';
import { collectingLogger } from './logs.ts';
import { installation } from './portal-clients.ts';
import type { RandomDocument } from './random-document.ts';

const PERMISSIONS = ['hubspot:read', 'hubspot:write', 'hubspot:connect'];
const OBJECT_SCOPES = ['contacts', 'deals', 'companies'].flatMap((name) => [
  `crm.objects.${name}.read`,
  `crm.objects.${name}.write`,
]);
const GRANTED = [...OBJECT_SCOPES, 'crm.objects.owners.read'];
const MAX_ROWS = 2_000;
const NO_LIMIT = { general: Number.POSITIVE_INFINITY, search: Number.POSITIVE_INFINITY };
/** One for all: they watch the process as long as it lives. */
const METRICS = createMetrics();
/** Turns of the event loop in which nothing happens before time goes on. */
const QUIET_TURNS = 30;

/** Whatever others see of a class. */
type Public<T> = { readonly [Name in keyof T]: T[Name] };

/** A result as a client reads it. */
export interface Result {
  readonly data?: unknown;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions: { readonly code: string };
  }[];
}

export interface BothAnswers {
  readonly status: number;
  readonly interpreted: Result;
  /** Absent where nothing was executed. */
  readonly compiled: Result | undefined;
}

/**
 * The gateway's handler of GraphQL with all that is behind it but the database. A document is interpreted when it comes
 * for the first time, and compiled when it comes again, which takes the fast path of known documents. Each time
 * it meets the same portal, of which nothing was read before.
 */
export class BothExecutors {
  /** Errors in the log. */
  readonly logs: string[] = [];
  readonly #logger = collectingLogger(this.logs, 'error');
  readonly #clock = new ManualClock();
  readonly #hubspot = new BrokenHubspot(this.#clock);
  readonly #ways = { interpreted: this.#createWay(), compiled: this.#createWay() };
  #way = this.#ways.interpreted;
  readonly #endpoint = this.#createEndpoint();
  #portals = 0;

  /** Calls of HubSpot so far. */
  get calls(): number {
    return this.#hubspot.calls;
  }

  async answers(document: RandomDocument, portal: BrokenPortal): Promise<BothAnswers> {
    this.#portals += 1;
    this.#way = this.#ways.interpreted;
    const response = await this.#settled(this.#endpoint.answer(requestOf(document, portal), this.#clock.monotonic()));
    const interpreted = (await response.json()) as Result;
    this.#way = this.#ways.compiled;
    const parameters = { variables: {}, ...document };
    const context = {
      viewer: viewerOf(portal.token),
      responseCookies: [],
      arrivedAt: this.#clock.monotonic(),
      signal: new AbortController().signal,
      ...{ readOnly: false, inParts: false },
    };
    const result = await this.#settled(this.#endpoint.execute(parameters, context));
    const compiled = result && 'data' in result ? (JSON.parse(JSON.stringify(result)) as Result) : undefined;
    return { status: response.status, interpreted, compiled };
  }

  /** No socket is anywhere: when the event loop is quiet, only time is waited for. */
  async #settled<T>(work: Promise<T>): Promise<T> {
    let isSettled = false;
    const settle = () => {
      isSettled = true;
    };
    work.then(settle, settle);
    for (let turns = 0; !isSettled; turns += 1) {
      await turnOfTheLoop();
      if (turns > QUIET_TURNS) this.#clock.advance(100);
    }
    return work;
  }

  #createEndpoint(): GraphQLEndpoint {
    const connect: Pick<ConnectFlow, 'start' | 'complete'> = {
      start: async () => STARTED,
      complete: async ({ tenantId }) => this.#installation(tenantId),
    };
    const marketplace: Pick<Marketplace, 'authorize' | 'claim'> = {
      authorize: async () => ({ url: 'https://app.hubspot.com/', expiresAt: STARTED.expiresAt, cookies: [] }),
      claim: async () => ({ claimUrl: 'https://gateway.example/', expiresAt: STARTED.expiresAt, cookies: [] }),
    };
    const lifecycle: Public<InstallationLifecycle> = {
      refresh: async (known) => known,
      setDefault: async () => {},
      disconnect: async (known) => ({ ...known, status: 'DISCONNECTED' }),
    };
    const turns = new EventLoopTurns();
    const documents = new ArgumentDocuments(schema, turns);
    return createGraphQLEndpoint({
      authenticate: (authorization) => viewerOf(authorization ?? ''),
      contextFor: ({ id: viewerId, tenantId }, request) => {
        const operation = startOperation({ tenantId, viewerId, ...request }, this.#clock);
        return {
          operation,
          connectors: new Connectors({ tenantId, viewerId }, operation, this.#way),
          // As far as resolvers see them.
          connect: connect as ConnectFlow,
          marketplace: marketplace as Marketplace,
          lifecycle: lifecycle as InstallationLifecycle,
          documents,
          rows: new RowBudget(MAX_ROWS, turns),
          requiredScopes: ['oauth'],
        };
      },
      introspection: true,
      turns,
      maxRows: MAX_ROWS,
      limits: { replica: 1, tenant: 1, viewer: 1 },
      metrics: { watchOperations: () => {} },
      compiledAtUse: 2,
      setCookies: () => [],
      logRefusal: () => {},
      logOverload: () => {},
      logger: this.#logger,
    });
  }

  /** The way to HubSpot, with caches of its own. */
  #createWay(): ConnectorsOptions {
    const clock = this.#clock;
    const logger = this.#logger;
    const createQuota = (_hubId: number, usage: ConstructorParameters<typeof LocalQuota>[0]) =>
      new LocalQuota(usage, NO_LIMIT);
    const limiters = new RateLimiters({ clock, metrics: METRICS, logger, createQuota });
    const tokens: Pick<TokenManager, 'accessToken' | 'accepted' | 'replacement'> = {
      accessToken: async ({ tenantId }) => ({ value: tenantId, version: 1 }),
      replacement: async () => undefined,
      accepted: () => {},
    };
    const grants: Pick<GrantMonitor, 'recheck'> = {
      // Where HubSpot refuses a call, an administrator has taken the owners away.
      recheck: async (known) => ({ ...known, grantedScopes: OBJECT_SCOPES, grantVersion: 2 }),
    };
    const installationCache: Public<InstallationCache> = {
      readCount: 0,
      defaultOf: () => undefined,
      saveDefault: async () => {},
      onChange: () => {},
      forget: () => {},
      changed: () => {},
      close: async () => {},
      list: ({ tenantId }) => [this.#installation(tenantId)],
      hasViewerGrants: () => false,
      current: async ({ tenantId }) => [this.#installation(tenantId)],
    };
    const portalClients = new PortalClients({
      // As far as calls need them.
      tokens: tokens as TokenManager,
      grants: grants as GrantMonitor,
      transport: createTransport({ pool: this.#hubspot, clock }),
      apiVersion: '2026-09',
      limiters,
      outages: new PortalOutages(clock, logger),
      metadata: new MetadataCache(clock),
      clock,
    });
    return {
      installationCache: installationCache as InstallationCache,
      installations: { tokenExpiries: async () => new Map() },
      ...{ portalClients, limiters, clock },
      recordClasses: RECORD_GETTERS,
    };
  }

  #installation(tenantId: string): Installation {
    const facts = { id: `Installation:${this.#portals}`, hubId: 1_234_567 + this.#portals, grantedScopes: GRANTED };
    return installation({ ...facts, tenantId });
  }
}

const STARTED = {
  authorizeUrl: 'https://hubspot.example/oauth/authorize',
  expiresAt: new Date(0),
  scopes: [],
  optionalScopes: [],
  cookies: [{ name: 'a', value: 'b', maxAgeSeconds: 1, sameSite: 'Lax' as const }],
};

function viewerOf(tenantId: string): Viewer {
  return { id: 'alice', tenantId, permissions: PERMISSIONS };
}

function requestOf(document: RandomDocument, { token }: BrokenPortal): Request {
  const json = 'application/graphql-response+json';
  const headers = { 'content-type': 'application/json', accept: json, authorization: token };
  return new Request('http://gateway.test/graphql', { method: 'POST', headers, body: JSON.stringify(document) });
}
