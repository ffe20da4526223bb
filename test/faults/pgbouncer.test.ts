import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/lib/time/clock.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { createPostgresDatabase } from '../helpers/databases.ts';
import { noPgBouncer, type PgBouncer, POOL_MODES, startPgBouncer } from '../helpers/pgbouncer.ts';
import { ALICE, Stack } from '../helpers/stack.ts';
import { codes, EXPIRED, READ, refreshes } from '../helpers/token-faults.ts';

const REFRESH = 'mutation ($id: ID!) { refreshInstallation(installationId: $id) { installation { status } } }';
const DISCONNECT = 'mutation ($id: ID!) { disconnectInstallation(installationId: $id) { installation { status } } }';
const SECRET = 'a-password-that-no-log-shows';
/** On a busy machine a pooler answers late. */
const timeouts = { statementMs: 10_000, waitMs: 10_000, idleMs: 10_000 };

it.runIf(noPgBouncer)(`PgBouncer is not tested: ${noPgBouncer}`, ({ skip }) => skip(noPgBouncer));

describe.skipIf(noPgBouncer).each(POOL_MODES)('behind PgBouncer that lends connections by %s', (mode) => {
  let pooler: PgBouncer;
  let stack: Stack | undefined;
  afterEach(async () => {
    await stack?.stop();
    stack = undefined;
    await pooler.stop();
  });

  it('two replicas migrate, connect, query, refresh and disconnect', async () => {
    stack = await Stack.start({
      database: 'postgres',
      replicas: 2,
      // In session mode each of theirs holds one of the server's.
      poolSize: 3,
      timeouts,
      way: async (target) => {
        pooler = await startPgBouncer({ mode, target, poolSize: mode === 'session' ? 6 : 2 });
        return pooler.through(target);
      },
    });
    const id = await stack.connect();
    expect(codes(await stack.queryOn(1, READ))).toEqual([]);

    stack.clock.advance(EXPIRED);
    const answers = await stack.settle(
      Promise.all(Array.from({ length: 20 }, (_, index) => stack?.queryOn(index % 2, READ) ?? {})),
    );
    expect(answers.flatMap(codes)).toEqual([]);
    expect(refreshes(stack)).toBe(1);

    stack.clock.advance(60_000);
    expect(codes(await stack.settle(stack.query(REFRESH, { id })))).toEqual([]);
    expect(refreshes(stack)).toBe(2);
    const disconnected = await stack.settle(stack.queryOn(1, DISCONNECT, { id }, ALICE));
    expect(disconnected.data).toEqual({ disconnectInstallation: { installation: { status: 'DISCONNECTED' } } });
    for (const url of stack.urls) expect((await fetch(`${url}/health/ready`)).status).toBe(200);
  });

  describe('a database', () => {
    let postgres: Awaited<ReturnType<typeof createPostgresDatabase>>;
    beforeEach(async () => {
      postgres = await createPostgresDatabase();
    });
    afterEach(() => postgres.drop());

    const open = (url: string) => openDatabase({ url, dataDir: '', clock: systemClock, timeouts });

    it('is brought up to date by several at once, again and again, and no lock stays behind', async () => {
      pooler = await startPgBouncer({ mode, target: postgres.url, poolSize: 5 });
      const url = pooler.through(postgres.url);
      for (let round = 0; round < 3; round += 1) {
        const racers = Array.from({ length: 4 }, () => open(url));
        await Promise.all(racers.map((database) => database.migrate()));
        await Promise.all(racers.map((database) => database.close()));
      }
      const direct = open(postgres.url);
      const locks = direct.query.withTables<{ pg_locks: { locktype: string } }>().selectFrom('pg_locks');
      expect(await locks.select('locktype').where('locktype', '=', 'advisory').execute()).toEqual([]);
      await direct.close();
    });

    it('that refuses the gateway says why, without the password', async () => {
      pooler = await startPgBouncer({ mode, target: postgres.url, poolSize: 1, users: { gateway: 'another one' } });
      const url = new URL(pooler.through(postgres.url));
      [url.username, url.password] = ['gateway', SECRET];
      const database = open(url.href);
      const failure = await database.migrate().then(
        () => undefined,
        (error: unknown) => error,
      );
      await database.close();
      expect(failure).toMatchObject({ name: 'MigrationError' });
      expect(String(failure)).toMatch(/The database refuses the gateway: .*password authentication failed/);
      expect(JSON.stringify([String(failure), failure])).not.toContain(SECRET);
    });
  });
});
