import { createSecretKey, randomBytes } from 'node:crypto';
import type { ExecutionResult } from 'graphql';
import {
  createSimulator,
  DEFAULT_APP,
  NO_LIMITS,
  type Simulator,
  type SimulatorOptions,
} from 'hubspot-graphql-gateway-simulator';
import { ManualClock } from 'hubspot-graphql-gateway-simulator/manual-clock';
import jwt from 'jsonwebtoken';
import { Browser } from '../../packages/simulator/test/helpers/browser.ts';
import { type Config, loadConfig } from '../../src/config.ts';
import { createGateway, type Gateway } from '../../src/gateway.ts';
import type { PostgresTimeouts } from '../../src/storage/postgres/postgres-pool.ts';
import { type DatabaseFaults, withFaults } from './database-faults.ts';
import { createTestDatabase, type DatabaseKind, type TestDatabase } from './databases.ts';
import { collectingLogger } from './logs.ts';
import { WallClock } from './wall-clock.ts';

export const JWT_SECRET = 'a secret of at least 32 bytes for tests only';
/** A text would be tried as a private key first, for each token. */
const SIGNING_KEY = createSecretKey(JWT_SECRET, 'utf8');
export const ALICE: TestViewer = {
  sub: 'alice',
  tenant: 'acme',
  scope: 'hubspot:read hubspot:write hubspot:erase hubspot:connect',
};

export interface TestViewer {
  readonly sub: string;
  readonly tenant: string;
  readonly scope?: string;
}

export interface StackOptions {
  readonly database?: DatabaseKind;
  readonly env?: Readonly<Record<string, string>>;
  /** Without limits unless they are given. */
  readonly simulator?: Omit<SimulatorOptions, 'clock'>;
  /** Lets the gateway keep HubSpot's limits; its clock must then go on. Without limits by default. */
  readonly rateLimited?: boolean;
  /** Gateways on the one database; more than one needs Postgres. */
  readonly replicas?: number;
  /** What each replica's settings are beside `env`. */
  readonly replicaEnv?: (replica: number) => Readonly<Record<string, string>>;
  /** Connections per replica on Postgres. */
  readonly poolSize?: number;
  /** How long its statements may take, in real milliseconds. */
  readonly timeouts?: PostgresTimeouts;
  /** Another way to Postgres for the gateways than for the test itself: through a proxy, or a pooler. */
  readonly way?: (databaseUrl: string) => Promise<string> | string;
}

export type Answer = ExecutionResult<Record<string, never>> & { readonly data?: unknown };

/** A small portal: enough for most tests, and quick to make. */
export const SMALL_PORTAL = {
  hubId: 1_234_567,
  domain: 'meadowbrook.example',
  user: 'admin@meadowbrook.example',
  size: { contacts: 120, deals: 60, companies: 20 },
};

type StackParts = Pick<
  Stack,
  | 'clock'
  | 'wallClocks'
  | 'simulator'
  | 'gateway'
  | 'gateways'
  | 'config'
  | 'db'
  | 'url'
  | 'urls'
  | 'databaseFaults'
  | 'logs'
>;

const UNLIMITED = { general: Number.POSITIVE_INFINITY, search: Number.POSITIVE_INFINITY };

/** Real gateways and a real simulator on loopback sockets, with one clock in the test's hand. */
export class Stack {
  readonly clock: ManualClock;
  /** The clock of each replica's machine, which HubSpot and Postgres know nothing of; the embedded database has the first. */
  readonly wallClocks: readonly WallClock[];
  readonly simulator: Simulator;
  /** The first replica. */
  readonly gateway: Gateway;
  readonly gateways: readonly Gateway[];
  readonly config: Config;
  readonly db: TestDatabase;
  /** The first replica's public URL. */
  readonly url: string;
  readonly urls: readonly string[];
  /** What the database of each replica does wrong. */
  readonly databaseFaults: readonly DatabaseFaults[];
  /** Everything that the gateway logged. */
  readonly logs: string[];

  private constructor(parts: Omit<StackParts, 'gateway' | 'url'>) {
    const [gateway, url] = [parts.gateways[0], parts.urls[0]];
    if (!gateway || url === undefined) throw new TypeError('a stack has at least one replica');
    this.clock = parts.clock;
    this.wallClocks = parts.wallClocks;
    this.simulator = parts.simulator;
    this.gateway = gateway;
    this.gateways = parts.gateways;
    this.config = parts.config;
    this.db = parts.db;
    this.url = url;
    this.urls = parts.urls;
    this.databaseFaults = parts.databaseFaults;
    this.logs = parts.logs;
  }

  static async start(options: StackOptions = {}): Promise<Stack> {
    const { database = 'sqlite', env = {}, simulator: simulatorOptions, replicas = 1 } = options;
    const clock = new ManualClock();
    const wallClocks = Array.from({ length: replicas }, () => new WallClock(clock));
    const simulator = createSimulator({ clock, portals: [SMALL_PORTAL], limits: NO_LIMITS, ...simulatorOptions });
    const hubspotUrl = await simulator.listen();
    const config = loadConfig({ ...testEnv(hubspotUrl), ...env });
    const db = await createTestDatabase(database, (database === 'sqlite' && wallClocks[0]) || clock, {
      ...(options.poolSize !== undefined && { poolSize: options.poolSize }),
      ...(options.timeouts && { timeouts: options.timeouts }),
    });
    const logs: string[] = [];
    const logger = collectingLogger(logs);
    const way = await options.way?.(db.url);
    const faulty = Array.from({ length: replicas }, () => withFaults(db.open(way)));
    const configOf = (replica: number) =>
      loadConfig({ ...testEnv(hubspotUrl), ...env, ...options.replicaEnv?.(replica) });
    const gateways = faulty.map((replica, index) =>
      createGateway(options.replicaEnv ? configOf(index) : config, {
        clock: wallClocks[index] ?? clock,
        logger,
        database: replica.database,
        ...(!options.rateLimited && { hubspotLimits: UNLIMITED }),
      }),
    );
    const urls: string[] = [];
    for (const gateway of gateways) urls.push(await gateway.listen());
    const databaseFaults = faulty.map(({ faults }) => faults);
    return new Stack({ clock, wallClocks, simulator, gateways, config, db, urls, databaseFaults, logs });
  }

