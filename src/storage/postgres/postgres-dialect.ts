import {
  CompiledQuery,
  type DatabaseConnection,
  type Kysely,
  PostgresAdapter,
  PostgresDialect,
  type PostgresDialectConfig,
  PostgresDriver,
  sql,
} from 'kysely';
import type { Tables } from '../tables.ts';

/** The limits of the server in a transaction, in milliseconds; 0 for no limit. */
export interface TransactionLimits {
  readonly statementMs: number;
  /** Between two statements: the locks of a gateway that has crashed must not stay until TCP detects it. */
  readonly idleMs: number;
  /** Wait for a lock. */
  readonly lockMs: number;
}

/**
 * Postgres through a pooler in transaction mode, which assigns a server connection for one transaction at a time. So the
 * gateway leaves no settings, locks or prepared statements in a session.
 */
export class SessionlessPostgresDialect extends PostgresDialect {
  readonly #config: PostgresDialectConfig;
  readonly #limits: TransactionLimits;

  constructor(config: PostgresDialectConfig, limits: TransactionLimits) {
    super(config);
    this.#config = config;
    this.#limits = limits;
  }

  override createDriver(): PostgresDriver {
    return new LimitedTransactionsDriver(this.#config, this.#limits);
  }

  override createAdapter(): PostgresAdapter {
    return new TransactionLockAdapter();
  }
}

class LimitedTransactionsDriver extends PostgresDriver {
  readonly #begin: string;

  constructor(config: PostgresDialectConfig, { statementMs, idleMs, lockMs }: TransactionLimits) {
    super(config);
    const settings = {
      statement_timeout: statementMs,
      idle_in_transaction_session_timeout: idleMs,
      lock_timeout: lockMs,
    };
    const local = Object.entries(settings).map(([name, ms]) => `set local ${name} = ${ms}`);
    this.#begin = ['begin', ...local].join('; ');
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw(this.#begin));
  }
}

/** Kysely's lock id, so that this release and older ones wait for each other. */
const MIGRATION_LOCK = BigInt('3853314791062309107');

/** Waits until no other process migrates, and blocks other migrations until the end of the transaction. */
export async function lockMigrations(transaction: Kysely<Tables>): Promise<void> {
  await sql`select pg_advisory_xact_lock(${sql.lit(MIGRATION_LOCK)})`.execute(transaction);
}

// Kysely locks the session. Through a pooler, the next statement can have another session, and the lock would stay for ever.
class TransactionLockAdapter extends PostgresAdapter {
  override async acquireMigrationLock(): Promise<void> {}
  override async releaseMigrationLock(): Promise<void> {}
}
