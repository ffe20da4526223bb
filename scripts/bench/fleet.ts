import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import {
  createSimulator,
  DEFAULT_APP,
  NO_LIMITS,
  type Simulator,
  type SimulatorOptions,
} from 'hubspot-graphql-gateway-simulator';
import type { Installation } from '../../src/storage/installation.ts';
import { Deployment, type Seed } from './deployment.ts';

const CLI = new URL('../../src/cli.ts', import.meta.url).pathname;

/** A gateway in a process of its own. */
export class GatewayProcess {
  readonly pid: number;
  readonly url: string;
  readonly exited: Promise<number | null>;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, url: string, exited: Promise<number | null>) {
    this.#child = child;
    this.pid = child.pid ?? 0;
    this.url = url;
    this.exited = exited;
  }

  /** Resolves when it listens. Every line that it prints goes to `onLine`. */
  static async start(env: Readonly<Record<string, string>>, onLine: (line: string) => void): Promise<GatewayProcess> {
    const child = spawn(process.execPath, [CLI, 'serve'], {
      env: { PATH: process.env.PATH ?? '', ...compileCache(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
    const url = await new Promise<string>((resolve, reject) => {
      const read = (line: string) => {
        onLine(line);
        const listening = line.includes('"msg":"listening"') ? (JSON.parse(line) as { port: number }) : undefined;
        // Its public URL may be that of a load balancer.
        if (listening) resolve(`http://localhost:${listening.port}`);
      };
      createInterface({ input: child.stdout }).on('line', read);
      createInterface({ input: child.stderr }).on('line', read);
      void exited.then((code) => reject(new Error(`the gateway ended with ${code} before it listened`)));
    });
    return new GatewayProcess(child, url, exited);
  }

  /** Whether it ended, by itself or because it was told to. */
  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  async stop(signal: 'SIGKILL' | 'SIGTERM' | 'SIGINT'): Promise<number | null> {
    this.#child.kill(signal);
    return this.exited;
  }
}

/** Where this process keeps compiled code, its children find it: tests start many gateways. */
export function compileCache(): Record<string, string> {
  const { NODE_COMPILE_CACHE } = process.env;
  return NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE };
}

/** A Postgres, or the folder of an SQLite file, which is for one replica. */
type FleetDatabase = { readonly databaseUrl: string } | { readonly dataDir: string };

export type FleetOptions = FleetDatabase & {
  /** Settings of each gateway beside those that all deployments have. */
  readonly env?: Readonly<Record<string, string>>;
  readonly replicas: number;
  /** Tenants `t0`, `t1` …, each with one installation of the same portal. */
  readonly tenants: number;
  /** Without limits unless they are given. */
  readonly simulator: SimulatorOptions;
};

/** Gateway processes on one database, beside a simulated HubSpot in this process. */
export class Fleet {
  readonly simulator: Simulator;
  readonly lines: string[] = [];
  readonly #options: FleetOptions;
  readonly #deployment: Deployment;
  #processes: GatewayProcess[] = [];

  private constructor(options: FleetOptions, simulator: Simulator, hubspotUrl: string) {
    this.#options = options;
    this.simulator = simulator;
    const database = 'dataDir' in options ? { DATA_DIR: options.dataDir } : { DATABASE_URL: options.databaseUrl };
    this.#deployment = new Deployment(hubspotUrl, database, options.env);
  }

  static async start(options: FleetOptions): Promise<Fleet> {
    const simulator = createSimulator({ limits: NO_LIMITS, ...options.simulator });
    const fleet = new Fleet(options, simulator, await simulator.listen());
    await fleet.#deployment.install(fleet.#seeds());
    fleet.#processes = await Promise.all(Array.from({ length: options.replicas }, () => fleet.#spawn()));
    return fleet;
  }

  get processes(): readonly GatewayProcess[] {
    return this.#processes;
  }

  /** Ends one replica, with `kill -9` unless told otherwise; another takes its place. The exit code of the old one. */
  async replace(index: number, signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<number | null> {
    const code = (await this.#processes[index]?.stop(signal)) ?? null;
    this.#processes[index] = await this.#spawn();
    return code;
  }

  /** The `Authorization` header of a viewer. */
  authorization(tenantId: string, scope?: string): string {
    return this.#deployment.authorization(tenantId, scope);
  }

  /** What the database holds of each of these tenants, beside the gateways. */
  installations(tenantIds: readonly string[]): Promise<readonly Installation[][]> {
    return this.#deployment.withStores(({ installations }) =>
      Promise.all(tenantIds.map((tenantId) => installations.list(tenantId))),
    );
  }

  async stop(): Promise<void> {
    await Promise.all(this.#processes.map((gateway) => gateway.stop('SIGTERM')));
    await this.simulator.close();
  }

  /** Asks a replica as a tenant; `undefined` when the replica died over it. */
  async query(
    replica: number,
    tenant: number,
    query: string,
  ): Promise<{ data?: unknown; errors?: QueryError[] } | undefined> {
    const authorization = this.#deployment.authorization(`t${tenant}`);
    try {
      const response = await fetch(`${this.#processes[replica]?.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization },
        body: JSON.stringify({ query }),
      });
      return (await response.json()) as { data?: unknown; errors?: QueryError[] };
    } catch {
      return undefined;
    }
  }

  /** Which tenants hold a refresh token that HubSpot does not accept: their last answer was destroyed. */
  async brokenTenants(): Promise<number[]> {
    return this.#deployment.withStores(async ({ tokens, installations }) => {
      const broken: number[] = [];
      for (let tenant = 0; tenant < this.#options.tenants; tenant += 1) {
        const [installation] = await installations.list(`t${tenant}`);
        const stored = installation && (await tokens.read(installation));
        const accepted = stored && this.simulator.grants.refreshTokenGrant(stored.refreshToken);
        if (!accepted) broken.push(tenant);
      }
      return broken;
    });
  }

  #spawn(): Promise<GatewayProcess> {
    return GatewayProcess.start(this.#deployment.env, (line) => this.lines.push(line));
  }

  /** With tokens that the simulator issued. */
  *#seeds(): Generator<Seed> {
    const { grants, portals } = this.simulator;
    const [portal] = portals;
    for (let tenant = 0; portal && tenant < this.#options.tenants; tenant += 1) {
      const { accessToken, refreshToken } = grants.issueTokens({ portal, scopes: DEFAULT_APP.requiredScopes });
      const lifeMs = grants.options.accessTokenLifeMs;
      yield { tenantId: `t${tenant}`, hubId: portal.hubId, accessToken: accessToken.token, refreshToken, lifeMs };
    }
  }
}

export interface QueryError {
  readonly message: string;
  readonly extensions: { readonly code: string; readonly reason?: string };
}
