import { isGatewayError } from '../errors.ts';
import type { Logger } from '../lib/logging/logger.ts';
import type { Clock } from '../lib/time/clock.ts';

export interface SweepOptions {
  /** Processes everything that is due. It should end early when `isClosed` becomes true. */
  readonly process: (isClosed: () => boolean) => Promise<void>;
  /** Time between two sweeps. */
  readonly everyMs: number;
  /** The log line after a failure. */
  readonly failed: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Work in the background, at intervals and on demand. At most one run at the same time. */
export class Sweep {
  readonly #options: SweepOptions;
  #running: Promise<void> | undefined;
  #again = false;
  #cancel: (() => void) | undefined;
  #closed = false;

  constructor(options: SweepOptions) {
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
    const { process, failed, logger } = this.#options;
    try {
      await process(() => this.#closed);
    } catch (err) {
      // The log has a line of its own for an outage of the database.
      const level = isGatewayError(err, 'STORAGE_UNAVAILABLE') ? 'debug' : 'warn';
      logger[level]({ err }, failed);
    }
  }
}
