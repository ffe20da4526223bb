import { connect, Socket } from 'node:net';
import type { PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import { Pool, type PoolClient, type PoolConfig } from 'pg';
import { StorageTimeoutError, StorageUnavailableError, storageFailure } from '../storage-failure.ts';
import type { StorageGuard } from '../storage-guard.ts';

/** In milliseconds. */
export interface PostgresTimeouts {
  /** A statement that takes longer is given up. */
  readonly statementMs: number;
  /** So is waiting for a free connection, or for a new one. */
  readonly waitMs: number;
  /** A transaction in which nothing happens for so long is rolled back by the server, which lets its locks go. */
  readonly idleMs: number;
}

/** The server hears so long, at most, that nobody waits for a statement any more. */
const CANCEL_MS = 1_000;
/** A connection that says good-bye is given so long to hear it back. */
const GOODBYE_MS = 1_000;

/**
 * A pool whose statements end in time, whatever becomes of the network: a timeout of the server's own cannot fire over a
 * dead link, and poolers refuse it. A connection that failed or timed out never goes back into the pool: an answer that
 * comes late would be taken for that of the next statement.
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
    // Without a listener an `error` event would end the process. A client that is idle tells the pool, which replaces it;
    // one that is in use tells by itself, and its statement fails besides.
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
    // A dead peer never says good-bye, and an open socket keeps the process alive.
    setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy();
    }, GOODBYE_MS).unref();
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
    // The rest of a transaction that failed never reaches the server.
    if (this.#failure) return Promise.reject(this.#failure);
    return this.#guard.run(() => this.#query<R>(sql, parameters));
  }

  release(destroy?: boolean): void {
    const isBroken = destroy === true || this.#failure !== undefined;
    // A pooler knows by the connection which statement to cancel: it has to stand until then.
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
    // A process that was busy for so long itself first reads what has arrived meanwhile.
    const timer = setTimeout(() => setImmediate(expire), this.#statementMs);
    try {
      const result = await Promise.race([this.#client.query(sql, [...parameters]), expiry.promise]);
      // The driver types the command as any text.
      return result as unknown as PostgresQueryResult<R>;
    } catch (error) {
      const failure = storageFailure(error);
      // A lock or a deadlock says nothing about the connection; one to a server that takes no writes any more does.
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
 * Asks the server to end what it does on this connection: nobody waits for it, and it may hold, or wait for, locks.
 * Resolves when that was heard, or cannot be. As libpq did it until version 17, without TLS: the message holds a key to
 * this one connection's cancellation and nothing else.
 */
function cancelStatement(client: PoolClient): Promise<void> {
  // The driver keeps what the server told for this purpose; its types leave it out.
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
    // The server closes when it has done it; PgBouncer forgets the request of who closes first.
    socket.on('error', () => {}).once('close', () => resolve());
    socket.resume().write(message);
  });
}
