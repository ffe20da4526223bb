import { isGatewayError } from '../errors.ts';
import type { Logger } from '../lib/logging/logger.ts';
import type { Clock } from '../lib/time/clock.ts';

export interface SweepOptions<Due> {
  /** The next item that is due; `undefined` when there is none. */
  readonly claim: () => Promise<Due | undefined>;
  readonly process: (due: Due) => Promise<void>;
  /** Time between two sweeps. */
  readonly everyMs: number;
  /** The log line after a failure. */
  readonly failed: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Processes everything that is due, in the background, at intervals and on demand. At most one run at the same time. */
export class Sweep<Due> {
  readonly #options: SweepOptions<Due>;
  #running: Promise<void> | undefined;
  #again = false;
  #cancel: (() => void) | undefined;
  #closed = false;

  constructor(options: SweepOptions<Due>) {
    this.#options = options;
  }

  /** Runs now and at intervals. Never throws. */
  start(): void {
    if (this.#closed) return;
    this.#cancel?.();
    this.#cancel = this.#options.clock.schedule(() => this.start(), this.#options.everyMs);
    this.#again = this.#running !== undefined;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      if (this.#again) this.start();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancel?.();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { claim, process, failed, logger } = this.#options;
    try {
      for (let due = await claim(); due && !this.#closed; due = await claim()) await process(due);
    } catch (err) {
      // The log has a line of its own for an outage of the database.
      const level = isGatewayError(err, 'STORAGE_UNAVAILABLE') ? 'debug' : 'warn';
      logger[level]({ err }, failed);
    }
  }
}
