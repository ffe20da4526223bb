import { Browser } from '../../packages/simulator/test/helpers/browser.ts';
import type { Fleet } from '../../scripts/bench/fleet.ts';

/** A client thinks for so long between two requests. */
const PAUSE_MS = 40;
const PERMISSIONS = 'hubspot:read hubspot:write hubspot:connect';
const READ = '{ contact(id: "100001") { email } }';
const STATUSES = '{ installations { status } contact(id: "100001") { email } }';
const INSTALLATIONS = '{ installations { id status } }';
const CONNECT = 'mutation { connectHubSpot { authorizeUrl } }';
const DISCONNECT = 'mutation ($id: ID!) { disconnectInstallation(installationId: $id) { installation { status } } }';

/** What the answer to `STATUSES` looks like then. */
const SEEN: Readonly<Record<Told, RegExp>> = {
  connected: /"installations":\[\{"status":"ACTIVE"\}\].*"email":"/,
  disconnected: /"installations":\[\{"status":"DISCONNECTED"\}\],"contact":null/,
};
const CHECKS_AT_ONCE = 10;

export interface GraphQLAnswer {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: Readonly<Record<string, unknown>> }[];
}

/** What a tenant was told last of its portal. */
type Told = 'connected' | 'disconnected';

export interface OutageClientsOptions {
  readonly fleet: Fleet;
  /** Tenants `t0`, `t1` … that are connected already. */
  readonly tenants: number;
  /** Clients at once. */
  readonly clients: number;
}

/** Clients of a fleet that read, and connect and disconnect portals, while something is wrong; and what they were told. */
export class OutageClients {
  readonly #options: OutageClientsOptions;
  /** How often each code came; `answered` where nothing failed. */
  readonly codes = new Map<string, number>();
  /** Failures that say nothing of another try, or were no answer at all. */
  readonly hopeless: string[] = [];
  readonly told = new Map<string, Told>();
  longestMs = 0;
  /** Queries of portals that were connected before the load began. */
  failedReads = 0;
  /** When something failed last. */
  failedAt = Number.NEGATIVE_INFINITY;
  #isOpen = true;
  readonly #running: readonly Promise<void>[];

  constructor(options: OutageClientsOptions) {
    this.#options = options;
    this.#running = Array.from({ length: options.clients }, (_, client) => this.#live(client));
  }

