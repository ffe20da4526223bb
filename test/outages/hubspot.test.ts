import { setImmediate as turn } from 'node:timers/promises';
import { NO_LIMITS } from 'hubspot-graphql-gateway-simulator';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Fleet } from '../../scripts/bench/fleet.ts';
import { createPostgresDatabase } from '../helpers/databases.ts';
import { FULL, Outage, TIMEOUT_MS } from '../helpers/outages.ts';
import { ALICE, type Answer, SMALL_PORTAL, Stack } from '../helpers/stack.ts';
import { SECOND } from '../helpers/token-faults.ts';

const OTHER_PORTAL = { ...SMALL_PORTAL, hubId: 7_654_321, domain: 'northgate.example' };
const BOB = { ...ALICE, sub: 'bob', tenant: 'globex' };
const PER_SECOND = FULL ? 100 : 5;
const AWAY_MS = 60 * SECOND;
/** The other portal's calls have another path. */
const FAILING = '^GET /crm/.*/contacts';
/** Repeats that a portal may have at once, beside one for ten calls and one in ten seconds. */
const REPEATS_AT_ONCE = 5;
const PROBE_EVERY_MS = 5 * SECOND;
const DEADLINE_MS = 25 * SECOND;

let outage: Outage;
beforeEach(() => {
  outage = new Outage();
});
afterEach(() => outage.end());

/** One request of a client, by the clock of the test. */
interface Sent {
  readonly at: number;
  readonly tookMs: number;
  readonly answer: Answer;
}

it.each([
  ['answers 503', { kind: 'answer', status: 503, body: '{}' }],
  ['cuts connections', { kind: 'reset', at: 'before' }],
] as const)(
  'is left alone while HubSpot %s for a minute, and served as soon as it is back',
  async (name, fault) => {
    const stack = await Stack.start({ simulator: { portals: [SMALL_PORTAL, OTHER_PORTAL] } });
    outage.cleanUp(() => stack.stop());
    await stack.connect();
    await stack.connect({}, BOB, { portal: String(OTHER_PORTAL.hubId) });

    const load = new SteppedLoad(stack);
    await load.run(10 * SECOND);
    const beganAt = stack.clock.monotonic();
    const active = stack.simulator.faults.add({ match: FAILING, fault });
    await load.run(AWAY_MS);
    const tries = active.hits;
    active.remove();
    const endedAt = stack.clock.monotonic();
    await load.run(10 * SECOND);
    await load.settle();

    const meanwhile = load.sent.filter(({ at }) => at >= beganAt && at < endedAt);
    const refused = meanwhile.filter(({ answer }) => isRefused(answer));
    const until = meanwhile.filter(({ answer }) => !isRefused(answer)).length;
    const longestMs = Math.max(...load.sent.map(({ tookMs }) => tookMs));
    if (FULL) {
      const figures = `${meanwhile.length} requests, ${tries} calls, ${refused.length} refused at once, longest ${longestMs} ms`;
      process.stdout.write(`HubSpot ${name}: ${figures}\n`);
    }
    // Until the circuit opens, a tenth of the calls is repeated; then one call in five seconds finds out.
    expect(tries).toBeLessThanOrEqual(1.1 * until + REPEATS_AT_ONCE + 1 + AWAY_MS / PROBE_EVERY_MS);
    expect(refused.length).toBeGreaterThan(meanwhile.length / 2);
    expect(meanwhile.flatMap(({ answer }) => answer.errors ?? []).map(({ extensions }) => extensions.code)).toEqual(
      meanwhile.map(() => 'HUBSPOT_UNAVAILABLE'),
    );
    expect(longestMs).toBeLessThanOrEqual(DEADLINE_MS);
    // The next probe comes within five seconds.
    const after = load.sent.filter(({ at }) => at >= endedAt + PROBE_EVERY_MS + SECOND);
    expect(after.length).toBeGreaterThan(0);
    expect(after.flatMap(({ answer }) => answer.errors ?? [])).toEqual([]);
    expect(load.others.flatMap((answer) => answer.errors ?? [])).toEqual([]);
  },
  TIMEOUT_MS,
);

