import { inject } from 'vitest';
import { createDatabase, run } from '../../scripts/postgres.ts';
import { type Clock, systemClock } from '../../src/lib/time/clock.ts';
import { type Database, type DatabaseOptions, openDatabase } from '../../src/storage/database.ts';

/** Both databases that the gateway runs on. */
export const DATABASE_KINDS = ['sqlite', 'postgres'] as const;
export type DatabaseKind = (typeof DATABASE_KINDS)[number];

export interface TestDatabase {
  readonly database: Database;
  /** Where other processes or pools find the same Postgres database. */
  readonly url: string;
  /** Another replica's way to it: a pool of its own on Postgres, through `way` where one is given; the same on SQLite. */
  open(way?: string): Database;
  drop(): Promise<void>;
}

/** An empty, migrated database whose time is `clock`. */
export async function createTestDatabase(
  kind: DatabaseKind,
  clock: Clock,
  limits: Pick<DatabaseOptions, 'poolSize' | 'timeouts'> = {},
): Promise<TestDatabase> {
  const { url, drop } = kind === 'postgres' ? await borrowPostgresDatabase() : { url: 'memory:', drop: async () => {} };
  const database = openDatabase({ url, dataDir: '', clock, postgresClock: clock, ...limits });
  if (kind === 'sqlite') await database.migrate();
  const opened = [database];
  return {
    database,
    url,
    open(way = url) {
      if (kind === 'sqlite') return { ...database, close: async () => {} };
      const another = openDatabase({ url: way, dataDir: '', clock, postgresClock: clock, ...limits });
      opened.push(another);
      return { ...another, close: async () => {} };
    },
    async drop() {
      for (const each of opened) await each.close();
      await drop();
    },
  };
}

/** Migrated Postgres databases that tests have given back. */
const spare: string[] = [];

/** A migrated database without a row. To make and to drop one takes longer than most tests, to delete rows does not. */
async function borrowPostgresDatabase(): Promise<{ url: string; drop: () => Promise<void> }> {
  const url = spare.pop() ?? (await createMigratedDatabase());
  const giveBack = async () => {
    await deleteRows(url);
    spare.push(url);
  };
  return { url, drop: giveBack };
}

async function createMigratedDatabase(): Promise<string> {
  const { url } = await createPostgresDatabase();
  const database = openDatabase({ url, dataDir: '', clock: systemClock });
  await database.migrate().finally(() => database.close());
  return url;
}

/** Ends all other connections first: a gateway may still be busy on one. */
async function deleteRows(url: string): Promise<void> {
  await run(
    url,
    `do $$ declare name regclass; begin
       perform pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid();
       -- The newest table first: it may reference older ones.
       for name in select oid::regclass from pg_class
         where relkind = 'r' and relnamespace = 'public'::regnamespace and not starts_with(relname, 'kysely_')
         order by oid desc
       loop execute format('delete from %s', name); end loop;
     end $$`,
  );
}

/** An empty database on the tests' Postgres, without tables. */
export async function createPostgresDatabase(): Promise<{ url: string; drop: () => Promise<void> }> {
  const database = await createDatabase(inject('postgresUrl'), inject('postgresPrefix'));
  // Nothing here outlives the server. To wait for the disk at each commit would take most of the time.
  await run(
    database.url,
    `do $$ begin execute format('alter database %I set synchronous_commit = off', current_database()); end $$`,
  );
  return database;
}