  async stop(): Promise<void> {
    this.#isOpen = false;
    await Promise.all(this.#running);
  }

  get answered(): number {
    return this.codes.get('answered') ?? 0;
  }

  get failed(): number {
    return [...this.codes.values()].reduce((sum, count) => sum + count, 0) - this.answered;
  }

  /** In one line, for people. */
  get figures(): string {
    const failures = [...this.codes].filter(([code]) => code !== 'answered').map(([code, count]) => `${code} ${count}`);
    const longest = `longest ${Math.round(this.longestMs)} ms`;
    return `answered ${this.answered}, failed ${this.failed} (${failures.join(', ')}), ${longest}, portals connected or disconnected ${this.told.size}`;
  }

  /** Tenants whose portal is not as they were told, by what they see now. */
  async broken(): Promise<string[]> {
    const seeds = this.#seeds.map((tenant) => [tenant, 'connected'] as const);
    const broken: string[] = [];
    await inTurns([...seeds, ...this.told], async ([tenant, told], index) => {
      const replica = index % this.#options.fleet.processes.length;
      const see = async () => JSON.stringify((await this.ask(replica, tenant, STATUSES)).data);
      const seen = await see().then((first) => (SEEN[told].test(first) ? first : see()));
      if (!SEEN[told].test(seen)) broken.push(`${tenant} was told ${told}, replica ${replica} says ${seen}`);
    });
    return broken;
  }

  /** Tenants to whom a replica says something else than the database holds. */
  async misinformed(): Promise<string[]> {
    const { fleet } = this.#options;
    const tenants = [...this.#seeds, ...this.told.keys()];
    const stored = await fleet.installations(tenants);
    const misinformed: string[] = [];
    await inTurns(tenants, async (tenant, index) => {
      const truth = JSON.stringify(stored[index]?.map(({ id, status }) => ({ id, status })));
      for (const replica of fleet.processes.keys()) {
        const said = JSON.stringify((await this.ask(replica, tenant, INSTALLATIONS)).data?.installations);
        if (said !== truth) misinformed.push(`${tenant}: ${truth} is stored, replica ${replica} says ${said}`);
      }
    });
    return misinformed;
  }

  get #seeds(): string[] {
    return Array.from({ length: this.#options.tenants }, (_, tenant) => `t${tenant}`);
  }

  /** One GraphQL request, which is not counted. */
  async ask(replica: number, tenant: string, query: string, variables: object = {}): Promise<GraphQLAnswer> {
    return (await (await this.#send(replica, tenant, query, variables)).json()) as GraphQLAnswer;
  }

  async #live(client: number): Promise<void> {
    const { fleet, tenants } = this.#options;
    const replicas = fleet.processes.length;
    for (let turn = 0; this.#isOpen; turn += 1) {
      const replica = (client + turn) % replicas;
      if (turn % 10 === 0) await this.#connectAndDisconnect(replica, `c${client}-${turn}`, turn % 20 === 0);
      else if ((await this.#counted(replica, `t${(client * 5 + turn) % tenants}`, READ))?.errors) this.failedReads += 1;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  async #connectAndDisconnect(replica: number, tenant: string, isDisconnected: boolean): Promise<void> {
    const installation = await this.#connect(replica, tenant);
    if (installation === undefined) return;
    this.told.set(tenant, 'connected');
    if (!isDisconnected) return;
    // Until the answer is here, nobody knows.
    this.told.delete(tenant);
    for (;;) {
      const answer = await this.#counted(replica, tenant, DISCONNECT, { id: installation });
      if (answer && !answer.errors) break;
      const isGone = answer?.errors?.[0]?.extensions?.code === 'NOT_FOUND';
      if (isGone || !this.#isOpen) return;
      await new Promise((resolve) => setTimeout(resolve, 10 * PAUSE_MS));
    }
    this.told.set(tenant, 'disconnected');
  }

  /** The way of a person's browser; the installation's id, if the person was told that it is connected. */
  async #connect(replica: number, tenant: string): Promise<string | undefined> {
    const browser = new Browser();
    const started = await this.#counted(replica, tenant, CONNECT, {}, browser);
    const flow = started?.data?.connectHubSpot;
    if (typeof flow !== 'object' || flow === null) return undefined;
    const consentPage: string = Reflect.get(flow, 'authorizeUrl');
    const page = await browser.get(consentPage);
    const consent = await browser.submit(consentPage, await page.text(), { decision: 'approve' });
    const startedAt = performance.now();
    const response = await browser.get(consent.headers.get('location') ?? '').catch(String);
    this.longestMs = Math.max(this.longestMs, performance.now() - startedAt);
    if (typeof response === 'string') this.#note(`no answer: ${response}`, false);
    else if (response.status === 503) this.#note('callback 503', response.headers.has('retry-after'));
    else if (response.status !== 303) this.#note(`callback ${response.status}`, false);
    else this.#note('answered', true);
    const location = typeof response === 'string' ? null : response.headers.get('location');
    const result = new URL(location ?? 'about:blank').searchParams;
    return result.get('hubspot') === 'connected' ? (result.get('installation') ?? undefined) : undefined;
  }

  async #counted(
    replica: number,
    tenant: string,
    query: string,
    variables: object = {},
    browser?: Browser,
  ): Promise<GraphQLAnswer | undefined> {
    const startedAt = performance.now();
    try {
      const response = await this.#send(replica, tenant, query, variables);
      browser?.remember(response);
      const answer = (await response.json()) as GraphQLAnswer;
      if (!answer.errors) this.#note('answered', true);
      for (const { message, extensions = {} } of answer.errors?.slice(0, 1) ?? []) {
        // Reads that HubSpot, or a token that the database does not take, keeps for too long.
        const isLate = extensions.code === 'HUBSPOT_TIMEOUT';
        this.#note(String(extensions.code ?? message), isLate || typeof extensions.retryAfterMs === 'number');
      }
      return answer;
    } catch (error) {
      this.#note(`no answer: ${error instanceof Error ? (error.cause ?? error) : error}`, false);
      return undefined;
    } finally {
      this.longestMs = Math.max(this.longestMs, performance.now() - startedAt);
    }
  }

  #note(code: string, mayBeTriedAgain: boolean): void {
    this.codes.set(code, (this.codes.get(code) ?? 0) + 1);
    if (code !== 'answered') this.failedAt = performance.now();
    if (!mayBeTriedAgain) this.hopeless.push(code);
  }

  #send(replica: number, tenant: string, query: string, variables: object): Promise<Response> {
    const { fleet } = this.#options;
    return fetch(`${fleet.processes[replica]?.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: fleet.authorization(tenant, PERMISSIONS) },
      body: JSON.stringify({ query, variables }),
    });
  }
}

async function inTurns<T>(items: readonly T[], work: (item: T, index: number) => Promise<void>): Promise<void> {
  const left = items.entries();
  const workOff = async () => {
    for (const [index, item] of left) await work(item, index);
  };
  await Promise.all(Array.from({ length: CHECKS_AT_ONCE }, workOff));
}
