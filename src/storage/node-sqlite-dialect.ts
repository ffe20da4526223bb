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

/** How long a statement waits for a lock of another writer, and the time between its attempts. */
const BUSY_TIMEOUT_MS = 5_000;
const BUSY_PAUSE_MS = 5;
/** The lowest byte of all its extended codes: https://sqlite.org/rescode.html#busy */
const SQLITE_BUSY = 5;

/** Kysely with Node's built-in SQLite. `path` is a file or `:memory:`. */
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
  // SQLite's DDL is transactional. With this, Kysely migrates in one transaction. It is immediate, so it also blocks other
  // processes that start with the same file.
  override get supportsTransactionalDdl(): boolean {
    return true;
  }

  // There is one connection. The driver below lends it to one user at a time, and takes it back from a writer that waits
  // for a lock, which Kysely would not do.
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

// A deferred transaction that reads first fails with SQLITE_BUSY if another process writes before its first write. An
// immediate transaction waits for the lock instead (https://sqlite.org/lang_transaction.html).
class ImmediateSqliteDriver extends SqliteDriver {
  readonly #guard: StorageGuard;
  readonly #isInTransaction: () => boolean;
  readonly #mutex = new Mutex();

  constructor(config: SqliteDialectConfig, guard: StorageGuard, isInTransaction: () => boolean) {
    super(config);
    this.#guard = guard;
    this.#isInTransaction = isInTransaction;
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    await this.#mutex.acquire();
    const connection = await super.acquireConnection();
    return {
      executeQuery: (query) =>
        this.#guard.run(() =>
          retryWhileBusy(
            () => connection.executeQuery(query),
            () => this.#pause(),
          ),
        ),
      streamQuery: (query, chunkSize) => connection.streamQuery(query, chunkSize),
    };
  }

  override async releaseConnection(): Promise<void> {
    this.#mutex.release();
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }

  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    // SQLite has rolled back by itself after a full disk (https://sqlite.org/lang_transaction.html#response_to_errors_within_a_transaction).
    if (this.#isInTransaction()) await super.rollbackTransaction(connection);
  }

  /** Lends the connection to others meanwhile, since readers need not wait for the lock. A transaction keeps it. */
  async #pause(): Promise<void> {
    if (this.#isInTransaction()) return pause(BUSY_PAUSE_MS);
    this.#mutex.release();
    await pause(BUSY_PAUSE_MS);
    await this.#mutex.acquire();
  }
}

/** Admits one user at a time, first come, first served. */
class Mutex {
  readonly #waiting: (() => void)[] = [];
  #isTaken = false;

  async acquire(): Promise<void> {
    if (this.#isTaken) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#isTaken = true;
  }

  release(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#isTaken = false;
  }
}

// SQLite's busy timeout would block the whole process, and would never succeed if the other writer is in this process. It
// also does not apply to the switch to WAL, which fails at once while another process does it.
async function retryWhileBusy<T>(work: () => T | Promise<T>, wait: () => Promise<void> = () => pause(BUSY_PAUSE_MS)) {
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
  await retryWhileBusy(() => database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;'));
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

/** Creates a folder and its parents, only for their owner. Node's recursive `mkdirSync` never returns in /proc. */
function createFolder(path: string): void {
  if (existsSync(path)) return;
  createFolder(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Another process can have created it meanwhile.
    if (!existsSync(path)) throw error;
  }
}

function prepare(database: DatabaseSync, sql: string): SqliteStatement {
  const statement = database.prepare(sql);
  // The types in tables.ts allow only text, numbers and null.
  const values = (parameters: readonly unknown[]) => parameters as SQLInputValue[];
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...values(parameters)),
    run: (parameters) => statement.run(...values(parameters)),
    iterate: (parameters) => statement.iterate(...values(parameters)),
  };
}
