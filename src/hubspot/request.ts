import type { Dispatcher } from 'undici';
import type { Clock } from '../lib/time/clock.ts';

/** An answer as it came over the wire. */
export interface RawAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** The whole exchange took longer than it may. */
export class RequestTimeoutError extends Error {
  override readonly name = 'RequestTimeoutError';
  /** True when it was given less time than other calls are: it says nothing about whoever did not answer. */
  readonly isCutShort: boolean;

  constructor(message: string, isCutShort: boolean) {
    super(message);
    this.isCutShort = isCutShort;
  }
}

/** Nothing was sent: nobody would have waited for the answer. */
export class DeadlinePassed extends Error {
  override readonly name = 'DeadlinePassed';
}

/** How long a whole exchange may take. */
export interface ExchangeTime {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly isCutShort: boolean;
}

/**
 * One request and its whole answer. By undici's `dispatch`, without a stream or an abort signal of its own: both cost
 * more than a small answer. The pool's timeouts are about silence; `time` ends an answer that drips.
 */
export function request(pool: Dispatcher, request: Dispatcher.DispatchOptions, time: ExchangeTime): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    pool.dispatch(request, new Collector(resolve, reject, time));
  });
}

class Collector implements Dispatcher.DispatchHandler {
  readonly #resolve: (answer: RawAnswer) => void;
  readonly #reject: (error: Error) => void;
  readonly #isCutShort: boolean;
  readonly #cancelTimer: () => void;
  readonly #chunks: Buffer[] = [];
  #controller: Dispatcher.DispatchController | undefined;
  #timeout: RequestTimeoutError | undefined;
  #statusCode = 0;
  #headers: RawAnswer['headers'] = {};

  constructor(resolve: (answer: RawAnswer) => void, reject: (error: Error) => void, time: ExchangeTime) {
    this.#resolve = resolve;
    this.#reject = reject;
    this.#isCutShort = time.isCutShort;
    this.#cancelTimer = time.clock.schedule(() => this.#expire(), time.timeoutMs);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // It waited too long for a connection.
    if (this.#timeout) controller.abort(this.#timeout);
  }

  onResponseStart(_controller: Dispatcher.DispatchController, statusCode: number, headers: RawAnswer['headers']): void {
    this.#statusCode = statusCode;
    this.#headers = headers;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.#cancelTimer();
    const [first] = this.#chunks;
    const body = first && this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks);
    this.#resolve({ statusCode: this.#statusCode, headers: this.#headers, text: body.toString() });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#cancelTimer();
    this.#reject(this.#timeout ?? error);
  }

  #expire(): void {
    this.#timeout = new RequestTimeoutError('the exchange took too long', this.#isCutShort);
    this.#controller?.abort(this.#timeout);
    // Without a connection there is nothing to abort yet, and nobody waits for one any longer.
    this.#reject(this.#timeout);
  }
}
