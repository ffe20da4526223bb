import { connect, Socket } from 'node:net';
import type { PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import { Pool, type PoolClient, type PoolConfig } from 'pg';
import { StorageTimeoutError, StorageUnavailableError, storageFailure } from '../storage-failure.ts';
import type { StorageGuard } from '../storage-guard.ts';

/** In milliseconds. */
export interface PostgresTimeouts {
  /** Timeout of a statement. */
  readonly statementMs: number;
  /** Timeout of the wait for a free or a new connection. */
  readonly waitMs: number;
  /** The server rolls back a transaction that is idle for this long, and releases its locks. */
  readonly idleMs: number;
}

/** Timeout of a cancel request. */
const CANCEL_MS = 1_000;
/** Time in which the server must confirm the end of a connection. */
const CLOSE_MS = 1_000;

/**
 * A pool whose statements end in time even if the network fails. A timeout of the server cannot be delivered over a dead
 * link, and poolers refuse it. A connection that failed or timed out never returns to the pool: its late answer would be
 * read as that of the next statement.
 */
export class BoundedPool implements PostgresPool {
  readonly #pool: Pool;
  readonly #sockets = new Set<Socket>();
  readonly #timeouts: PostgresTimeouts;
  readonly #guard: StorageGuard;

  constructor(config: PoolConfig, timeouts: PostgresTimeouts, guard: StorageGuard) {
    this.#pool = new Pool({ ...config, connectionTimeoutMillis: timeouts.waitMs, stream: () => this.#openSocket() });
    this.#timeouts = timeouts;
    this.#guard = guard;
    // Without a listener, an `error` event would end the process. The pool emits it for an idle client and replaces that.
    // A client in use emits it itself, and its statement fails.
    this.#pool.on('error', () => {});
    this.#pool.on('connect', (client) => client.on('error', () => {}));
  }

  get options(): object {
    return this.#pool.options;
  }

  /** @throws StorageUnavailableError */
  async connect(): Promise<PostgresPoolClient> {
    try {
      return new BoundedClient(await this.#pool.connect(), this.#timeouts.statementMs, this.#guard);
    } catch (error) {
      throw this.#guard.failure(error);
    }
  }

  async end(): Promise<void> {
    await this.#pool.end();
    // A dead peer never closes its socket, and an open socket keeps the process alive.
    setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy();
    }, CLOSE_MS).unref();
  }

  #openSocket(): Socket {
    const socket = new Socket();
    this.#sockets.add(socket);
    return socket.once('close', () => this.#sockets.delete(socket));
  }
}

class BoundedClient implements PostgresPoolClient {
  readonly #client: PoolClient;
  readonly #statementMs: number;
  readonly #guard: StorageGuard;
  /** The reason not to use the connection again. */
  #failure: StorageUnavailableError | undefined;
  #cancelled: Promise<void> | undefined;

  constructor(client: PoolClient, statementMs: number, guard: StorageGuard) {
    this.#client = client;
    this.#statementMs = statementMs;
    this.#guard = guard;
  }

  query<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  query(): never;
  query<R>(sql?: string, parameters: readonly unknown[] = []): Promise<PostgresQueryResult<R>> {
    if (sql === undefined) throw new TypeError('cursors are not supported');
    // The server must not receive the remaining statements of a failed transaction.
    if (this.#failure) return Promise.reject(this.#failure);
    return this.#guard.run(() => this.#query<R>(sql, parameters));
  }

  release(destroy?: boolean): void {
    const isBroken = destroy === true || this.#failure !== undefined;
    // A pooler finds the statement to cancel by its connection, which must stay open until then.
    if (this.#cancelled) void this.#cancelled.then(() => this.#client.release(true));
    else this.#client.release(isBroken);
  }

  async #query<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>> {
    const expiry = Promise.withResolvers<never>();
    let isAnswered = false;
    const expire = () => {
      if (isAnswered) return;
      this.#cancelled = cancelStatement(this.#client);
      expiry.reject(new StorageTimeoutError(`no answer within ${this.#statementMs} ms`));
    };
    // If the process was blocked for that long, it first reads the answers that have arrived meanwhile.
    const timer = setTimeout(() => setImmediate(expire), this.#statementMs);
    try {
      const result = await Promise.race([this.#client.query(sql, [...parameters]), expiry.promise]);
      // The driver's type of `command` is wider.
      return result as unknown as PostgresQueryResult<R>;
    } catch (error) {
      const failure = storageFailure(error);
      // After a lock timeout or a deadlock, the connection is still good. After other failures it may not be.
      if (failure instanceof StorageUnavailableError && failure.reason !== 'busy') this.#failure = failure;
      throw failure;
    } finally {
      isAnswered = true;
      clearTimeout(timer);
    }
  }
}

/** https://www.postgresql.org/docs/current/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-CANCELREQUEST */
const CANCEL_REQUEST = { bytes: 16, code: 80_877_102 };

/**
 * Asks the server to cancel the statement of a connection, which can hold or wait for locks. Resolves when the server has
 * received the request, or cannot. The request has no TLS, as in libpq before version 17: its key can only cancel
 * statements of this connection.
 */
function cancelStatement(client: PoolClient): Promise<void> {
  // The driver stores the key of the server, but its types omit it.
  const [processId, key]: unknown[] = [Reflect.get(client, 'processID'), Reflect.get(client, 'secretKey')];
  if (typeof processId !== 'number' || typeof key !== 'number') return Promise.resolve();
  const message = Buffer.alloc(CANCEL_REQUEST.bytes);
  for (const [index, value] of [CANCEL_REQUEST.bytes, CANCEL_REQUEST.code, processId, key].entries()) {
    message.writeInt32BE(value, index * 4);
  }
  const { host, port } = client;
  return new Promise((resolve) => {
    const socket = connect(host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port });
    socket.setTimeout(CANCEL_MS, () => socket.destroy());
    // The server closes the socket after the cancellation. PgBouncer drops the request if the client closes first.
    socket.on('error', () => {}).once('close', () => resolve());
    socket.resume().write(message);
  });
}
