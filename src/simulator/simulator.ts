import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { type Clock, systemClock } from '../lib/clock.ts';
import { failure } from './answers.ts';
import { controlRoutes } from './control-routes.ts';
import { associationRoutes } from './crm/association-routes.ts';
import { objectRoutes } from './crm/object-routes.ts';
import { type CrmEnv, requireToken } from './crm/session.ts';
import { generateData, type PortalSize } from './data/generate.ts';
import { authorizeRoutes } from './oauth/authorize-routes.ts';
import { Grants } from './oauth/grants.ts';
import type { RegisteredApp } from './oauth/registered-app.ts';
import { tokenRoutes } from './oauth/token-routes.ts';
import { Portal } from './portal.ts';
import { RequestLog } from './request-log.ts';
import type { World } from './world.ts';

/** A HubSpot account to begin with. */
export interface PortalOptions {
  readonly hubId: number;
  readonly domain: string;
  readonly user: string;
  readonly size: PortalSize;
}

export interface SimulatorOptions {
  readonly clock?: Clock;
  /** The same seed gives the same data. */
  readonly seed?: number;
  readonly app?: Partial<RegisteredApp>;
  readonly portals?: readonly PortalOptions[];
  /** Life of access tokens in milliseconds; HubSpot's 30 minutes by default. */
  readonly accessTokenLifeMs?: number;
}

/** HubSpot on this machine. */
export interface Simulator extends World {
  fetch(request: Request): Promise<Response>;
  /** Resolves with the base URL, for the API and the consent page alike. */
  listen(port?: number): Promise<string>;
  close(): Promise<void>;
}

/** Works with a gateway on this machine as it comes; nobody outside can use it for anything. */
export const DEFAULT_APP: RegisteredApp = {
  appId: 1_160_452,
  clientId: 'simulated-client-id',
  clientSecret: 'simulated-client-secret',
  redirectUris: [],
  requiredScopes: ['oauth', 'crm.objects.contacts.read', 'crm.objects.deals.read'],
  optionalScopes: [
    'crm.objects.companies.read',
    'crm.objects.companies.write',
    'crm.objects.contacts.write',
    'crm.objects.deals.write',
    'crm.objects.owners.read',
  ],
};

export const DEFAULT_PORTALS: readonly PortalOptions[] = [
  {
    hubId: 1_234_567,
    domain: 'meadowbrook.example',
    user: 'admin@meadowbrook.example',
    size: { contacts: 2_000, deals: 500, companies: 200 },
  },
  {
    hubId: 7_654_321,
    domain: 'northgate.example',
    user: 'owner@northgate.example',
    size: { contacts: 300, deals: 80, companies: 40 },
  },
];

const ACCESS_TOKEN_LIFE_MS = 30 * 60 * 1000;

/** Builds the simulator with its data; it answers at once, by `fetch` or on a port. */
export function createSimulator(options: SimulatorOptions = {}): Simulator {
  const { clock = systemClock, seed = 1, portals = DEFAULT_PORTALS } = options;
  const world: World = {
    clock,
    app: { ...DEFAULT_APP, ...options.app },
    portals: portals.map((portalOptions, index) => {
      const portal = new Portal(portalOptions, clock);
      generateData(portal, portalOptions.size, seed + index, clock.now());
      return portal;
    }),
    grants: new Grants(clock, options.accessTokenLifeMs ?? ACCESS_TOKEN_LIFE_MS),
    log: new RequestLog(),
  };
  const api = createApi(world);
  const server = createAdaptorServer({ fetch: api.fetch });
  return {
    ...world,
    fetch: async (request) => api.fetch(request),
    async listen(port = 0) {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject).listen(port, '127.0.0.1', resolve);
      });
      return `http://localhost:${(server.address() as AddressInfo).port}`; // A TCP server that listens has one.
    },
    async close() {
      if (!server.listening) return;
      const closed = new Promise((resolve) => server.close(resolve));
      if ('closeAllConnections' in server) server.closeAllConnections();
      await closed;
    },
  };
}

function createApi(world: World): Hono {
  const api = new Hono({ getPath: (request) => unifiedPath(new URL(request.url).pathname) });
  api.use('/oauth/*', (c, next) => logged(world, c, next));
  api.use('/crm/*', (c, next) => logged(world, c, next));
  api.route('/', authorizeRoutes(world));
  api.route('/', tokenRoutes(world));
  api.route('/', controlRoutes(world));
  const crm = new Hono<CrmEnv>();
  crm.use('/crm/*', requireToken(world));
  crm.route('/', objectRoutes(world));
  crm.route('/', associationRoutes(world));
  api.route('/', crm);
  api.notFound(() => failure(404, { message: 'resource not found' }));
  api.onError((error) => failure(500, { message: `internal error: ${error.name}` }));
  return api;
}

/** `/crm/v3/objects/…` and `/crm/v4/associations/…` are the older spelling of `/crm/objects/v3/…` and so on. */
function unifiedPath(path: string): string {
  return path.replace(/^\/crm\/(v[34])\/(objects|associations)\//, '/crm/$2/$1/');
}

async function logged(world: World, c: Context, next: () => Promise<void>): Promise<void> {
  const { pathname } = new URL(c.req.url);
  const text = c.req.method === 'GET' ? '' : await c.req.text();
  await next();
  if (pathname.endsWith('/authorize')) return;
  const token = /^Bearer (.+)$/.exec(c.req.header('authorization') ?? '')?.[1];
  world.log.add({
    method: c.req.method,
    path: pathname,
    query: c.req.query(),
    body: parseBody(text, c.req.header('content-type') ?? ''),
    status: c.res.status,
    hubId: token === undefined ? undefined : world.grants.accessToken(token)?.portal.hubId,
    at: world.clock.now(),
  });
}

function parseBody(text: string, contentType: string): unknown {
  if (text === '') return undefined;
  if (contentType.includes('form-urlencoded')) return Object.fromEntries(new URLSearchParams(text));
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
