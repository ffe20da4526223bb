import { afterEach, expect, it } from 'vitest';
import { Fleet } from '../../scripts/bench/fleet.ts';
import { createPostgresDatabase } from '../helpers/databases.ts';
import { SMALL_PORTAL } from '../helpers/stack.ts';
import { type Cut, startTcpProxy, type TcpProxy } from '../helpers/tcp-proxy.ts';

const EXPIRIES = '{ installations { id accessTokenExpiresAt } }';
const CUTS = ['reset', 'end', 'freeze'] as const satisfies readonly Cut[];

let fleet: Fleet;
let proxy: TcpProxy;
let database: Awaited<ReturnType<typeof createPostgresDatabase>>;
afterEach(async () => {
  await fleet.stop();
  await proxy.close();
  await database.drop();
});

it('a gateway outlives every way in which its connections to Postgres break, and ends when it is told', async () => {
  database = await createPostgresDatabase();
  proxy = await startTcpProxy(database.url);
  const simulator = { portals: [SMALL_PORTAL] };
  fleet = await Fleet.start({ databaseUrl: proxy.through(database.url), replicas: 1, tenants: 1, simulator });
  const [gateway] = fleet.processes;
  const ask = async () => (await fleet.query(0, 0, EXPIRIES))?.errors?.map(({ extensions }) => extensions.code);

  for (const how of CUTS) {
    expect(await ask()).toBeUndefined();
    proxy.cutAt('installation_tokens', how);
    expect(await ask()).toEqual(['STORAGE_UNAVAILABLE']);
    proxy.heal();
    await expect.poll(ask).toBeUndefined();
  }

  // Also when nothing answers its good-bye.
  proxy.cut('freeze');
  expect(await gateway?.stop('SIGTERM')).toBe(0);
  const outages = fleet.lines.filter((line) => line.includes('"the database is not available"'));
  expect(outages.length).toBeGreaterThan(0);
}, 60_000);