  async stop(): Promise<void> {
    for (const faults of this.databaseFaults) faults.clear();
    this.simulator.faults.clear();
    await this.settle(Promise.all(this.gateways.map((gateway) => gateway.close())));
    await this.simulator.close();
    await this.db.drop();
  }

  /** Waits for `work` while the clock runs: 50 ms for every turn of the event loop in which nothing else happened. */
  async settle<T>(work: Promise<T>): Promise<T> {
    let settled = false;
    const done = () => {
      settled = true;
    };
    work.then(done, done);
    while (!settled) {
      // Real sockets answer in real time; only when they are quiet for a moment, virtual time goes on.
      await new Promise((resolve) => setTimeout(resolve, 2));
      if (!settled) this.clock.advance(50);
    }
    return work;
  }

  token(viewer: TestViewer = ALICE, claims: Readonly<Record<string, unknown>> = {}): string {
    const now = Math.floor(this.clock.now() / 1000);
    return jwt.sign(
      { ...viewer, iss: 'https://issuer.example', aud: 'gateway', iat: now, exp: now + 3_600, ...claims },
      SIGNING_KEY,
    );
  }

  /** Sends an operation as a frontend does; `raw` is the HTTP response, for cookies and status. */
  async send(
    query: string,
    variables: object = {},
    viewer: TestViewer = ALICE,
    headers: Readonly<Record<string, string>> = {},
    replica = 0,
  ): Promise<{ raw: Response; answer: Answer }> {
    const raw = await fetch(`${this.urls[replica]}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.token(viewer)}`, ...headers },
      body: JSON.stringify({ query, variables }),
    });
    return { raw, answer: (await raw.json()) as Answer };
  }

  /** Asks one of the replicas. */
  async queryOn(replica: number, query: string, variables: object = {}, viewer: TestViewer = ALICE): Promise<Answer> {
    return (await this.send(query, variables, viewer, {}, replica)).answer;
  }

  async query(query: string, variables: object = {}, viewer: TestViewer = ALICE): Promise<Answer> {
    return (await this.send(query, variables, viewer)).answer;
  }

  /** Starts a flow from a page of the browser, which then holds its cookie. */
  async startFlow(
    browser: Browser,
    input: object = {},
    viewer: TestViewer = ALICE,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    const { raw, answer } = await this.send(CONNECT, { input }, viewer, { cookie: browser.cookies, ...headers });
    browser.remember(raw);
    const data = answer.data as { connectHubSpot: { authorizeUrl: string } } | null | undefined;
    if (!data) throw new Error(`connectHubSpot failed: ${JSON.stringify(answer.errors)}`);
    return data.connectHubSpot.authorizeUrl;
  }

  /** A person at the consent page; answers the URL that HubSpot sends the browser to. */
  async consent(
    browser: Browser,
    authorizeUrl: string,
    fields: Record<string, string | readonly string[]> = {},
  ): Promise<string> {
    const page = await browser.get(authorizeUrl);
    const html = await page.text();
    if (page.status !== 200) throw new Error(`HubSpot shows an error page: ${html}`);
    const response = await browser.submit(authorizeUrl, html, { decision: 'approve', ...fields });
    return response.headers.get('location') ?? '';
  }

  /** The whole flow; the installation's id. */
  async connect(
    input: object = {},
    viewer: TestViewer = ALICE,
    fields: Record<string, string | readonly string[]> = {},
  ): Promise<string> {
    const browser = new Browser();
    const callback = await this.consent(browser, await this.startFlow(browser, input, viewer), fields);
    const response = await browser.get(callback);
    const result = new URL(response.headers.get('location') ?? 'about:blank').searchParams;
    if (response.status !== 303 || result.get('hubspot') !== 'connected')
      throw new Error(`the callback answered ${response.status}: ${await response.text()}`);
    return result.get('installation') ?? '';
  }
}

const CONNECT = /* GraphQL */ `
  mutation Connect($input: ConnectHubSpotInput) {
    connectHubSpot(input: $input) { authorizeUrl expiresAt scopes optionalScopes }
  }
`;

/** Settings of a gateway beside the simulator at `hubspotUrl`. */
export function testEnv(hubspotUrl: string): Record<string, string> {
  return {
    PORT: '0',
    HUBSPOT_API_URL: hubspotUrl,
    HUBSPOT_AUTHORIZE_URL: `${hubspotUrl}/oauth/authorize`,
    HUBSPOT_CLIENT_ID: DEFAULT_APP.clientId,
    HUBSPOT_CLIENT_SECRET: DEFAULT_APP.clientSecret,
    HUBSPOT_SCOPES: DEFAULT_APP.requiredScopes.join(' '),
    HUBSPOT_OPTIONAL_SCOPES: DEFAULT_APP.optionalScopes.join(' '),
    ENCRYPTION_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    AUTH_JWT_SECRET: JWT_SECRET,
    AUTH_JWT_ISSUER: 'https://issuer.example',
    AUTH_JWT_AUDIENCE: 'gateway',
    RETURN_URLS: 'https://app.example/settings http://localhost:3000',
    CORS_ORIGINS: 'https://app.example',
    DATABASE_URL: 'memory:',
  };
}
