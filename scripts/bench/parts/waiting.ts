import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGateway } from '../contenders.ts';
import type { Answers, CrowdSpec, SteadySpec } from '../crowd-client.ts';
import { Deployment, type Seed } from '../deployment.ts';
import { type LoadRequest, pause } from '../load.ts';
import { MeasuredProcess } from '../measured-process.ts';
import type { Part } from '../part.ts';
import { type Spread, spread } from '../statistics.ts';
import { number, table, withSpread } from '../table.ts';
import { CONTACTS, contactBody } from '../workloads.ts';

const CROWD = 10_000;
/** Two requests each, as a page sends them. */
const VIEWERS = CROWD / 2;
const OTHERS = 20;
/** Each of the others' portals serves 11 calls a second. */
const PER_SECOND = 100;
const STEADY_MS = 5_000;
const ROUNDS = { short: 3, long: 9 };
const LIFE_MS = 24 * 60 * 60 * 1000;
const HELD_TOKEN = 'access-0';
/** Tenants other than this one must not notice it. */
const CROWDED = 't0';

const SETTINGS = {
  'default limits': {},
  'all held': { MAX_OPERATIONS: '30000', MAX_OPERATIONS_PER_TENANT: '15000' },
} satisfies Readonly<Record<string, Readonly<Record<string, string>>>>;

/** What a portal that does not answer costs its own tenant, and the others. */
export const waiting: Part = {
  name: 'waiting',
  describe: '10,000 open requests that wait for one portal: their memory, their answers, and the p99 of other tenants',
  async run({ long, note }) {
    const stub = new MeasuredProcess({ file: new URL('../hubspot-stub.ts', import.meta.url), core: 'around' });
    const directory = await mkdtemp(join(tmpdir(), 'gateway-bench-'));
    const client = () => new MeasuredProcess({ file: new URL('../crowd-client.ts', import.meta.url), core: 'around' });
    const clients = { crowd: client(), others: client() };
    try {
      const deployment = new Deployment(await stub.url, { DATA_DIR: directory });
      await deployment.install(seeds());
      const site = { deployment, stub, ...clients, rounds: long ? ROUNDS.long : ROUNDS.short };
      const figures: Figures[] = [];
      for (const [name, settings] of Object.entries(SETTINGS)) {
        note(name);
        figures.push({ name, ...(await measure(site, settings)) });
      }
      return { figures, table: tableOf(figures) };
    } finally {
      await Promise.all([clients.crowd.stop(), clients.others.stop(), stub.stop()]);
      await rm(directory, { recursive: true });
    }
  },
};

interface Site {
  readonly deployment: Deployment;
  readonly stub: MeasuredProcess;
  readonly crowd: MeasuredProcess;
  readonly others: MeasuredProcess;
  readonly rounds: number;
}

interface Figures {
  readonly name: string;
  readonly held: number;
  readonly bytesPerHeld: Spread;
  /** To take a request in and hold or refuse it. */
  readonly cpuMicros: Spread;
  /** Milliseconds until all were refused that were not held. */
  readonly refusedWithinMs: Spread;
  readonly withoutRetryAfter: number;
  readonly codes: Answers['codes'];
  /** Of other tenants, in milliseconds. */
  readonly p99Alone: Spread;
  readonly p99Beside: Spread;
  readonly ratio: Spread;
  readonly othersFailed: number;
  /** Under way when all have their answer. */
  readonly left: number;
}

function* seeds(): Generator<Seed> {
  for (let index = 0; index <= OTHERS; index += 1) {
    yield {
      tenantId: `t${index}`,
      hubId: index + 1,
      accessToken: `access-${index}`,
      refreshToken: `refresh-${index}`,
      lifeMs: LIFE_MS,
    };
  }
}

