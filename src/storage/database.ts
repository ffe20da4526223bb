import { join } from 'node:path';
import { Kysely, PostgresDialect, type RawBuilder, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { Pool, TypeOverrides, types } from 'pg';
import type { Clock } from '../lib/clock.ts';
import { parsePostgresUrl } from '../lib/postgres-url.ts';
import { installations } from './migrations/0001-installations.ts';
import { authorizationRequests } from './migrations/0002-authorization-requests.ts';
import { revocations } from './migrations/0003-revocations.ts';
import { portalBudgets } from './migrations/0004-portal-budgets.ts';
import { NodeSqliteDialect } from './node-sqlite-dialect.ts';
import type { Tables } from './tables.ts';

const MIGRATIONS: Record<string, Migration> = {
  '0001-installations': installations,
  '0002-authorization-requests': authorizationRequests,
  '0003-revocations': revocations,
  '0004-portal-budgets': portalBudgets,
};

/** A statement that takes longer is given up; waiting for a free connection likewise (milliseconds). */
const STATEMENT_TIMEOUT_MS = 2_000;
const POOL_WAIT_MS = 1_000;
/** Pool size per replica; Postgres allows 100 connections by default, and no query of ours is long. */
const POOL_SIZE = 10;

/** The gateway's own database: embedded SQLite or Postgres, behind the same portable SQL. */
export interface Database {
  readonly kind: 'sqlite' | 'postgres';
  readonly query: Kysely<Tables>;
  /** The clock that all replicas share, in epoch milliseconds. The one thing that differs between the two databases. */
  readonly now: () => RawBuilder<number>;
  /** Brings the tables up to date. Safe to run from several processes at once. */
  migrate(): Promise<void>;
  /** Rejects when the database does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** `postgres://…`, `memory:`, or unset for a file in `dataDir`. */
  readonly url: string | undefined;
  readonly dataDir: string;
  /** The clock of the embedded database, which lives on this machine alone. */
  readonly clock: Clock;
  /** Replaces Postgres's own clock: for tests that hold the time. */
  readonly postgresClock?: Clock;
  readonly poolSize?: number;
}

/** Opens the database that `options` name, without touching its tables. */
export function openDatabase(options: DatabaseOptions): Database {
  const { url } = options;
  return url === undefined || url === 'memory:' ? openSqlite(options) : openPostgres(url, options);
}

function openSqlite({ url, dataDir, clock }: DatabaseOptions): Database {
  const path = url === 'memory:' ? ':memory:' : join(dataDir, 'gateway.sqlite');
  const query = new Kysely<Tables>({ dialect: new NodeSqliteDialect(path) });
  return {
    kind: 'sqlite',
    query,
    now: () => sql<number>`${clock.now()}`,
    migrate: () => migrateToLatest(query),
    ping: () => ping(query),
    close: () => query.destroy(),
  };
}

function openPostgres(url: string, { postgresClock, poolSize = POOL_SIZE }: DatabaseOptions): Database {
  const query = postgres(url, { max: poolSize, statement_timeout: STATEMENT_TIMEOUT_MS });
  return {
    kind: 'postgres',
    query,
    now: postgresClock
      ? () => sql<number>`cast(${postgresClock.now()} as bigint)`
      : () => sql<number>`cast(extract(epoch from clock_timestamp()) * 1000 as bigint)`,
    async migrate() {
      const migrations = postgres(url, MIGRATION_LIMITS);
      await migrateToLatest(migrations).finally(() => migrations.destroy());
    },
    ping: () => ping(query),
    close: () => query.destroy(),
  };
}

/** Migrations wait for each other and may rewrite tables: neither limit of the ordinary pool fits them. */
const MIGRATION_LIMITS = { max: 1, statement_timeout: 0 };

function postgres(connectionString: string, limits: { max: number; statement_timeout: number }): Kysely<Tables> {
  const overrides = new TypeOverrides(types);
  // Our bigints are epoch milliseconds and portal numbers: both far below 2^53.
  overrides.setTypeParser(types.builtins.INT8, Number);
  const pool = new Pool({
    keepAlive: true,
    application_name: 'hubspot-gateway',
    ...parsePostgresUrl(connectionString),
    types: overrides,
    connectionTimeoutMillis: POOL_WAIT_MS,
    ...limits,
  });
  // The pool replaces an idle connection that breaks; without a listener the event would end the process.
  pool.on('error', () => {});
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
}

async function migrateToLatest(db: Kysely<Tables>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => MIGRATIONS } });
  const { error } = await migrator.migrateToLatest();
  if (error) throw error;
}

async function ping(db: Kysely<Tables>): Promise<void> {
  await sql`select 1`.execute(db);
}
