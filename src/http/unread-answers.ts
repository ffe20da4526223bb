import type { Server, ServerResponse } from 'node:http';
import type { Metrics } from '../lib/metrics.ts';

/** A client that has not taken a byte for so long is not reading. */
const STALLED_MS = 30_000;
/** All answers together that wait in this process to be read. */
const MAX_BYTES = 128 * 1024 * 1024;
/** Answers that are sent in pieces are looked at so often. */
const SWEEP_MS = 1_000;

export interface UnreadAnswersOptions {
  readonly metrics: Pick<Metrics, 'unreadAnswers'>;
  readonly stalledMs?: number;
  readonly maxBytes?: number;
  readonly sweepMs?: number;
}

/** Answers that are sent and not read yet. Their memory is their clients' to free, so both time and bytes are bounded. */
export class UnreadAnswers {
  readonly #options: Required<UnreadAnswersOptions>;
  readonly #open = new Set<ServerResponse>();
  /** Bytes of each; what has waited longest comes first. */
  readonly #waiting = new Map<ServerResponse, number>();
  #bytes = 0;

  constructor(options: UnreadAnswersOptions) {
    this.#options = { stalledMs: STALLED_MS, maxBytes: MAX_BYTES, sweepMs: SWEEP_MS, ...options };
  }

  /** Looks at answers from now on, until `server` is closed. */
  start(server: Server): void {
    const timer = setInterval(() => {
      for (const response of this.#open) this.#look(response);
    }, this.#options.sweepMs);
    timer.unref();
    server.once('close', () => clearInterval(timer));
  }

  watch(response: ServerResponse): void {
    this.#open.add(response);
    response.once('prefinish', () => this.#look(response));
    response.once('close', () => {
      this.#open.delete(response);
      this.#forget(response);
    });
  }

  /** Nearly all answers are the kernel's as soon as they are sent, and none of our concern. */
  #look(response: ServerResponse): void {
    const { socket } = response;
    const bytes = socket?.writableLength ?? 0;
    if (!socket || bytes === 0) return;
    const { stalledMs, maxBytes } = this.#options;
    const known = this.#waiting.get(response);
    this.#waiting.set(response, bytes);
    this.#bytes += bytes - (known ?? 0);
    if (known === undefined) {
      // Node counts what the kernel takes as activity, also in the middle of a write.
      socket.setTimeout(stalledMs);
      response.once('timeout', () => this.#cut(response, 'stalled'));
      response.once('close', () => {
        // Unless Node has set it anew, as it does for a connection that waits for its next request.
        if (socket.timeout === stalledMs) socket.setTimeout(0);
      });
    }
    for (const slowest of this.#waiting.keys()) {
      if (this.#bytes <= maxBytes) break;
      this.#cut(slowest, 'too_many');
    }
  }

  #cut(response: ServerResponse, reason: 'stalled' | 'too_many'): void {
    this.#options.metrics.unreadAnswers.inc({ reason });
    this.#forget(response);
    this.#open.delete(response);
    response.socket?.destroy();
  }

  #forget(response: ServerResponse): void {
    this.#bytes -= this.#waiting.get(response) ?? 0;
    this.#waiting.delete(response);
  }
}
