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

/** Limits of the server's own within a transaction, in milliseconds; 0 is none. */
export interface TransactionLimits {
  readonly statementMs: number;
  /** Between two statements: a gateway that is gone must not leave its locks behind until TCP notices. */
  readonly idleMs: number;
  /** Waiting for a lock. */
  readonly lockMs: number;
}

/**
 * Postgres as it may be reached through a pooler that lends a connection of the server for one transaction at a time:
 * nothing is left in a session, neither settings nor locks nor named statements.
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

/** Kysely's own lock id, so that older versions of the gateway and this one wait for each other. */
const MIGRATION_LOCK = BigInt('3853314791062309107');

/** Waits until no other process migrates; until the end of the transaction none will. */
export async function lockMigrations(transaction: Kysely<Tables>): Promise<void> {
  await sql`select pg_advisory_xact_lock(${sql.lit(MIGRATION_LOCK)})`.execute(transaction);
}

// Kysely locks the session, which through a pooler may be another one at the next statement: the lock then stays for ever.
class TransactionLockAdapter extends PostgresAdapter {
  override async acquireMigrationLock(): Promise<void> {}
  override async releaseMigrationLock(): Promise<void> {}
}
