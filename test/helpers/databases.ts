import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import type { Clock } from '../../src/lib/clock.ts';
import { type Database, openDatabase } from '../../src/storage/database.ts';

/** Both databases that the gateway runs on. */
export const DATABASE_KINDS = ['sqlite', 'postgres'] as const;
export type DatabaseKind = (typeof DATABASE_KINDS)[number];

export interface TestDatabase {
  readonly database: Database;
  /** Where other processes or pools find the same Postgres database. */
  readonly url: string;
  /** Another replica's way to it: a pool of its own on Postgres, the same connection on SQLite. */
  open(): Database;
  drop(): Promise<void>;
}

/** An empty, migrated database whose time is `clock`. */
export async function createTestDatabase(kind: DatabaseKind, clock: Clock): Promise<TestDatabase> {
  const { url, drop } = kind === 'postgres' ? await createPostgresDatabase() : { url: 'memory:', drop: async () => {} };
  const database = openDatabase({ url, dataDir: '', clock, postgresClock: clock });
  await database.migrate();
  const opened = [database];
  return {
    database,
    url,
    open() {
      if (kind === 'sqlite') return { ...database, close: async () => {} };
      const another = openDatabase({ url, dataDir: '', clock, postgresClock: clock });
      opened.push(another);
      return { ...another, close: async () => {} };
    },
    async drop() {
      for (const each of opened) await each.close();
      await drop();
    },
  };
}

/** An empty database on the tests' Postgres. */
export async function createPostgresDatabase(): Promise<{ url: string; drop: () => Promise<void> }> {
  const name = `gateway_test_${randomBytes(6).toString('hex')}`;
  const admin = inject('postgresUrl');
  await run(admin, `create database ${name}`);
  const url = new URL(admin);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => run(admin, `drop database if exists ${name} with (force)`) };
}

async function run(connectionString: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}
