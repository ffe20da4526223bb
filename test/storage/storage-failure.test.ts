import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/lib/time/clock.ts';
import { type Database, openDatabase } from '../../src/storage/database.ts';
import { createPostgresDatabase } from '../helpers/databases.ts';
import { noPgBouncer, startPgBouncer } from '../helpers/pgbouncer.ts';

const BUDGET = sql`insert into portal_budgets (hub_id, ledger) values (1, '{}')`;
const PATIENT = { statementMs: 20_000, waitMs: 20_000, idleMs: 20_000 };

const failed = (reason: string) => ({ code: 'STORAGE_UNAVAILABLE', reason, extensions: { retryAfterMs: 1_000 } });

function open(url: string | undefined, dataDir = '', timeouts = PATIENT): Database {
  const database = openDatabase({ url, dataDir, clock: systemClock, timeouts });
  onTestFinished(() => database.close());
  return database;
}

describe('the embedded database', () => {
  async function folder(): Promise<string> {
    const path = await mkdtemp(join(tmpdir(), 'gateway-sqlite-'));
    onTestFinished(() => rm(path, { recursive: true, force: true }));
    return path;
  }

  it('that is full is unavailable', async () => {
    const { query, migrate } = open('memory:');
    await migrate();
    const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(query);
    await sql`pragma max_page_count = ${sql.lit(rows[0]?.page_count)}`.execute(query);
    const big = 'x'.repeat(100_000);
    const insert = sql`insert into portal_budgets (hub_id, ledger) values (1, ${big})`;
    await expect(insert.execute(query)).rejects.toMatchObject(failed('full'));
    expect((await sql`select 1`.execute(query)).rows).toHaveLength(1);
  });

  it('that takes no writes is unavailable', async () => {
    const { query, migrate } = open('memory:');
    await migrate();
    await sql`pragma query_only = 1`.execute(query);
    await expect(BUDGET.execute(query)).rejects.toMatchObject(failed('read_only'));
  });

  it('whose file is no database fails its migration', async () => {
    const dataDir = await folder();
    await writeFile(join(dataDir, 'gateway.sqlite'), 'this was never a database, whatever its name says'.repeat(50));
    await expect(open(undefined, dataDir).migrate()).rejects.toThrow('The database failed: file is not a database');
  });

  it('keeps a fault of ours apart', async () => {
    const { query, migrate } = open('memory:');
    await migrate();
    await BUDGET.execute(query);
    await expect(BUDGET.execute(query)).rejects.not.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    await expect(sql`select nothing from nowhere`.execute(query)).rejects.not.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
    });
  });
});

describe('postgres', () => {
  async function migrated(timeouts = PATIENT): Promise<{ url: string; database: Database }> {
    const { url, drop } = await createPostgresDatabase();
    onTestFinished(drop);
    const database = open(url, '', timeouts);
    await database.migrate();
    return { url, database };
  }

  const backends = sql<{ pid: number }>`select pg_backend_pid() as pid`;

  it('that became a replica is unavailable for writes, and a new connection finds the primary', async () => {
    const { database } = await migrated();
    const { rows: before } = await backends.execute(database.query);
    await sql`set default_transaction_read_only = on`.execute(database.query);
    await expect(BUDGET.execute(database.query)).rejects.toMatchObject(failed('read_only'));
    await BUDGET.execute(database.query);
    expect((await backends.execute(database.query)).rows).not.toEqual(before);
  });

  it('that ends a session is unavailable for its statement, and for none after it', async () => {
    const { database } = await migrated();
    const suicide = sql`select pg_terminate_backend(pg_backend_pid())`;
    await expect(suicide.execute(database.query)).rejects.toMatchObject(failed('unreachable'));
    await BUDGET.execute(database.query);
  });

  it('keeps a connection whose statement only lost a deadlock or a fault of ours', async () => {
    const { database } = await migrated();
    const { rows: before } = await backends.execute(database.query);
    const raise = (code: string) =>
      sql.raw(`do $$ begin raise exception using errcode = '${code}', message = 'raised'; end $$`);
    await expect(raise('40P01').execute(database.query)).rejects.toMatchObject(failed('busy'));
    await expect(raise('23505').execute(database.query)).rejects.toMatchObject({ code: '23505' });
    expect((await backends.execute(database.query)).rows).toEqual(before);
  });

  it('that answered while the process itself was busy has answered', async () => {
    const { database } = await migrated({ ...PATIENT, statementMs: 200 });
    const answer = backends.execute(database.query);
    await new Promise((resolve) => setImmediate(resolve));
    const until = performance.now() + 500;
    while (performance.now() < until);
    expect((await answer).rows).toHaveLength(1);
  });

  describe.each([
    ['directly', undefined],
    ['through a pooler', noPgBouncer],
  ])('asked %s', (way, skipped) => {
    it.skipIf(skipped)('is told to end a statement that nobody waits for any more', async () => {
      const { url, database } = await migrated();
      const pooler =
        way === 'directly' ? undefined : await startPgBouncer({ mode: 'transaction', target: url, poolSize: 2 });
      onTestFinished(() => pooler?.stop());
      const hasty = open(pooler?.through(url) ?? url, '', { statementMs: 300, waitMs: 20_000, idleMs: 20_000 });
      await BUDGET.execute(database.query);
      const lock = await database.query.startTransaction().execute();
      await sql`update portal_budgets set ledger = 'theirs'`.execute(lock);
      const late = sql`update portal_budgets set ledger = 'late'`.execute(hasty.query);
      await expect(late).rejects.toMatchObject(failed('timeout'));
      const waiting = sql`select pid from pg_locks where not granted`;
      await expect.poll(async () => (await waiting.execute(database.query)).rows).toEqual([]);
      await lock.commit().execute();
      const { rows } = await sql`select ledger from portal_budgets`.execute(database.query);
      expect(rows).toEqual([{ ledger: 'theirs' }]);
    });
  });
});
