import type { SimulatorOptions, Statistics } from 'hubspot-graphql-gateway-simulator';
import { createDatabase, findPostgres } from '../../postgres.ts';
import { type Contender, gateway, type HubspotAccess, SDK_LIMITER, YOGA } from '../contenders.ts';
import { LoadClient, type Round } from '../load.ts';
import { MeasuredProcess } from '../measured-process.ts';
import type { Part } from '../part.ts';
import { installPeers } from '../peers.ts';
import { type Spread, spread } from '../statistics.ts';
import { number, table, withSpread } from '../table.ts';
import { CONTACTS, Q1 } from '../workloads.ts';

/** Of each gateway that is asked. A batch cannot be fuller than the clients that wait for it. */
const CLIENTS = 200;
const REPLICAS = 3;
const LATENCY_MS = 40;
/** HubSpot's window: the first one begins with an untouched budget, so it is not counted. */
const WINDOW_MS = 10_000;

const SIMULATOR: SimulatorOptions = {
  portals: [
    {
      hubId: 1_234_567,
      domain: 'bench.example',
      user: 'bench@bench.example',
      size: { contacts: CONTACTS.count, deals: 0, companies: 0 },
    },
  ],
  limits: { burst: { max: 110, windowMs: WINDOW_MS }, search: { max: 5, windowMs: 1_000 } },
  latencyMs: LATENCY_MS,
  logRequests: false,
};

/** What is left of a portal's budget when many clients ask at once. */
export const budget: Part = {
  name: 'budget',
  describe: 'contacts per second that clients get out of 110 HubSpot calls per 10 s',
  async run({ long, note }) {
    installPeers(note);
    const postgres = await findPostgres();
    const databases = await Promise.all([createDatabase(postgres.url), createDatabase(postgres.url)]);
    const [few, many] = databases;
    const name = `this gateway, ${REPLICAS} replicas`;
    const entries: readonly Entry[] = [
      { contender: gateway({ name: 'this gateway' }), clients: CLIENTS },
      { contender: gateway({ name, replicas: REPLICAS, databaseUrl: few.url }), clients: CLIENTS },
      { contender: gateway({ name, replicas: REPLICAS, databaseUrl: many.url }), clients: CLIENTS * REPLICAS },
      { contender: SDK_LIMITER, clients: CLIENTS },
      { contender: YOGA, clients: CLIENTS },
    ];
    const figures: Figures[] = [];
    const client = new LoadClient();
    try {
      for (const entry of entries) {
        note(`${entry.contender.name}, ${entry.clients} clients, ${long ? 70 : 30} s`);
        figures.push(await measure(entry, client, long ? 6 : 2));
      }
    } finally {
      await client.stop();
      await Promise.all(databases.map((database) => database.drop()));
      await postgres.stop();
    }
    return { table: tableOf(figures), figures };
  },
};

interface Entry {
  readonly contender: Contender;
  readonly clients: number;
}

interface Figures {
  readonly contender: string;
  readonly clients: number;
  readonly contactsPerSecond: Spread;
  readonly failed: number;
  readonly answered: number;
  /** 429s that HubSpot answered. */
  readonly refused: number;
  readonly callsPerSecond: number;
  /** The most calls that HubSpot saw within 10 s. */
  readonly maxInWindow: number;
  readonly p50Ms: Spread;
  readonly p99Ms: Spread;
}

async function measure(entry: Entry, client: LoadClient, windows: number): Promise<Figures> {
  const { contender, clients } = entry;
  const file = new URL('../simulator-process.ts', import.meta.url);
  const hubspot = new MeasuredProcess({ file, args: [JSON.stringify(SIMULATOR)], core: 'around' });
  await hubspot.url;
  const running = await contender.start(await hubspot.ask<HubspotAccess>('access'));
  try {
    const spec = {
      urls: running.urls,
      connections: clients,
      requests: Q1.bodies.map((body) => running.request(body)),
    };
    const reset = setTimeout(() => void hubspot.ask('reset'), WINDOW_MS);
    const duration = { warmUpMs: WINDOW_MS, measureMs: WINDOW_MS, count: windows };
    const rounds = await client.windows(running, spec, duration).finally(() => clearTimeout(reset));
    return figuresOf(entry, rounds, await hubspot.ask<Statistics>('statistics'));
  } finally {
    await running.stop();
    await hubspot.stop();
  }
}

function figuresOf(
  { contender, clients }: Entry,
  rounds: readonly Round[],
  { calls, refused, maxInWindow }: Statistics,
): Figures {
  const sum = (pick: (round: Round) => number) => rounds.reduce((total, round) => total + pick(round), 0);
  return {
    contender: contender.name,
    clients,
    contactsPerSecond: spread(rounds.map(({ perSecond }) => perSecond)),
    failed: sum((round) => round.failed),
    answered: sum((round) => round.answered),
    refused: Object.values(refused).reduce((total, count) => total + count, 0),
    callsPerSecond: calls.burst / sum((round) => round.seconds),
    maxInWindow: Math.max(0, ...Object.values(maxInWindow)),
    p50Ms: spread(rounds.map(({ latency }) => latency.p50)),
    p99Ms: spread(rounds.map(({ latency }) => latency.p99)),
  };
}

function tableOf(figures: readonly Figures[]): string {
  const columns = ['', 'clients', 'contacts/s', 'failed', '429s', 'calls/s', 'most in 10 s', 'p50 ms', 'p99 ms'];
  const rows = figures.map((each) => [
    each.contender,
    number(each.clients),
    withSpread(each.contactsPerSecond),
    `${number(each.failed)} of ${number(each.failed + each.answered)}`,
    number(each.refused),
    number(each.callsPerSecond, 1),
    number(each.maxInWindow),
    withSpread(each.p50Ms),
    withSpread(each.p99Ms),
  ]);
  const title = `budget: clients that ask for one random contact each time; HubSpot allows 110 calls per 10 s and takes ${LATENCY_MS} ms`;
  return table(title, columns, rows);
}
