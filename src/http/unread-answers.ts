import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Metrics } from '../lib/metrics.ts';

/** A client that reads no byte for this time is stalled. */
const STALLED_MS = 30_000;
/** The most memory of all unread answers in a process. */
const MAX_BYTES = 128 * 1024 * 1024;
/**
 * Answers in flight on one connection. Node runs all requests of one chunk before any of their answers is sent, up to a
 * thousand. Clients that pipeline requests send few at a time.
 */
const MAX_PER_CONNECTION = 50;
/** The interval of the checks of streamed answers. */
const SWEEP_MS = 1_000;

export interface UnreadAnswersOptions {
  readonly metrics: Pick<Metrics, 'unreadAnswers'>;
  readonly stalledMs?: number;
  readonly maxBytes?: number;
  readonly sweepMs?: number;
}

/**
 * Limits answers that the gateway has sent and clients have not read. They stay in memory until the client reads them, so
 * their time and their bytes are limited.
 */
export class UnreadAnswers {
  readonly #options: Required<UnreadAnswersOptions>;
  readonly #open = new Set<ServerResponse>();
  readonly #inFlight = new WeakMap<Socket, number>();
  /** Bytes of each unread answer, the oldest first. */
  readonly #unread = new Map<ServerResponse, number>();
  /** The answer that the timeout of a connection is for. */
  readonly #timed = new WeakMap<Socket, ServerResponse>();
  #bytes = 0;

  constructor(options: UnreadAnswersOptions) {
    this.#options = { stalledMs: STALLED_MS, maxBytes: MAX_BYTES, sweepMs: SWEEP_MS, ...options };
  }

  /** Checks answers until `server` closes. */
  start(server: Server): void {
    const timer = setInterval(() => {
      for (const response of this.#open) this.#check(response);
    }, this.#options.sweepMs);
    timer.unref();
    server.once('close', () => clearInterval(timer));
  }

  /** False when the connection has too many answers in flight, and is cut. The request must not be handled then. */
  watch(response: ServerResponse): boolean {
    const { socket } = response.req;
    if (socket.destroyed) return false;
    if (this.#count(socket, 1) > MAX_PER_CONNECTION) {
      this.#cut(response, 'too_many');
      return false;
    }
    this.#open.add(response);
    response.once('prefinish', () => this.#check(response));
    response.once('close', () => {
      this.#count(socket, -1);
      this.#open.delete(response);
      this.#forget(response);
    });
    return true;
  }

  #count(socket: Socket, change: 1 | -1): number {
    const count = (this.#inFlight.get(socket) ?? 0) + change;
    this.#inFlight.set(socket, count);
    return count;
  }

  /**
   * The kernel usually takes an answer at once. Only the rest counts as unread. An answer to a pipelined request has no
   * socket while earlier answers of its connection are unread.
   */
  #check(response: ServerResponse): void {
    const bytes = response.writableLength;
    if (bytes === 0) return;
    const { maxBytes } = this.#options;
    this.#bytes += bytes - (this.#unread.get(response) ?? 0);
    this.#unread.set(response, bytes);
    const { socket } = response;
    if (socket && this.#timed.get(socket) !== response) this.#cutWhenStalled(response, socket);
    for (const oldest of this.#unread.keys()) {
      if (this.#bytes <= maxBytes) break;
      this.#cut(oldest, 'too_many');
    }
  }

  #cutWhenStalled(response: ServerResponse, socket: Socket): void {
    const { stalledMs } = this.#options;
    this.#timed.set(socket, response);
    // The timeout ends when the kernel takes more bytes, also in the middle of a write.
    socket.setTimeout(stalledMs);
    response.once('timeout', () => this.#cut(response, 'stalled'));
    response.once('close', () => {
      // Node sets its own timeout for a connection that waits for the next request.
      if (this.#timed.get(socket) === response && socket.timeout === stalledMs) socket.setTimeout(0);
    });
  }

  #cut(response: ServerResponse, reason: 'stalled' | 'too_many'): void {
    this.#forget(response);
    this.#open.delete(response);
    const { socket } = response.req;
    if (!socket.destroyed) this.#options.metrics.unreadAnswers.inc({ reason });
    socket.destroy();
  }

  #forget(response: ServerResponse): void {
    this.#bytes -= this.#unread.get(response) ?? 0;
    this.#unread.delete(response);
  }
}
