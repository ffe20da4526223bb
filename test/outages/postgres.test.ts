import pg from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Fleet } from '../../scripts/bench/fleet.ts';
import { type OwnPostgres, startPostgres } from '../../scripts/postgres.ts';
import { NO_LIMITS } from '../../src/simulator/limits/limits.ts';
import type { Rotation } from '../../src/simulator/oauth/grants.ts';
import { createPostgresDatabase } from '../helpers/databases.ts';
import { copyDatabase } from '../helpers/lagging-copy.ts';
import { FULL, OutageClients } from '../helpers/outage-clients.ts';
import { SMALL_PORTAL } from '../helpers/stack.ts';
import { startTcpProxy, type TcpProxy } from '../helpers/tcp-proxy.ts';

const TENANTS = 6;
const CLIENTS = 8;
const TIMEOUT_MS = 240_000;
/** So that tokens are refreshed all the time. */
const SIMULATOR = {
  portals: [SMALL_PORTAL],
  accessTokenLifeMs: 1_000,
  limits: { ...NO_LIMITS, burst: { max: 5_000, windowMs: 10_000 } },
} as const;

interface Scenario {
  readonly fleet: Fleet;
  readonly clients: OutageClients;
}

let cleanUp: (() => Promise<unknown>)[];
beforeEach(() => {
  cleanUp = [];
});
afterEach(async () => {
  for (const end of cleanUp.reverse()) await end();
});

/** Three replicas on `databaseUrl`, under load. HubSpot never accepts a refresh token twice, unless told otherwise. */
async function start(databaseUrl: string, rotation: Rotation = 'strict'): Promise<Scenario> {
  const simulator = { ...SIMULATOR, rotation };
  const fleet = await Fleet.start({ databaseUrl, replicas: 3, tenants: TENANTS, simulator });
  cleanUp.push(() => fleet.stop());
  const clients = new OutageClients({ fleet, tenants: TENANTS, clients: CLIENTS });
  cleanUp.push(() => clients.stop());
  await underLoad(clients);
  return { fleet, clients };
}

/** Until so much more was answered: the load has passed whatever was in its way. */
async function underLoad(clients: OutageClients): Promise<void> {
  const before = clients.answered;
  await expect.poll(() => clients.answered - before, { timeout: 30_000 }).toBeGreaterThan(FULL ? 500 : 50);
}

/** What holds after every outage. */
async function expectUnharmed(name: string, { fleet, clients }: Scenario): Promise<void> {
  const endedAt = performance.now();
  await underLoad(clients);
  await clients.stop();
  const recovery = Math.max(0, Math.round(clients.failedAt - endedAt));
  if (FULL) process.stdout.write(`${name}: ${clients.figures}, last failure ${recovery} ms after the end\n`);
  expect(fleet.processes.filter(({ hasEnded }) => hasEnded)).toEqual([]);
  expect(clients.hopeless).toEqual([]);
  expect(await clients.broken()).toEqual([]);
  expect(await fleet.brokenTenants()).toEqual([]);
  expect(fleet.simulator.log.maxRefreshOverlap).toBe(1);
}

it(
  'loses nothing when Postgres ends all connections',
  async () => {
    const { url, proxy } = await proxied();
    const scenario = await start(url);
    for (let time = 0; time < (FULL ? 10 : 2); time += 1) {
      await terminateBackends(proxy.target);
      await underLoad(scenario.clients);
    }
    await expectUnharmed('all connections ended', scenario);
  },
  TIMEOUT_MS,
);

it(
  'loses nothing when Postgres restarts',
  async () => {
    const postgres: OwnPostgres = await startPostgres();
    cleanUp.push(() => postgres.stop());
    const scenario = await start(postgres.url);
    for (let time = 0; time < (FULL ? 10 : 1); time += 1) {
      await postgres.restart();
      await underLoad(scenario.clients);
    }
    await expectUnharmed('restart', scenario);
  },
  TIMEOUT_MS,
);

it(
  'loses nothing while nothing comes back from Postgres',
  async () => {
    const { url, proxy } = await proxied();
    const scenario = await start(url);
    proxy.cut('freeze');
    await new Promise((resolve) => setTimeout(resolve, FULL ? 30_000 : 3_000));
    expect(scenario.clients.codes.has('STORAGE_UNAVAILABLE')).toBe(true);
    proxy.heal();
    await expectUnharmed('frozen', scenario);
  },
  TIMEOUT_MS,
);

/** What may be said of an installation, or of a flow, that the copy does not have. */
const GONE = ['NOT_FOUND', 'NOT_CONNECTED', 'callback 400'];

it.each<Rotation>(['same', 'grace', 'strict'])(
  'goes on from a copy that lags behind (%s)',
  async (rotation) => {
    const database = await createPostgresDatabase();
    cleanUp.push(() => database.drop());
    const { fleet, clients } = await start(database.url, rotation);
    const copy = await copyDatabase(database.url);
    cleanUp.push(() => copy.drop());
    // What is stored from here on is lost.
    await underLoad(clients);
    await copy.failOver(FULL ? 10_000 : 1_500);
    await underLoad(clients);
    await clients.stop();
    if (FULL) process.stdout.write(`failover (${rotation}): ${clients.figures}\n`);

    expect(fleet.processes.filter(({ hasEnded }) => hasEnded)).toEqual([]);
    // Tokens that HubSpot has replaced since are lost with the rows that held them; nothing else is.
    const mayBeSaid = rotation === 'strict' ? [...GONE, 'REAUTHORIZATION_REQUIRED'] : GONE;
    expect(clients.hopeless.filter((code) => !mayBeSaid.includes(code))).toEqual([]);
    expect(await clients.misinformed()).toEqual([]);
    for (let tenant = 0; tenant < TENANTS; tenant += 1) {
      const { data, errors } = await clients.ask(tenant % 3, `t${tenant}`, '{ contact(id: "100001") { email } }');
      if (rotation === 'strict' && errors) {
        expect(errors[0]?.extensions).toMatchObject({
          code: 'REAUTHORIZATION_REQUIRED',
          reason: expect.stringMatching(/^(LOST_ROTATION|REVOKED)$/),
        });
      } else expect(data).toEqual({ contact: { email: expect.any(String) } });
    }
  },
  TIMEOUT_MS,
);

async function proxied(): Promise<{ url: string; proxy: TcpProxy & { readonly target: string } }> {
  const database = await createPostgresDatabase();
  cleanUp.push(() => database.drop());
  const proxy = await startTcpProxy(database.url);
  cleanUp.push(() => proxy.close());
  return { url: proxy.through(database.url), proxy: Object.assign(proxy, { target: database.url }) };
}

async function terminateBackends(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  );
  await client.end();
}
