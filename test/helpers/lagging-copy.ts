import pg from 'pg';
import { createDatabase } from '../../scripts/postgres.ts';
import { systemClock } from '../../src/lib/time/clock.ts';
import { openDatabase } from '../../src/storage/database.ts';

/** A copy of a database that knows nothing of what came later: a standby that lags behind. */
export interface LaggingCopy {
  /** All connections end, new ones are refused for `awayMs`, and then lead to the copy. */
  failOver(awayMs: number): Promise<void>;
  drop(): Promise<void>;
}

/** Copies the gateway's database at `url`, all tables as of one moment, while it is in use. */
export async function copyDatabase(url: string): Promise<LaggingCopy> {
  const admin = new URL(url);
  admin.pathname = '/postgres';
  const copy = await createDatabase(admin.href);
  const [name, copyName] = [nameIn(url), nameIn(copy.url)];
  const migrated = openDatabase({ url: copy.url, dataDir: '', clock: systemClock });
  await migrated.migrate().finally(() => migrated.close());
  await copyRows(url, copy.url);
  return {
    failOver: (awayMs) =>
      onServer(admin.href, async (client) => {
        await client.query(`alter database ${name} with allow_connections false`);
        await client.query('select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = $1', [name]);
        await new Promise((resolve) => setTimeout(resolve, awayMs));
        await client.query(`alter database ${name} rename to ${name}_lost`);
        await client.query(`alter database ${copyName} rename to ${name}`);
      }),
    drop: () =>
      onServer(admin.href, async (client) => {
        for (const each of [copyName, `${name}_lost`]) {
          await client.query(`drop database if exists ${each} with (force)`);
        }
      }),
  };
}

async function copyRows(from: string, to: string): Promise<void> {
  const rows = await onServer(from, async (client) => {
    await client.query('begin isolation level repeatable read');
    const tables = await client.query<{ name: string }>(
      "select tablename as name from pg_tables where schemaname = 'public' and tablename not like 'kysely%'",
    );
    const copied: [table: string, rows: string][] = [];
    for (const { name } of tables.rows) {
      const { rows } = await client.query<{ json: string }>(
        `select coalesce(json_agg(t), '[]')::text as json from ${name} t`,
      );
      copied.push([name, rows[0]?.json ?? '[]']);
    }
    return copied;
  });
  await onServer(to, async (client) => {
    await client.query("begin; set local session_replication_role = 'replica'");
    for (const [table, json] of rows) {
      await client.query(`insert into ${table} select * from json_populate_recordset(null::${table}, $1)`, [json]);
    }
    await client.query('commit');
  });
}

async function onServer<T>(connectionString: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  return work(client).finally(() => client.end());
}

function nameIn(url: string): string {
  return new URL(url).pathname.slice(1);
}
