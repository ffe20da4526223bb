import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import {
  createSimulator,
  DEFAULT_APP,
  FAULTS,
  type Fault,
  NO_LIMITS,
  type Simulator,
} from 'hubspot-graphql-gateway-simulator';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Deployment } from '../../scripts/bench/deployment.ts';
import { MeasuredProcess } from '../../scripts/bench/measured-process.ts';
import { createPostgresDatabase } from '../helpers/databases.ts';
import { Outage } from '../helpers/outages.ts';
import { SMALL_PORTAL } from '../helpers/stack.ts';

/** The long run takes 600. */
const SECONDS = Number(process.env.SOAK_SECONDS ?? 15);
const IS_LONG = SECONDS >= 300;
const MB = 1024 * 1024;
/** In a short run caches still fill, and code is still being compiled. */
const HEAP_TOLERANCE = (IS_LONG ? 1 : 16) * MB;
/** A minute, or a third of a short run, goes before the first sample. */
const FIRST_MS = IS_LONG ? 60_000 : (SECONDS * 1_000) / 3;
/** Idle connections to HubSpot and Postgres are closed by then. */
const QUIET_MS = IS_LONG ? 15_000 : 1_000;
/** Connections to HubSpot and Postgres come and go with the load. */
const MORE_RESOURCES = IS_LONG ? 2 : 10;
const CLIENTS = 12;
const FAULT_EVERY = 100;
const HANG_UP_EVERY = 100;

const KINDS: readonly Fault[] = [
  { kind: 'answer', status: 503, body: '{}' },
  FAULTS.badGatewayHtml,
  { kind: 'reset', at: 'before' },
  { kind: 'reset', at: 'after-headers' },
  { kind: 'reset', at: 'mid-body' },
  { kind: 'delay', ms: 500 },
];

const READS = [
  (turn: number) => `{ contacts(first: ${1 + (turn % 100)}) { nodes { hubspotId email } } }`,
  (turn: number) => `{ contact(id: "${100_001 + (turn % 100)}") { email deals(first: 5) { nodes { name } } } }`,
  (turn: number) => `{ deals(first: ${1 + (turn % 50)}) { nodes { hubspotId name } } }`,
];

let outage: Outage;
beforeEach(() => {
  outage = new Outage();
});
afterEach(() => outage.end());

it(
  'keeps its memory, sockets and timers while one call of HubSpot in a hundred fails',
  async () => {
    const { simulator, gateway, authorization } = await start();
    const load = new Load(simulator, `${await gateway.url}/graphql`, authorization);
    outage.cleanUp(() => load.close());

    await load.run(FIRST_MS);
    const first = await sample(gateway);
    await load.run(SECONDS * 1_000 - FIRST_MS);
    const last = await sample(gateway);

    const { answered, failures, faults } = load;
    const share = answered / (answered + failures.length);
    process.stdout.write(
      `soak: ${SECONDS} s, ${answered} answered, ${failures.length} failed (${[...new Set(failures)]}), ${faults} faults, heap ${mb(first.heap)} to ${mb(last.heap)} MB, ${JSON.stringify(first.resources)} to ${JSON.stringify(last.resources)}\n`,
    );
    expect(share).toBeGreaterThanOrEqual(0.999);
    for (const [kind, count] of Object.entries(last.resources)) {
      expect(count, kind).toBeLessThanOrEqual((first.resources[kind] ?? 0) + MORE_RESOURCES);
    }
    expect(Math.abs(last.heap - first.heap)).toBeLessThan(HEAP_TOLERANCE);
  },
  (SECONDS + 180) * 1_000,
);

async function start() {
  const database = await createPostgresDatabase();
  outage.cleanUp(() => database.drop());
  const limits = { ...NO_LIMITS, burst: { max: 9_000, windowMs: 10_000 } };
  const simulator = createSimulator({
    portals: [SMALL_PORTAL],
    limits,
    accessTokenLifeMs: 20_000,
    rotation: 'strict',
    logRequests: false,
  });
  const deployment = new Deployment(await simulator.listen(), { DATABASE_URL: database.url });
  outage.cleanUp(() => simulator.close());
  const [portal] = simulator.portals;
  if (!portal) throw new TypeError('the simulator has no portal');
  const { accessToken, refreshToken } = simulator.grants.issueTokens({ portal, scopes: DEFAULT_APP.requiredScopes });
  const tokens = { accessToken: accessToken.token, refreshToken, lifeMs: 20_000 };
  await deployment.install([{ tenantId: 'acme', hubId: portal.hubId, ...tokens }]);
  const file = new URL('../../src/cli.ts', import.meta.url);
  const gateway = new MeasuredProcess({ file, args: ['serve'], env: deployment.env, core: 'server' });
  outage.cleanUp(() => gateway.stop());
  return { simulator, gateway, authorization: deployment.authorization('acme') };
}

async function sample(gateway: MeasuredProcess) {
  await pause(QUIET_MS);
  const { heap } = await gateway.memory();
  return { heap, resources: await gateway.resources() };
}

function mb(bytes: number): string {
  return (bytes / MB).toFixed(2);
}

/** Clients that ask as fast as they are answered. One in a hundred hangs up at once. */
class Load {
  answered = 0;
  faults = 0;
  readonly failures: string[] = [];
  readonly #simulator: Simulator;
  readonly #url: string;
  readonly #authorization: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  #turn = 0;

  constructor(simulator: Simulator, url: string, authorization: string) {
    this.#simulator = simulator;
    this.#url = url;
    this.#authorization = authorization;
  }

  async run(ms: number): Promise<void> {
    const endsAt = performance.now() + ms;
    const live = async () => {
      while (performance.now() < endsAt) await this.#ask();
    };
    await Promise.all(Array.from({ length: CLIENTS }, live));
  }

  close(): void {
    this.#agent.destroy();
  }

  async #ask(): Promise<void> {
    this.#turn += 1;
    const turn = this.#turn;
    if (turn % FAULT_EVERY === 0) this.#fail(turn / FAULT_EVERY);
    const query = READS[turn % READS.length]?.(turn) ?? '';
    const hangsUp = turn % HANG_UP_EVERY === HANG_UP_EVERY / 2;
    const told = await this.#post(JSON.stringify({ query }), hangsUp);
    if (hangsUp) return;
    if (told.startsWith('200 {"data":')) this.answered += 1;
    else this.failures.push(/"code":"\w+"/.exec(told)?.[0] ?? told);
  }

  /** The next call. */
  #fail(count: number): void {
    const fault = KINDS[count % KINDS.length];
    if (!fault) return;
    this.faults += 1;
    for (const old of this.#simulator.faults.all().filter(({ hits }) => hits > 0)) old.remove();
    this.#simulator.faults.add({ match: '^(GET|POST) /crm/', times: 1, fault });
  }

  #post(body: string, hangsUp: boolean): Promise<string> {
    const headers = { 'content-type': 'application/json', authorization: this.#authorization };
    return new Promise((resolve) => {
      const call = request(this.#url, { method: 'POST', agent: this.#agent, headers }, async (response) => {
        let text = '';
        try {
          for await (const chunk of response.setEncoding('utf8')) text += chunk;
          resolve(`${response.statusCode} ${text}`);
        } catch (error) {
          resolve(String(error));
        }
      });
      call.on('error', (error) => resolve(String(error)));
      call.end(body, () => {
        if (hangsUp) call.destroy();
      });
    });
  }
}
