import type { Rotation } from 'hubspot-graphql-gateway-simulator';
import pg from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type OwnPostgres, startPostgres } from '../../scripts/postgres.ts';
import { createPostgresDatabase } from '../helpers/databases.ts';
import { copyDatabase } from '../helpers/lagging-copy.ts';
import { FULL, Outage, report, TENANTS, TIMEOUT_MS, underLoad } from '../helpers/outages.ts';
import { startTcpProxy, type TcpProxy } from '../helpers/tcp-proxy.ts';

let outage: Outage;
beforeEach(() => {
  outage = new Outage();
});
afterEach(() => outage.end());

/** Three replicas on `databaseUrl`, under load. HubSpot never accepts a refresh token twice, unless told otherwise. */
const start = (databaseUrl: string, rotation: Rotation = 'strict') =>
  outage.start({ databaseUrl, replicas: 3, simulator: { accessTokenLifeMs: 1_000, rotation } });

it(
  'loses nothing when Postgres ends all connections',
  async () => {
    const { url, proxy } = await proxied();
    const { clients } = await start(url);
    for (let time = 0; time < (FULL ? 10 : 2); time += 1) {
      await terminateBackends(proxy.target);
      await underLoad(clients);
    }
    await outage.expectUnharmed('all connections ended');
  },
  TIMEOUT_MS,
);

it(
  'loses nothing when Postgres restarts',
  async () => {
    const postgres: OwnPostgres = await startPostgres();
    outage.cleanUp(() => postgres.stop());
    const { clients } = await start(postgres.url);
    for (let time = 0; time < (FULL ? 10 : 1); time += 1) {
      await postgres.restart();
      await underLoad(clients);
    }
    await outage.expectUnharmed('restart');
  },
  TIMEOUT_MS,
);

it(
  'loses nothing while nothing comes back from Postgres',
  async () => {
    const { url, proxy } = await proxied();
    const { clients } = await start(url);
    proxy.cut('freeze');
    await new Promise((resolve) => setTimeout(resolve, FULL ? 30_000 : 3_000));
    expect(clients.codes.has('STORAGE_UNAVAILABLE')).toBe(true);
    proxy.heal();
    await outage.expectUnharmed('frozen');
  },
  TIMEOUT_MS,
);

/** What may be said of an installation, or of a flow, that the copy does not have. */
const GONE = ['NOT_FOUND', 'NOT_CONNECTED', 'callback 400'];

it.each<Rotation>(FULL ? ['same', 'grace', 'strict'] : ['strict'])(
  'goes on from a copy that lags behind (%s)',
  async (rotation) => {
    const database = await createPostgresDatabase();
    outage.cleanUp(() => database.drop());
    const { fleet, clients } = await start(database.url, rotation);
    const copy = await copyDatabase(database.url);
    outage.cleanUp(() => copy.drop());
    // What is stored from here on is lost.
    await underLoad(clients);
    await copy.failOver(FULL ? 10_000 : 1_500);
    await underLoad(clients);
    await clients.stop();
    report(`failover (${rotation})`, clients);

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
  outage.cleanUp(() => database.drop());
  const proxy = await startTcpProxy(database.url);
  outage.cleanUp(() => proxy.close());
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
