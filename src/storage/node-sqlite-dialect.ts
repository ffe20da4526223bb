import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import {
  CompiledQuery,
  type DatabaseConnection,
  type DatabaseIntrospector,
  type Dialect,
  type Driver,
  type Kysely,
  type QueryCompiler,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDialect,
  type SqliteDialectConfig,
  SqliteDriver,
  type SqliteStatement,
} from 'kysely';
import type { StorageGuard } from './storage-guard.ts';

/** How long a statement waits for somebody else who is writing to the same file, and how often it looks. */
const BUSY_TIMEOUT_MS = 5_000;
const BUSY_PAUSE_MS = 5;
/** https://sqlite.org/rescode.html#busy, the lowest byte of all its extended codes. */
const SQLITE_BUSY = 5;

/** Kysely over Node's own SQLite. `path` is a file or `:memory:`. */
export class NodeSqliteDialect implements Dialect {
  readonly #base: SqliteDialect;
  readonly #path: string;
  readonly #guard: StorageGuard;

  constructor(path: string, guard: StorageGuard) {
    this.#path = path;
    this.#guard = guard;
    this.#base = new SqliteDialect({ database: async () => openDatabase(path) });
  }

  createDriver(): Driver {
    const guard = this.#guard;
    let file: SqliteFile | undefined;
    const open = async () => {
      file = await openDatabase(this.#path);
      return file;
    };
    return new ImmediateSqliteDriver({ database: () => guard.run(open) }, guard, () => file?.isInTransaction === true);
  }

  createAdapter(): SqliteAdapter {
    return new SharedFileAdapter();
  }

  createQueryCompiler(): QueryCompiler {
    return this.#base.createQueryCompiler();
  }

  createIntrospector(db: Kysely<unknown>): DatabaseIntrospector {
    return this.#base.createIntrospector(db);
  }
}

class SharedFileAdapter extends SqliteAdapter {
  // SQLite's DDL is transactional. Saying so makes the migrator run in one transaction, which, being immediate, is
  // also the guard against several processes that start on one file at once.
  override get supportsTransactionalDdl(): boolean {
    return true;
  }

  // There is one, and the driver below has its users take turns: Kysely would let a writer keep it that waits for a lock.
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

// A deferred transaction that reads first and writes later fails at once with SQLITE_BUSY when another process wrote
// in between; an immediate one waits for its turn (https://sqlite.org/lang_transaction.html).
class ImmediateSqliteDriver extends SqliteDriver {
  readonly #guard: StorageGuard;
  readonly #isInTransaction: () => boolean;
  readonly #turns = new Turns();

  constructor(config: SqliteDialectConfig, guard: StorageGuard, isInTransaction: () => boolean) {
    super(config);
    this.#guard = guard;
    this.#isInTransaction = isInTransaction;
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    await this.#turns.take();
    const connection = await super.acquireConnection();
    return {
      executeQuery: (query) =>
        this.#guard.run(() =>
          onceFree(
            () => connection.executeQuery(query),
            () => this.#pause(),
          ),
        ),
      streamQuery: (query, chunkSize) => connection.streamQuery(query, chunkSize),
    };
  }

  override async releaseConnection(): Promise<void> {
    this.#turns.give();
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }

  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    // A full disk makes SQLite roll back by itself (https://sqlite.org/lang_transaction.html#response_to_errors_within_a_transaction).
    if (this.#isInTransaction()) await super.rollbackTransaction(connection);
  }

  /** Others have their turn meanwhile: who only reads need not wait for a lock. A transaction is nobody else's. */
  async #pause(): Promise<void> {
    if (this.#isInTransaction()) return pause(BUSY_PAUSE_MS);
    this.#turns.give();
    await pause(BUSY_PAUSE_MS);
    await this.#turns.take();
  }
}

/** One user at a time, in the order in which they came. */
class Turns {
  readonly #waiting: (() => void)[] = [];
  #isTaken = false;

  async take(): Promise<void> {
    if (this.#isTaken) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#isTaken = true;
  }

  give(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#isTaken = false;
  }
}

// SQLite's own busy timeout would stop the whole process while it waits, and for ever when the other writer lives in
// this process too; nor does it cover the switch to WAL, which fails at once when somebody else is at it.
async function onceFree<T>(work: () => T | Promise<T>, wait: () => Promise<void> = () => pause(BUSY_PAUSE_MS)) {
  const giveUpAt = performance.now() + BUSY_TIMEOUT_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isBusy(error) || performance.now() >= giveUpAt) throw error;
      await wait();
    }
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === SQLITE_BUSY;
}

interface SqliteFile extends SqliteDatabase {
  readonly isInTransaction: boolean;
}

async function openDatabase(path: string): Promise<SqliteFile> {
  if (path !== ':memory:') createFolder(dirname(path));
  const database = new DatabaseSync(path, { timeout: 0, enableForeignKeyConstraints: true });
  await onceFree(() => database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;'));
  const prepared = new Map<string, SqliteStatement>();
  return {
    get isInTransaction() {
      return database.isTransaction;
    },
    close: () => database.close(),
    prepare(sql) {
      // The statements are few and fixed (values are bound), so this map does not grow.
      const known = prepared.get(sql);
      if (known) return known;
      const statement = prepare(database, sql);
      prepared.set(sql, statement);
      return statement;
    },
  };
}

/** With its parents, for its owner alone. Node's own way never returns where no folder can be, as in /proc. */
function createFolder(path: string): void {
  if (existsSync(path)) return;
  createFolder(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Several processes may start at once.
    if (!existsSync(path)) throw error;
  }
}

function prepare(database: DatabaseSync, sql: string): SqliteStatement {
  const statement = database.prepare(sql);
  // Kysely hands over what was bound by the typed tables of tables.ts: text, numbers and null.
  const values = (parameters: readonly unknown[]) => parameters as SQLInputValue[];
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...values(parameters)),
    run: (parameters) => statement.run(...values(parameters)),
    iterate: (parameters) => statement.iterate(...values(parameters)),
  };
}
