import { GatewayError } from '../errors.ts';

/** The kind of a database failure; also a label of metrics. */
export type StorageFailureReason = 'unreachable' | 'refused' | 'timeout' | 'busy' | 'read_only' | 'full' | 'failed';

/** The `retryAfterMs` of a database failure. */
const RETRY_AFTER_MS = 1_000;

/** The gateway's database failed. Another attempt, or another replica, may succeed. */
export class StorageUnavailableError extends GatewayError<'STORAGE_UNAVAILABLE'> {
  readonly reason: StorageFailureReason;
  /** The code of the driver, such as `ECONNREFUSED`, `57P01` or `SQLITE_FULL`. */
  readonly driverCode: string | undefined;
  /** One sentence for the operator. It can contain host and user, never a password. */
  readonly explanation: string;
  /** One sentence with the operator's next step. */
  readonly remedy: string;

  constructor(reason: StorageFailureReason, cause: Error) {
    const extensions = { retryAfterMs: RETRY_AFTER_MS };
    super('STORAGE_UNAVAILABLE', "The gateway's database is not available at the moment.", extensions, { cause });
    this.reason = reason;
    this.driverCode = codeOf(cause);
    const code = this.driverCode && !cause.message.includes(this.driverCode) ? ` (${this.driverCode})` : '';
    this.remedy = REMEDIES[reason];
    this.explanation = `${SENTENCES[reason]}: ${cause.message}${code}.`;
  }
}

/** The operator's next step, in one sentence. */
const REMEDIES: Readonly<Record<StorageFailureReason, string>> = {
  unreachable: 'Check that the database runs and that DATABASE_URL, or DATA_DIR, leads to it.',
  refused: 'Check user, password and rights in DATABASE_URL, or the owner of DATA_DIR.',
  timeout: 'Check the load of the database, its disk, and the network.',
  busy: 'Find out who holds locks: a long transaction, or another process that writes to the SQLite file.',
  read_only: 'Check that DATABASE_URL leads to the primary, or that DATA_DIR and its disk can be written.',
  full: "Free space on the database's disk, or enlarge it.",
  failed: "Read the database's own log, and check its disk.",
};

const SENTENCES: Readonly<Record<StorageFailureReason, string>> = {
  unreachable: 'The database cannot be reached',
  refused: 'The database refuses the gateway',
  timeout: 'The database does not answer in time',
  busy: 'The database is busy',
  read_only: 'The database takes no writes',
  full: 'The database has no space left',
  failed: 'The database failed',
};

/** The gateway cannot start because a migration failed. The message is for the operator. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';

  constructor({ explanation, cause }: StorageUnavailableError) {
    super(explanation, { cause });
  }
}

/** The gateway cannot start because a newer release has migrated the database. */
export class DatabaseNewerError extends Error {
  override readonly name = 'DatabaseNewerError';

  constructor(migration: string, cause: unknown) {
    super(
      `A newer release has brought the database up to date (${migration} is unknown here): run that release, or restore the backup from before.`,
      { cause },
    );
  }
}

/** A statement, or the wait for a connection, exceeded its timeout. */
export class StorageTimeoutError extends Error {
  override readonly name = 'StorageTimeoutError';
}

/** Converts an error of a driver to a StorageUnavailableError. Errors that a bug in the gateway causes stay unchanged. */
export function storageFailure(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof GatewayError) return error;
  if (error instanceof TypeError || error instanceof RangeError) return error;
  const reason = error instanceof StorageTimeoutError ? 'timeout' : reasonOf(error);
  return reason === undefined ? error : new StorageUnavailableError(reason, error);
}

/** `undefined` when a bug in the gateway caused the error. */
function reasonOf(error: Error): StorageFailureReason | undefined {
  const sqlite: unknown = Reflect.get(error, 'errcode');
  // The lowest byte of all extended codes is the primary one: https://sqlite.org/rescode.html
  if (typeof sqlite === 'number') return sqliteReason(sqlite & 0xff);
  const code = codeOf(error) ?? '';
  if (SQLSTATE.test(code)) return postgresReason(code);
  if (/time(d )?out/i.test(error.message)) return 'timeout';
  return FILE_REASONS[code] ?? 'unreachable';
}

const SQLSTATE = /^[0-9A-Z]{5}$/;

/** https://www.postgresql.org/docs/current/errcodes-appendix.html: whole codes first, then their classes. */
const POSTGRES_REASONS: Readonly<Record<string, StorageFailureReason | undefined>> = {
  '08P01': 'refused', // PgBouncer also uses it for most of its errors
  '25006': 'read_only',
  '25P03': 'timeout',
  '42501': 'refused',
  '53100': 'full',
  '55P03': 'busy',
  '57014': 'timeout',
  '08': 'unreachable',
  '28': 'refused',
  '3D': 'refused',
  '40': 'busy',
  '53': 'busy',
  '55': 'busy',
  '57': 'unreachable',
  '58': 'failed',
  F0: 'failed',
  XX: 'failed',
};

function postgresReason(code: string): StorageFailureReason | undefined {
  return POSTGRES_REASONS[code] ?? POSTGRES_REASONS[code.slice(0, 2)];
}

const SQLITE_REASONS: Readonly<Record<number, StorageFailureReason>> = {
  3: 'refused', // SQLITE_PERM
  5: 'busy',
  6: 'busy', // SQLITE_LOCKED
  7: 'failed', // SQLITE_NOMEM
  8: 'read_only',
  10: 'failed', // SQLITE_IOERR
  11: 'failed', // SQLITE_CORRUPT
  13: 'full',
  14: 'unreachable', // SQLITE_CANTOPEN
  15: 'busy', // SQLITE_PROTOCOL: locks of the WAL
  23: 'refused', // SQLITE_AUTH
  26: 'failed', // SQLITE_NOTADB
};

function sqliteReason(primaryCode: number): StorageFailureReason | undefined {
  return SQLITE_REASONS[primaryCode];
}

/** Errors of the folder of the embedded database. */
const FILE_REASONS: Readonly<Record<string, StorageFailureReason>> = {
  EACCES: 'refused',
  EPERM: 'refused',
  EROFS: 'read_only',
  ENOSPC: 'full',
  EDQUOT: 'full',
};

function codeOf(error: Error): string | undefined {
  const code: unknown = Reflect.get(error, 'code');
  return typeof code === 'string' ? code : undefined;
}
