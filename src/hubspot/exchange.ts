import type { Dispatcher } from 'undici';

/** An answer as it came over the wire. */
export interface RawAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** The whole exchange took longer than it may. */
export class ExchangeTimeout extends Error {
  override readonly name = 'ExchangeTimeout';
}

/**
 * One request and its whole answer. By undici's `dispatch`, without a stream or an abort signal of its own: both cost
 * more than a small answer. The pool's timeouts are about silence; `timeoutMs` ends an answer that drips.
 */
export function exchange(pool: Dispatcher, request: Dispatcher.DispatchOptions, timeoutMs: number): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    pool.dispatch(request, new Collector(resolve, reject, timeoutMs));
  });
}

class Collector implements Dispatcher.DispatchHandler {
  readonly #resolve: (answer: RawAnswer) => void;
  readonly #reject: (error: Error) => void;
  readonly #timer: NodeJS.Timeout;
  readonly #chunks: Buffer[] = [];
  #controller: Dispatcher.DispatchController | undefined;
  #timeout: ExchangeTimeout | undefined;
  #statusCode = 0;
  #headers: RawAnswer['headers'] = {};

  constructor(resolve: (answer: RawAnswer) => void, reject: (error: Error) => void, timeoutMs: number) {
    this.#resolve = resolve;
    this.#reject = reject;
    this.#timer = setTimeout(() => this.#expire(), timeoutMs);
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
    clearTimeout(this.#timer);
    const [first] = this.#chunks;
    const body = first && this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks);
    this.#resolve({ statusCode: this.#statusCode, headers: this.#headers, text: body.toString() });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    clearTimeout(this.#timer);
    this.#reject(this.#timeout ?? error);
  }

  #expire(): void {
    this.#timeout = new ExchangeTimeout('the exchange took too long');
    this.#controller?.abort(this.#timeout);
    // Without a connection there is nothing to abort yet, and nobody waits for one any longer.
    this.#reject(this.#timeout);
  }
}
