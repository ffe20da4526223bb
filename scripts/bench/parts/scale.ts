import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDatabase, findPostgres } from '../../postgres.ts';
import { startGateway } from '../contenders.ts';
import { Deployment, type Seed } from '../deployment.ts';
import { LoadClient, type LoadRequest, pause, type Round } from '../load.ts';
import { MeasuredProcess } from '../measured-process.ts';
import type { Part, RunOptions } from '../part.ts';
import { installPeers } from '../peers.ts';
import { type Spread, spread } from '../statistics.ts';
import { number, table, withSpread } from '../table.ts';
import { Q1 } from '../workloads.ts';

const CONNECTIONS = 48;
const INSTALLATIONS = [10, 1_000, 10_000];
/** Asked at a time: what differs is how many others there are, not how many queries share a portal's calls. */
const ASKED = 10;
const REPLICAS = [1, 2, 3];
const REPLICATED_INSTALLATIONS = 1_000;
const STARTS = 3;
const LIFE_MS = 24 * 60 * 60 * 1000;
const WARM_UP = { warmUpMs: 2_500, measureMs: 0 };
const WINDOWS = { warmUpMs: 500, measureMs: 1_000, count: 3 };

/** What grows with the number of installations and of replicas, and what does not. */
export const scale: Part = {
  name: 'scale',
  describe: 'cost per query, memory and start with 10, 1,000 and 10,000 installations; 1, 2 and 3 replicas',
  async run(options) {
    installPeers(options.note);
    const stub = new MeasuredProcess({ file: new URL('../hubspot-stub.ts', import.meta.url), core: 'around' });
    const client = new LoadClient();
    try {
      const site = { hubspotUrl: await stub.url, client, ...options };
      const byInstallations = await growInstallations(site);
      const byReplicas = await growReplicas(site);
      return {
        figures: { byInstallations, byReplicas },
        table: `${installationsTable(byInstallations)}\n${replicasTable(byReplicas)}`,
      };
    } finally {
      await Promise.all([client.stop(), stub.stop()]);
    }
  },
};

interface Site extends RunOptions {
  readonly hubspotUrl: string;
  readonly client: LoadClient;
}

interface InstallationsFigures {
  readonly installations: number;
  /** Per query, while some few are asked and all have been. */
  readonly cpuMicros: Spread;
  /** The same, while all are asked at random: with many portals, no query shares a call of HubSpot. */
  readonly cpuMicrosOfAll: Spread;
  /** From the start of the process to its first answer. */
  readonly startMs: Spread;
  readonly heapBytes: number;
  /** What each installation adds once it was asked for. */
  readonly bytesPerInstallation: number;
}

/** One SQLite file that grows from step to step. */
async function growInstallations({ hubspotUrl, client, note }: Site): Promise<InstallationsFigures[]> {
  const directory = await mkdtemp(join(tmpdir(), 'gateway-bench-'));
  const deployment = new Deployment(hubspotUrl, { DATA_DIR: directory });
  const figures: InstallationsFigures[] = [];
  let stored = 0;
  try {
    for (const installations of INSTALLATIONS) {
      note(`${installations} installations`);
      await deployment.install(seeds(stored, installations));
      stored = installations;
      figures.push(await measureInstallations(deployment, installations, client));
    }
  } finally {
    await rm(directory, { recursive: true });
  }
  return figures;
}

async function measureInstallations(
  deployment: Deployment,
  installations: number,
  client: LoadClient,
): Promise<InstallationsFigures> {
  const [firstRequest, ...otherRequests] = requestsOf(deployment, installations);
  if (!firstRequest) throw new TypeError('there is no installation');
  const starts: number[] = [];
  for (let start = 1; start < STARTS; start += 1) {
    const [server, startMs] = await timeStart(deployment, firstRequest);
    starts.push(startMs);
    await server.stop();
  }
  const [server, startMs] = await timeStart(deployment, firstRequest);
  try {
    const url = await server.url;
    const servers = [server];
    // Compiled code weighs, too: it is there before the first look, and one tenant is all that was asked for.
    await client.run({ servers }, { urls: [url], connections: CONNECTIONS, requests: [firstRequest] }, WARM_UP);
    const before = await settledHeap(server);
    await askEachOnce(url, otherRequests);
    const heapBytes = await settledHeap(server);
    const requests = [firstRequest, ...otherRequests];
    const load = { urls: [url], connections: CONNECTIONS };
    const few = await client.windows({ servers }, { ...load, requests: requests.slice(0, ASKED) }, WINDOWS);
    const all = await client.windows({ servers }, { ...load, requests }, WINDOWS);
    return {
      installations,
      cpuMicros: cpuOf(few),
      cpuMicrosOfAll: cpuOf(all),
      startMs: spread([...starts, startMs]),
      heapBytes,
      bytesPerInstallation: (heapBytes - before) / otherRequests.length,
    };
  } finally {
    await server.stop();
  }
}

