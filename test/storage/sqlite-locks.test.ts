import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sql } from 'kysely';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/lib/time/clock.ts';
import { type Database, openDatabase } from '../../src/storage/database.ts';

let dataDir: string;
let database: Database;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'gateway-sqlite-'));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  database = openDatabase({ url: undefined, dataDir, clock: systemClock });
  onTestFinished(() => database.close());
  await database.migrate();
});

const write = (hubId: number) => database.query.insertInto('portal_budgets').values({ hub_id: hubId, ledger: '{}' });
const hubIds = async () => (await database.query.selectFrom('portal_budgets').select('hub_id').execute()).length;

describe('while another process writes to the file', () => {
  let other: DatabaseSync;
  beforeEach(() => {
    other = new DatabaseSync(join(dataDir, 'gateway.sqlite'));
    onTestFinished(() => other.close());
    other.exec('begin exclusive');
  });

  it('reads go on, however many writers wait', async () => {
    let written = 0;
    const writers = Array.from({ length: 10 }, (_, index) =>
      write(index)
        .execute()
        .then(() => {
          written += 1;
        }),
    );
    const transaction = database.query
      .transaction()
      .execute((query) => query.insertInto('portal_budgets').values({ hub_id: 10, ledger: '{}' }).execute());
    for (let read = 0; read < 50; read += 1) expect(await hubIds()).toBe(0);
    expect(written).toBe(0);
    other.exec('commit');
    await Promise.all([...writers, transaction]);
    expect(await hubIds()).toBe(11);
  });

  it('all waiting statements fail at the same time', async () => {
    const startedAt = performance.now();
    const writers = await Promise.allSettled(Array.from({ length: 10 }, (_, index) => write(index).execute()));
    expect(performance.now() - startedAt).toBeLessThan(15_000);
    for (const writer of writers) {
      expect(writer).toMatchObject({ status: 'rejected', reason: { code: 'STORAGE_UNAVAILABLE', reason: 'busy' } });
    }
    other.exec('rollback');
    await write(1).execute();
  });
});

it('a transaction is not mixed with the statements of others', async () => {
  const entered = Promise.withResolvers<void>();
  const leave = Promise.withResolvers<void>();
  const transaction = database.query.transaction().execute(async (query) => {
    await query.insertInto('portal_budgets').values({ hub_id: 1, ledger: '{}' }).execute();
    entered.resolve();
    await leave.promise;
    throw new TypeError('rolled back');
  });
  await entered.promise;
  const meanwhile = write(2).execute();
  leave.resolve();
  await expect(transaction).rejects.toThrow('rolled back');
  await meanwhile;
  expect(await hubIds()).toBe(1);
});

it('a disk that fills up in a transaction is reported, and the next transaction succeeds', async () => {
  const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(database.query);
  await sql`pragma max_page_count = ${sql.lit((rows[0]?.page_count ?? 0) + 1)}`.execute(database.query);
  const fill = (text: string) =>
    database.query.transaction().execute(async (query) => {
      await query.insertInto('portal_budgets').values({ hub_id: 1, ledger: '{}' }).execute();
      await query.insertInto('portal_budgets').values({ hub_id: 2, ledger: text }).execute();
    });
  await expect(fill('x'.repeat(100_000))).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE', reason: 'full' });
  expect(await hubIds()).toBe(0);
  await fill('x');
  expect(await hubIds()).toBe(2);
});
