import type { Dispatcher } from 'undici';
import type { Clock } from '../lib/time/clock.ts';

/** An HTTP answer with its unparsed body. */
export interface RawAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** A request and its whole answer exceeded the timeout. */
export class RequestTimeoutError extends Error {
  override readonly name = 'RequestTimeoutError';
  /** True when a deadline shortened the timeout, so that the error says nothing about the server. */
  readonly isCutShort: boolean;

  constructor(message: string, isCutShort: boolean) {
    super(message);
    this.isCutShort = isCutShort;
  }
}

/** The deadline had passed before the request was sent. */
export class DeadlinePassed extends Error {
  override readonly name = 'DeadlinePassed';
}

/** The timeout of a request and its whole answer. */
export interface RequestTimeout {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly isCutShort: boolean;
}

/**
 * Sends a request and reads its whole answer. It uses undici's `dispatch`, because a stream or an abort signal costs more
 * than a small answer. The timeouts of the pool detect silence; `time` also limits an answer that arrives slowly.
 */
export function request(
  pool: Dispatcher,
  request: Dispatcher.DispatchOptions,
  time: RequestTimeout,
): Promise<RawAnswer> {
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

  constructor(resolve: (answer: RawAnswer) => void, reject: (error: Error) => void, time: RequestTimeout) {
    this.#resolve = resolve;
    this.#reject = reject;
    this.#isCutShort = time.isCutShort;
    this.#cancelTimer = time.clock.schedule(() => this.#expire(), time.timeoutMs);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // The timeout passed during the wait for a connection.
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
    this.#timeout = new RequestTimeoutError('the request took too long', this.#isCutShort);
    this.#controller?.abort(this.#timeout);
    // A request that still waits for a connection has no controller to abort.
    this.#reject(this.#timeout);
  }
}
