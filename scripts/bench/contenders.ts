import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Deployment } from './deployment.ts';
import type { LoadRequest } from './load.ts';
import { MeasuredProcess } from './measured-process.ts';

/** A HubSpot to stand in front of, and a grant for its portal. */
export interface HubspotAccess {
  readonly url: string;
  readonly hubId: number;
  readonly accessToken: string;
  readonly refreshToken: string;
}

/** Something that answers the workloads. */
export interface Contender {
  readonly name: string;
  start(hubspot: HubspotAccess): Promise<Running>;
}

export interface Running {
  /** One, or several replicas. */
  readonly servers: readonly MeasuredProcess[];
  readonly urls: readonly string[];
  /** What to send for a body. */
  request(body: string): LoadRequest;
  stop(): Promise<void>;
}

export const PASSTHROUGH = server('passthrough', 'contenders/passthrough.ts');
/** What the others are compared with. */
export const HAND = server('hand', 'contenders/hand.ts');
export const MERCURIUS = server('mercurius, jit 1, DataLoader', 'peers/mercurius.ts');
export const YOGA = server('yoga, Pothos, DataLoader', 'peers/yoga-pothos.ts');
export const SDK = server("HubSpot's SDK", 'peers/hubspot-sdk.ts');
export const SDK_KEEP_ALIVE = server("HubSpot's SDK, keep-alive agent", 'peers/hubspot-sdk.ts', {
  SDK_AGENT: 'keep-alive',
});
export const SDK_LIMITER = server("HubSpot's SDK, its limiter", 'peers/hubspot-sdk.ts', { SDK_LIMITER: 'on' });

function server(name: string, file: string, env: Readonly<Record<string, string>> = {}): Contender {
  return {
    name,
    async start({ url, accessToken }) {
      const process = new MeasuredProcess({
        file: new URL(file, import.meta.url),
        core: 'server',
        env: { HUBSPOT_API_URL: url, HUBSPOT_ACCESS_TOKEN: accessToken, ...env },
      });
      return {
        servers: [process],
        urls: [await process.url],
        request: (body) => ({ body }),
        stop: () => process.stop(),
      };
    },
  };
}

export interface GatewayOptions {
  readonly name: string;
  /** More than one needs `databaseUrl`. */
  readonly replicas?: number;
  /** An empty Postgres database; without one, SQLite in a directory of its own. */
  readonly databaseUrl?: string;
}

const TENANT = 'bench';
const LIFE_MS = 30 * 60 * 1000;

/** The gateway as it is run in production: viewer tokens checked, metrics on, its log in a file. */
export function gateway({ name, replicas = 1, databaseUrl }: GatewayOptions): Contender {
  return {
    name,
    async start({ url, ...grant }) {
      const directory = await mkdtemp(join(tmpdir(), 'gateway-bench-'));
      const deployment = new Deployment(url, databaseUrl ? { DATABASE_URL: databaseUrl } : { DATA_DIR: directory });
      await deployment.install([{ tenantId: TENANT, lifeMs: LIFE_MS, ...grant }]);
      const servers = Array.from({ length: replicas }, () => startGateway(deployment));
      const authorization = deployment.authorization(TENANT);
      return {
        servers,
        urls: await Promise.all(servers.map((server) => server.url)),
        request: (body) => ({ body, authorization }),
        async stop() {
          await Promise.all(servers.map((server) => server.stop()));
          await rm(directory, { recursive: true });
        },
      };
    },
  };
}

/** One gateway process on a deployment's database, with `settings` of its own. */
export function startGateway({ env }: Deployment, settings: Readonly<Record<string, string>> = {}): MeasuredProcess {
  const file = new URL('../../src/cli.ts', import.meta.url);
  return new MeasuredProcess({ file, args: ['serve'], env: { ...env, ...settings }, core: 'server' });
}