function isRefused({ errors = [] }: Answer): boolean {
  return errors.some(({ message }) => message.startsWith("HubSpot fails most of this portal's calls"));
}

/** So many requests in each second of a clock that goes on when nothing else happens. */
class SteppedLoad {
  readonly sent: Sent[] = [];
  /** To the other portal. */
  readonly others: Answer[] = [];
  readonly #stack: Stack;
  readonly #open = new Set<Promise<void>>();
  #count = 0;

  constructor(stack: Stack) {
    this.#stack = stack;
  }

  async run(ms: number): Promise<void> {
    const stepMs = SECOND / PER_SECOND;
    for (let passed = 0; passed < ms; passed += stepMs) {
      this.#count += 1;
      const sent = this.#send(`{ contacts(first: ${1 + (this.#count % 100)}) { nodes { hubspotId } } }`);
      if (this.#count % 5 === 0)
        this.others.push(await this.#stack.query('{ deals(first: 1) { nodes { hubspotId } } }', {}, BOB));
      // One that waits for the clock is not waited for.
      await Promise.race([sent, new Promise((resolve) => setTimeout(resolve, 20))]);
      this.#stack.clock.advance(stepMs);
      await turn();
    }
  }

  async settle(): Promise<void> {
    await this.#stack.settle(Promise.all(this.#open));
  }

  #send(query: string): Promise<void> {
    const { clock } = this.#stack;
    const at = clock.monotonic();
    const answered = this.#stack.query(query).then((answer) => {
      this.sent.push({ at, tookMs: clock.monotonic() - at, answer });
      this.#open.delete(answered);
    });
    this.#open.add(answered);
    return answered;
  }
}

it.runIf(FULL)(
  'answers in time while HubSpot says nothing for a minute, in real time',
  async () => {
    const database = await createPostgresDatabase();
    outage.cleanUp(() => database.drop());
    const limits = { ...NO_LIMITS, burst: { max: 5_000, windowMs: 10_000 } };
    const simulator = { portals: [SMALL_PORTAL], limits };
    const fleet = await Fleet.start({ databaseUrl: database.url, replicas: 1, tenants: 1, simulator });
    outage.cleanUp(() => fleet.stop());
    const answers: { readonly code: string; readonly ms: number; readonly at: number }[] = [];
    const open = new Set<Promise<void>>();
    let count = 0;
    const timer = setInterval(() => {
      count += 1;
      const at = performance.now();
      const sent = fleet
        .query(0, 0, `{ contacts(first: ${1 + (count % 100)}) { nodes { hubspotId } } }`)
        .then((answer) => {
          const code = answer ? (answer.errors?.[0]?.extensions.code ?? 'answered') : 'no answer';
          answers.push({ code, ms: performance.now() - at, at });
          open.delete(sent);
        });
      open.add(sent);
    }, SECOND / PER_SECOND);
    const pass = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
    await pass(10 * SECOND);
    const silence = fleet.simulator.faults.add({ match: FAILING, fault: { kind: 'hold' } });
    await pass(AWAY_MS);
    silence.remove();
    const endedAt = performance.now();
    await pass(10 * SECOND);
    clearInterval(timer);
    await Promise.all(open);

    const codes = Object.groupBy(answers, ({ code }) => code);
    const figures = Object.entries(codes).map(([code, list]) => `${code} ${list?.length}`);
    const longestMs = Math.max(...answers.map(({ ms }) => ms));
    const failedAt = Math.max(...answers.filter(({ code }) => code !== 'answered').map(({ at }) => at));
    process.stdout.write(
      `HubSpot silent: ${figures.join(', ')}; ${silence.hits} calls; longest ${Math.round(longestMs)} ms; last failure ${Math.round(failedAt - endedAt)} ms after the end\n`,
    );
    expect(codes['no answer']).toBeUndefined();
    expect(longestMs).toBeLessThan(DEADLINE_MS + 5 * SECOND);
  },
  TIMEOUT_MS,
);