async function measure(
  { deployment, stub, crowd, others, rounds }: Site,
  settings: Readonly<Record<string, string>>,
): Promise<Omit<Figures, 'name'>> {
  const server = startGateway(deployment, { LOG_LEVEL: 'warn', ...settings });
  try {
    const url = await server.url;
    const crowded = Array.from({ length: CROWD }, (_, index) => ({
      authorization: deployment.authorization(CROWDED, 'hubspot:read', `viewer-${index % VIEWERS}`),
      body: contactBody(String(CONTACTS.firstId + index)),
    }));
    const beside = Array.from({ length: OTHERS }, (_, index) => ({
      authorization: deployment.authorization(`t${index + 1}`),
      body: contactBody(String(CONTACTS.firstId + index)),
    }));
    const steady = () => others.ask<Answers>('steady', steadySpec(url, beside));
    // Connections, known viewers and compiled code weigh, too: they are there before the first look.
    await steady();
    for (let round = 0; round < 2; round += 1) {
      await crowd.ask('collect', { url, requests: crowded } satisfies CrowdSpec);
      await crowd.ask('disperse');
    }
    const seen: Round[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const alone = await steady();
      const before = (await server.memory()).heap;
      await stub.ask('hold', HELD_TOKEN);
      const { cpuMicros: cpuBefore } = await server.usage();
      await crowd.ask('collect', { url, requests: crowded } satisfies CrowdSpec);
      const held = await heldCount(url, crowd);
      const cpuMicros = ((await server.usage()).cpuMicros - cpuBefore) / CROWD;
      const during = (await server.memory()).heap;
      const besides = await steady();
      await stub.ask('release');
      const answers = await crowd.ask<Answers>('disperse');
      seen.push({ alone, beside: besides, held, cpuMicros, bytesPerHeld: (during - before) / held, answers });
    }
    return figuresOf(seen, await underWay(url));
  } finally {
    await server.stop();
  }
}

interface Round {
  readonly alone: Answers;
  readonly beside: Answers;
  readonly held: number;
  readonly cpuMicros: number;
  readonly bytesPerHeld: number;
  readonly answers: Answers;
}

function steadySpec(url: string, requests: readonly LoadRequest[]): SteadySpec {
  return { url, requests, perSecond: PER_SECOND, forMs: STEADY_MS };
}

/** Operations under way, once all of the crowd are held or have their answer. */
async function heldCount(url: string, crowd: MeasuredProcess): Promise<number> {
  for (;;) {
    await pause(100);
    const held = await underWay(url);
    if (held + (await crowd.ask<number>('answered')) >= CROWD) return held;
  }
}

async function underWay(url: string): Promise<number> {
  await pause(300);
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return Number(/^gateway_operations (\d+)$/m.exec(metrics)?.[1]);
}

function figuresOf(rounds: readonly Round[], left: number): Omit<Figures, 'name'> {
  const failedOf = ({ statuses }: Answers) =>
    Object.entries(statuses).reduce((sum, [status, count]) => (status === '200' ? sum : sum + count), 0);
  const last = rounds.at(-1);
  return {
    held: last?.held ?? 0,
    bytesPerHeld: spread(rounds.map(({ bytesPerHeld }) => bytesPerHeld)),
    cpuMicros: spread(rounds.map(({ cpuMicros }) => cpuMicros)),
    refusedWithinMs: spread(rounds.map(({ answers }) => answers.lastRefusalMs)),
    withoutRetryAfter: rounds.reduce((sum, { answers }) => sum + answers.withoutRetryAfter, 0),
    codes: last?.answers.codes ?? {},
    p99Alone: spread(rounds.map(({ alone }) => alone.latency.p99)),
    p99Beside: spread(rounds.map(({ beside }) => beside.latency.p99)),
    ratio: spread(rounds.map(({ alone, beside }) => beside.latency.p99 / alone.latency.p99)),
    othersFailed: rounds.reduce((sum, { alone, beside }) => sum + failedOf(alone) + failedOf(beside), 0),
    left,
  };
}

function tableOf(figures: readonly Figures[]): string {
  return table(
    `waiting: ${number(CROWD)} open requests of one tenant, whose portal does not answer; ${OTHERS} other tenants with ${PER_SECOND} requests/s`,
    ['', 'held', 'kB each', 'CPU µs', 'others refused within ms', "others' p99 ms", 'alone', 'ratio', 'failed', 'left'],
    figures.map(
      ({ name, held, bytesPerHeld, cpuMicros, refusedWithinMs, p99Beside, p99Alone, ratio, othersFailed, left }) => [
        name,
        number(held),
        number(bytesPerHeld.median / 1000, 1),
        number(cpuMicros.median),
        withSpread(refusedWithinMs),
        withSpread(p99Beside, 1),
        withSpread(p99Alone, 1),
        withSpread(ratio, 2),
        number(othersFailed),
        number(left),
      ],
    ),
  );
}