interface ReplicasFigures {
  readonly replicas: number;
  /** Of all replicas together, per query. */
  readonly cpuMicros: Spread;
  readonly perSecond: Spread;
}

/** Replicas on one Postgres, all on the one core that servers have: what they cost together, not what they could do. */
async function growReplicas({ hubspotUrl, client, note }: Site): Promise<ReplicasFigures[]> {
  const postgres = await findPostgres();
  const database = await createDatabase(postgres.url);
  const deployment = new Deployment(hubspotUrl, { DATABASE_URL: database.url });
  const servers: MeasuredProcess[] = [];
  const figures: ReplicasFigures[] = [];
  try {
    await deployment.install(seeds(0, REPLICATED_INSTALLATIONS));
    const requests = requestsOf(deployment, REPLICATED_INSTALLATIONS);
    for (const replicas of REPLICAS) {
      note(`${replicas} replicas`);
      servers.push(startGateway(deployment));
      const urls = await Promise.all(servers.map((server) => server.url));
      const spec = { urls, connections: CONNECTIONS, requests };
      await client.run({ servers }, { ...spec, urls: urls.slice(-1) }, WARM_UP);
      const rounds = await client.windows({ servers }, spec, WINDOWS);
      figures.push({ replicas, cpuMicros: cpuOf(rounds), perSecond: spread(rounds.map(({ perSecond }) => perSecond)) });
    }
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
    await database.drop();
    await postgres.stop();
  }
  return figures;
}

function tenantOf(index: number): string {
  return `tenant-${index}`;
}

/** Each a tenant of its own, with a portal and tokens of its own. */
function* seeds(from: number, to: number): Generator<Seed> {
  for (let index = from; index < to; index += 1) {
    // As long as HubSpot's are.
    const [accessToken, refreshToken] = [`CKP${index}`.padEnd(67, 'x'), `na1-${index}`.padEnd(41, 'x')];
    yield { tenantId: tenantOf(index), hubId: 1_000_000 + index, accessToken, refreshToken, lifeMs: LIFE_MS };
  }
}

function requestsOf(deployment: Deployment, installations: number): LoadRequest[] {
  return Array.from({ length: installations }, (_, index) => ({
    authorization: deployment.authorization(tenantOf(index)),
    body: Q1.bodies[index % Q1.bodies.length] ?? '',
  }));
}

async function timeStart(deployment: Deployment, request: LoadRequest): Promise<[MeasuredProcess, number]> {
  const startedAt = performance.now();
  const server = startGateway(deployment);
  await ask(await server.url, request);
  return [server, performance.now() - startedAt];
}

async function askEachOnce(url: string, requests: readonly LoadRequest[]): Promise<void> {
  const waiting = requests.values();
  const walk = async () => {
    for (const request of waiting) await ask(url, request);
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, walk));
}

async function ask(url: string, { authorization = '', body }: LoadRequest): Promise<void> {
  const headers = { 'content-type': 'application/json', authorization };
  const answer = await (await fetch(`${url}/graphql`, { method: 'POST', headers, body })).text();
  if (answer.includes('"errors":[')) throw new Error(`the gateway answered ${answer.slice(0, 300)}`);
}

async function settledHeap(server: MeasuredProcess): Promise<number> {
  // What was under way ends meanwhile, and connections that nobody uses any more close.
  await pause(300);
  return (await server.memory()).heap;
}

function cpuOf(rounds: readonly Round[]): Spread {
  return spread(rounds.map(({ cpuMicros }) => cpuMicros));
}

function installationsTable(figures: readonly InstallationsFigures[]): string {
  const columns = [
    'installations',
    `CPU µs per query, ${ASKED} asked`,
    'all asked',
    'start to first answer, ms',
    'heap MB',
    'bytes each',
  ];
  const rows = figures.map((each) => [
    number(each.installations),
    withSpread(each.cpuMicros),
    withSpread(each.cpuMicrosOfAll),
    withSpread(each.startMs),
    number(each.heapBytes / 1024 / 1024, 1),
    // Of a handful, the heap's own noise is all that would be told.
    number(each.installations < 100 ? Number.NaN : each.bytesPerInstallation),
  ]);
  return table('scale: Q1 over installations at random, on one SQLite file', columns, rows);
}

function replicasTable(figures: readonly ReplicasFigures[]): string {
  const rows = figures.map(({ replicas, cpuMicros, perSecond }) => [
    number(replicas),
    withSpread(cpuMicros),
    withSpread(perSecond),
  ]);
  const title = `scale: ${number(REPLICATED_INSTALLATIONS)} installations on one Postgres, all replicas on one core`;
  return table(title, ['replicas', 'CPU µs per query', 'req/s together'], rows);
}
