import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { type AccountSettings, euAccount, usAccount } from './account/account.ts';
import { accountRoutes } from './account/account-routes.ts';
import { failure } from './answers.ts';
import { CONSENT_KEEPS_REFRESH_TOKEN } from './assumptions.ts';
import { controlRoutes } from './control-routes.ts';
import { associationLabelRoutes } from './crm/associations/association-label-routes.ts';
import { associationRoutes } from './crm/associations/association-routes.ts';
import { associationWriteRoutes } from './crm/associations/association-write-routes.ts';
import { OBJECT_TYPES } from './crm/object-types.ts';
import { OWNERS_READ, ownerRoutes } from './crm/owner-routes.ts';
import { pipelineRoutes } from './crm/pipeline-routes.ts';
import { pipelineWriteRoutes } from './crm/pipeline-write-routes.ts';
import { propertyGroupRoutes } from './crm/properties/property-group-routes.ts';
import { propertyRoutes } from './crm/properties/property-routes.ts';
import { validationRoutes } from './crm/properties/validation-routes.ts';
import { batchWriteRoutes } from './crm/records/batch-write-routes.ts';
import { objectRoutes } from './crm/records/object-routes.ts';
import { writeRoutes } from './crm/records/write-routes.ts';
import { searchRoutes } from './crm/search/search-routes.ts';
import { type CrmEnv, requireToken } from './crm/session.ts';
import { generateData, type PortalSize } from './data/generate.ts';
import { faultMiddleware } from './faults/fault-middleware.ts';
import { Faults } from './faults/faults.ts';
import { limitMiddleware } from './limits/limit-middleware.ts';
import { HUBSPOT_LIMITS, Limits } from './limits/limits.ts';
import type { LimitOptions } from './limits/portal-limits.ts';
import { logMiddleware } from './log-middleware.ts';
import { marketplaceRoutes } from './marketplace/marketplace-routes.ts';
import { authorizeRoutes } from './oauth/authorize-routes.ts';
import { Grants, type Rotation } from './oauth/grants.ts';
import type { RegisteredApp } from './oauth/registered-app.ts';
import { tokenRoutes } from './oauth/token-routes.ts';
import { uninstallRoutes } from './oauth/uninstall-routes.ts';
import { Portal } from './portal.ts';
import { portalControlRoutes } from './portal-control-routes.ts';
import { Refusal } from './refusal.ts';
import { RequestLog } from './request-log.ts';
import { pathOf, unifiedPath } from './request-path.ts';
import { type Clock, sleep, systemClock } from './time/clock.ts';
import { refuseLongUrls } from './url-length.ts';
import type { World } from './world.ts';

export { euAccount, usAccount } from './account/account.ts';
export { ASSOCIATION_LIMITS } from './limits/limits.ts';

/** A portal that the simulator creates at its start. */
export interface PortalOptions {
  readonly hubId: number;
  readonly domain: string;
  readonly user: string;
  readonly size: PortalSize;
  /** An account in the United States by default. */
  readonly account?: AccountSettings;
}

export interface SimulatorOptions {
  readonly clock?: Clock;
  /** The same seed gives the same data. */
  readonly seed?: number;
  readonly app?: Partial<RegisteredApp>;
  readonly portals?: readonly PortalOptions[];
  /** Life of access tokens in milliseconds; HubSpot's 30 minutes by default. */
  readonly accessTokenLifeMs?: number;
  /** Whether a refresh replaces the refresh token. The default keeps it, as observed at HubSpot. */
  readonly rotation?: Rotation;
  /** How long `grace` accepts a replaced refresh token, in milliseconds. */
  readonly graceMs?: number;
  /** Whether a person who consents again receives the refresh token of their earlier consent; false by default. */
  readonly consentKeepsRefreshToken?: boolean;
  /** HubSpot's limits of an OAuth app by default. */
  readonly limits?: LimitOptions;
  /** The duration of each CRM call in milliseconds of the clock; 0 by default. */
  readonly latencyMs?: number;
  /** Whether `log` keeps requests; true by default. Its statistics always count. */
  readonly logRequests?: boolean;
  /** The delay until searches find a change, in milliseconds. They find the initial data at once. */
  readonly searchLagMs?: number;
}

/** A simulated HubSpot. */
export interface Simulator extends World {
  fetch(request: Request): Promise<Response>;
  /** Resolves with the base URL of the API and the consent page. */
  listen(port?: number): Promise<string>;
  close(): Promise<void>;
}

const REQUIRED_SCOPES = ['oauth', 'crm.objects.contacts.read', 'crm.objects.deals.read'];
const CRM_SCOPES = [...OBJECT_TYPES.flatMap(({ scopes }) => [...scopes.read, ...scopes.write]), OWNERS_READ];

/** Credentials for a gateway on this machine. They have no use outside of the simulator. */
export const DEFAULT_APP: RegisteredApp = {
  appId: 1_160_452,
  clientId: 'simulated-client-id',
  clientSecret: 'simulated-client-secret',
  redirectUris: [],
  requiredScopes: REQUIRED_SCOPES,
  optionalScopes: CRM_SCOPES.filter((scope) => !REQUIRED_SCOPES.includes(scope)).sort(),
  isUserLevel: false,
};

