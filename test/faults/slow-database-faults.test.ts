import { sql } from 'kysely';
import { afterEach, describe, expect, it } from 'vitest';
import { sleep } from '../../src/lib/time/clock.ts';
import type { Installation } from '../../src/storage/installation.ts';
import { faultsOf } from '../helpers/broken-replica.ts';
import type { DatabaseFaults } from '../helpers/database-faults.ts';
import { DATABASE_KINDS } from '../helpers/databases.ts';
import { ALICE, type Answer, Stack, type StackOptions } from '../helpers/stack.ts';
import { codes, EXPIRED, install, READ, refreshes, SECOND, statuses } from '../helpers/token-faults.ts';

const GLOBEX = { ...ALICE, tenant: 'globex' };
const VIEWERS = [ALICE, GLOBEX, { ...ALICE, tenant: 'initech' }];
const CONNECTED = '{ installations { id status } }';
const DISCONNECT = 'mutation ($id: ID!) { disconnectInstallation(installationId: $id) { installation { status } } }';
const ACTIVE = [{ status: 'ACTIVE', status_reason: null }];
const SHED = { code: 'STORAGE_UNAVAILABLE', retryAfterMs: expect.any(Number) };

describe.each(DATABASE_KINDS)('on %s that is slow or has no connection to spare', (database) => {
  let stack: Stack;
  let installation: Installation;
  let faults: DatabaseFaults;
  afterEach(() => stack.stop());

  async function start(options: StackOptions): Promise<void> {
    stack = await Stack.start({ database, simulator: { rotation: 'strict' }, ...options });
    installation = await install(stack);
    faults = faultsOf(stack);
  }

  const extensions = ({ errors = [] }: Answer) => errors.map((error) => error.extensions);

  it('F13 refreshes once although every statement takes 2 s', async () => {
    await start({ replicas: 2 });
    stack.clock.advance(EXPIRED);
    for (const each of stack.databaseFaults) each.after = () => sleep(stack.clock, 2 * SECOND);
    const queries = Array.from({ length: 20 }, (_, index) => stack.queryOn(index % 2, READ));
    expect((await stack.settle(Promise.all(queries))).flatMap(codes)).toEqual([]);
    expect(refreshes(stack)).toBe(1);
    expect(stack.simulator.log.maxRefreshOverlap).toBe(1);
    expect(await statuses(stack)).toEqual(ACTIVE);
  });

  it('F13 needs no more than one connection, slow as it may be', async () => {
    await start({ poolSize: 1 });
    faults.after = () => sleep(stack.clock, 2 * SECOND);
    for (const viewer of VIEWERS.slice(1)) await stack.settle(stack.connect({}, viewer));
    faults.clear();
    stack.clock.advance(EXPIRED);
    const queries = Array.from({ length: 30 }, (_, index) => stack.queryOn(0, READ, {}, VIEWERS[index % 3]));
    expect((await stack.settle(Promise.all(queries))).flatMap(codes)).toEqual([]);
    expect(refreshes(stack)).toBe(VIEWERS.length);
    expect(stack.simulator.log.maxRefreshOverlap).toBe(1);
    expect(await statuses(stack)).toEqual(VIEWERS.flatMap(() => ACTIVE));

    faults.after = () => sleep(stack.clock, 2 * SECOND);
    const { id } = installation;
    expect(codes(await stack.settle(stack.query(DISCONNECT, { id })))).toEqual([]);
    const shown = await stack.settle(stack.query(CONNECTED));
    expect(shown.data).toEqual({ installations: [{ id, status: 'DISCONNECTED' }] });
  });

  it.runIf(database === 'postgres')('F13 sheds who waits in vain for a connection, and recovers', async () => {
    await start({ poolSize: 1 });
    await install(stack, GLOBEX.tenant);
    for (const viewer of [ALICE, GLOBEX]) await stack.queryOn(0, READ, {}, viewer);
    stack.clock.advance(EXPIRED);

    const lock = await stack.db.open().query.startTransaction().execute();
    await lock.selectFrom('installation_tokens').selectAll().forUpdate().execute();
    const first = stack.query(READ);
    try {
      await expect.poll(() => waitingForLocks(), { timeout: 5_000 }).toBe(1);
      expect(extensions(await stack.queryOn(0, READ, {}, GLOBEX))).toEqual([SHED]);
    } finally {
      await lock.rollback().execute();
    }

    // Its statement may have been given up by then.
    expect([[], ['STORAGE_UNAVAILABLE']]).toContainEqual(codes(await first));
    for (const viewer of [ALICE, GLOBEX]) expect(codes(await stack.queryOn(0, READ, {}, viewer))).toEqual([]);
    expect(refreshes(stack)).toBe(2);
    expect(await statuses(stack)).toEqual([...ACTIVE, ...ACTIVE]);
  });

  async function waitingForLocks(): Promise<number> {
    const waiting = sql`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    return (await waiting.execute(stack.db.database.query)).rows.length;
  }
});
