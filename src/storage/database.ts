import { join } from 'node:path';
import { Kysely, type RawBuilder, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { TypeOverrides, types } from 'pg';
import { parsePostgresUrl } from '../lib/postgres-url.ts';
import type { Clock } from '../lib/time/clock.ts';
import { installations } from './migrations/0001-installations.ts';
import { authorizationRequests } from './migrations/0002-authorization-requests.ts';
import { revocations } from './migrations/0003-revocations.ts';
import { portalBudgets } from './migrations/0004-portal-budgets.ts';
import { tokenAge } from './migrations/0005-token-age.ts';
import { activeKey } from './migrations/0006-active-key.ts';
import { defaultInstallations } from './migrations/0007-default-installations.ts';
import { flowKinds } from './migrations/0008-flow-kinds.ts';
import { marketplaceInstalls } from './migrations/0009-marketplace-installs.ts';
import { viewerGrants } from './migrations/0010-viewer-grants.ts';
import { NodeSqliteDialect } from './node-sqlite-dialect.ts';
import { lockMigrations, SessionlessPostgresDialect, type TransactionLimits } from './postgres/postgres-dialect.ts';
import { BoundedPool, type PostgresTimeouts } from './postgres/postgres-pool.ts';
import { DatabaseNewerError, MigrationError, StorageUnavailableError } from './storage-failure.ts';
import { StorageGuard, type StorageListener } from './storage-guard.ts';
import type { Tables } from './tables.ts';

const MIGRATIONS: Record<string, Migration> = {
  '0001-installations': installations,
  '0002-authorization-requests': authorizationRequests,
  '0003-revocations': revocations,
  '0004-portal-budgets': portalBudgets,
  '0005-token-age': tokenAge,
  '0006-active-key': activeKey,
  '0007-default-installations': defaultInstallations,
  '0008-flow-kinds': flowKinds,
  '0009-marketplace-installs': marketplaceInstalls,
  '0010-viewer-grants': viewerGrants,
};

/** All queries of the gateway are short, and so are the pauses between the statements of a transaction. */
const TIMEOUTS: PostgresTimeouts = { statementMs: 2_000, waitMs: 1_000, idleMs: 5_000 };
/** Pool size per replica; Postgres allows 100 connections by default. */
const POOL_SIZE = 10;

/** The gateway's database: embedded SQLite or Postgres, with the same portable SQL. */
export interface Database {
  readonly kind: 'sqlite' | 'postgres';
  readonly query: Kysely<Tables>;
  /** The clock that all replicas share, in epoch milliseconds. Its SQL is the only difference between the databases. */
  readonly now: () => RawBuilder<number>;
  /**
   * Migrates the tables to the latest version. Several processes can run it at once.
   * @throws MigrationError, or DatabaseNewerError
   */
  migrate(): Promise<void>;
  /** Calls `listener` for each answer and failure of the database. */
  watch(listener: StorageListener): void;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** `postgres://…`, `memory:`, or unset for a file in `dataDir`. */
  readonly url: string | undefined;
  readonly dataDir: string;
  /** The clock of the embedded database, which only this machine uses. */
  readonly clock: Clock;
  /** Replaces the clock of Postgres in tests. */
  readonly postgresClock?: Clock;
  readonly poolSize?: number;
  /** Shorter in tests. */
  readonly timeouts?: PostgresTimeouts;
}

/** Opens a database without a change of its tables. */
export function openDatabase(options: DatabaseOptions): Database {
  const { url } = options;
  return url === undefined || url === 'memory:' ? openSqlite(options) : openPostgres(url, options);
}

function openSqlite({ url, dataDir, clock }: DatabaseOptions): Database {
  const path = url === 'memory:' ? ':memory:' : join(dataDir, 'gateway.sqlite');
  const guard = new StorageGuard();
  const query = new Kysely<Tables>({ dialect: new NodeSqliteDialect(path, guard) });
  return {
    kind: 'sqlite',
    query,
    now: () => sql<number>`${clock.now()}`,
    migrate: () => migrateToLatest(query),
    watch: (listener) => guard.watch(listener),
    close: () => query.destroy(),
  };
}

function openPostgres(url: string, options: DatabaseOptions): Database {
  const { postgresClock, poolSize = POOL_SIZE, timeouts = TIMEOUTS } = options;
  const guard = new StorageGuard();
  const query = postgres(url, { poolSize, timeouts, limits: { ...timeouts, lockMs: 0 }, guard });
  return {
    kind: 'postgres',
    query,
    now: postgresClock
      ? () => sql<number>`cast(${postgresClock.now()} as bigint)`
      : () => sql<number>`cast(extract(epoch from clock_timestamp()) * 1000 as bigint)`,
    async migrate() {
      const migrations = postgres(url, { ...MIGRATION_OPTIONS, guard });
      await migrateToLatest(migrations, lockMigrations).finally(() => migrations.destroy());
    },
    watch: (listener) => guard.watch(listener),
    close: () => query.destroy(),
  };
}

interface PostgresOptions {
  readonly poolSize: number;
  readonly timeouts: PostgresTimeouts;
  /** The limits of the server in transactions. */
  readonly limits: TransactionLimits;
  readonly guard: StorageGuard;
}

/** Migrations wait for each other and can rewrite tables, so they need longer timeouts. */
const MIGRATION_OPTIONS = {
  poolSize: 1,
  timeouts: { statementMs: 10 * 60_000, waitMs: 5_000, idleMs: 60_000 },
  limits: { statementMs: 0, idleMs: 60_000, lockMs: 60_000 },
};

function postgres(connectionString: string, { poolSize, timeouts, limits, guard }: PostgresOptions): Kysely<Tables> {
  const overrides = new TypeOverrides(types);
  // All bigints are epoch milliseconds or portal ids, far below 2^53.
  overrides.setTypeParser(types.builtins.INT8, Number);
  // Poolers refuse unknown startup parameters. They know `application_name`.
  const config = {
    keepAlive: true,
    application_name: 'hubspot-gateway',
    ...parsePostgresUrl(connectionString),
    types: overrides,
    max: poolSize,
  };
  const pool = new BoundedPool(config, timeouts, guard);
  return new Kysely<Tables>({ dialect: new SessionlessPostgresDialect({ pool }, limits) });
}

/** Runs all migrations in one transaction. `lock` blocks other processes until its end. */
async function migrateToLatest(
  db: Kysely<Tables>,
  lock: (transaction: Kysely<Tables>) => Promise<void> = async () => {},
): Promise<void> {
  const migrated = db.transaction().execute(async (transaction) => {
    await lock(transaction);
    const migrator = new Migrator({ db: transaction, provider: { getMigrations: async () => MIGRATIONS } });
    const { error } = await migrator.migrateToLatest();
    if (error) throw asNewer(error) ?? error;
  });
  await migrated.catch((error: unknown) => {
    throw error instanceof StorageUnavailableError ? new MigrationError(error) : error;
  });
}

/** Kysely has no error class for it, only this message. */
function asNewer(error: unknown): DatabaseNewerError | undefined {
  const [, unknown] = /previously executed migration (\S+) is missing/.exec(String(error)) ?? [];
  return unknown === undefined ? undefined : new DatabaseNewerError(unknown, error);
}
