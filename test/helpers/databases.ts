import { inject } from 'vitest';
import { createDatabase } from '../../scripts/postgres.ts';
import type { Clock } from '../../src/lib/clock.ts';
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
  const { url, drop } = kind === 'postgres' ? await createPostgresDatabase() : { url: 'memory:', drop: async () => {} };
  const database = openDatabase({ url, dataDir: '', clock, postgresClock: clock, ...limits });
  await database.migrate();
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

/** An empty database on the tests' Postgres. */
export function createPostgresDatabase(): Promise<{ url: string; drop: () => Promise<void> }> {
  return createDatabase(inject('postgresUrl'));
}