export const DEFAULT_PORTALS: readonly PortalOptions[] = [
  {
    hubId: 1_234_567,
    domain: 'meadowbrook.example',
    user: 'admin@meadowbrook.example',
    size: { contacts: 2_000, deals: 500, companies: 200 },
    account: usAccount('Meadowbrook'),
  },
  {
    hubId: 7_654_321,
    domain: 'northgate.example',
    user: 'owner@northgate.example',
    size: { contacts: 300, deals: 80, companies: 40 },
    account: euAccount('Northgate'),
  },
];

const ACCESS_TOKEN_LIFE_MS = 30 * 60 * 1000;
const GRACE_MS = 60 * 1000;
/** Large enough for URLs that are too long for HubSpot, so that the simulator can refuse them like HubSpot. */
const MAX_HEADER_BYTES = 1024 * 1024;

/** Creates the simulator with its data. It answers requests by `fetch` or on a port. */
export function createSimulator(options: SimulatorOptions = {}): Simulator {
  const { clock = systemClock, seed = 1, portals = DEFAULT_PORTALS } = options;
  const { accessTokenLifeMs = ACCESS_TOKEN_LIFE_MS, rotation = 'same', graceMs = GRACE_MS } = options;
  const { consentKeepsRefreshToken: keepsRefreshToken = CONSENT_KEEPS_REFRESH_TOKEN } = options;
  const limits = new Limits(options.limits ?? {}, clock);
  const { windowMs } = limits.options.burst === 'off' ? HUBSPOT_LIMITS.burst : limits.options.burst;
  const world: World = {
    clock,
    app: { ...DEFAULT_APP, ...options.app },
    portals: portals.map((portalOptions, index) => {
      const portal = new Portal(portalOptions, clock, options.searchLagMs);
      generateData(portal, portalOptions.size, seed + index, clock.now());
      portal.searchIndex.catchUp();
      return portal;
    }),
    grants: new Grants(clock, { accessTokenLifeMs, rotation, graceMs, keepsRefreshToken }),
    log: new RequestLog({ windowMs, keepsRequests: options.logRequests ?? true }, clock),
    faults: new Faults(),
    limits,
  };
  const api = createApi(world, options.latencyMs ?? 0);
  const server = createAdaptorServer({ fetch: api.fetch, serverOptions: { maxHeaderSize: MAX_HEADER_BYTES } });
  return {
    ...world,
    fetch: async (request) => api.fetch(request),
    async listen(port = 0) {
      await new Promise<void>((resolve, reject) => {
        // The listener stays, so that a connection that cannot be accepted later does not end the process.
        server.on('error', reject).listen(port, '127.0.0.1', resolve);
      });
      return `http://localhost:${(server.address() as AddressInfo).port}`; // A listening TCP server has an AddressInfo.
    },
    async close() {
      if (!server.listening) return;
      const closed = new Promise((resolve) => server.close(resolve));
      if ('closeAllConnections' in server) server.closeAllConnections();
      await closed;
    },
  };
}

function createApi(world: World, latencyMs: number): Hono {
  const api = new Hono({ getPath: (request) => unifiedPath(pathOf(request.url)) });
  if (latencyMs > 0) {
    api.use('/crm/*', async (_c, next) => {
      await next();
      await sleep(world.clock, latencyMs);
    });
  }
  for (const path of ['/oauth/*', '/crm/*', '/account-info/*', '/appinstalls/*']) {
    api.use(path, logMiddleware(world), faultMiddleware(world.faults, world.clock));
  }
  api.route('/', authorizeRoutes(world));
  api.route('/', marketplaceRoutes(world));
  api.route('/', tokenRoutes(world));
  api.route('/', controlRoutes(world));
  api.route('/', portalControlRoutes(world));
  api.use('/crm/*', refuseLongUrls);
  const crm = new Hono<CrmEnv>();
  crm.use('/crm/*', requireToken(world), limitMiddleware(world));
  crm.use('/account-info/*', requireToken(world), limitMiddleware(world));
  crm.use('/appinstalls/*', requireToken(world));
  crm.route('/', accountRoutes());
  crm.route('/', uninstallRoutes(world));
  crm.route('/', objectRoutes(world));
  crm.route('/', writeRoutes());
  crm.route('/', batchWriteRoutes(world));
  crm.route('/', associationRoutes(world));
  crm.route('/', associationWriteRoutes(world));
  crm.route('/', associationLabelRoutes());
  crm.route('/', searchRoutes());
  crm.route('/', propertyGroupRoutes());
  crm.route('/', propertyRoutes(world));
  crm.route('/', validationRoutes());
  crm.route('/', pipelineRoutes());
  crm.route('/', pipelineWriteRoutes());
  crm.route('/', ownerRoutes());
  api.route('/', crm);
  api.notFound(() => failure(404, { message: 'resource not found' }));
  api.onError((error) =>
    error instanceof Refusal
      ? failure(error.status, error.body)
      : failure(500, { message: `internal error: ${error.name}` }),
  );
  return api;
}
