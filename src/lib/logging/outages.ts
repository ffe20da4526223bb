import { LRUCache } from 'lru-cache';
import { cacheLimit } from '../cache-limit.ts';
import type { Clock } from '../time/clock.ts';
import type { Logger } from './logger.ts';

/** An outage is over when something succeeds and nothing has failed for so long: failures come among successes. */
const QUIET_MS = 5_000;
const MAX_OUTAGES = 10_000;

interface Outage {
  failures: number;
  readonly beganAt: number;
  failedAt: number;
}

export interface OutagesOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** For the log, of an outage's beginning and its end. */
  readonly messages: { readonly begin: string; readonly end: string };
}

/** Logs outages: one line when one begins and one when it is over, however much fails in between. */
export class Outages<Key extends string | number> {
  readonly #options: OutagesOptions;
  readonly #outages = new LRUCache<Key, Outage>(cacheLimit(MAX_OUTAGES));

  constructor(options: OutagesOptions) {
    this.#options = options;
  }

  /** `facts` of the first failure stand in the log; they hold no secret. */
  failed(key: Key, facts: Readonly<Record<string, unknown>>): void {
    const { clock, logger, messages } = this.#options;
    const now = clock.monotonic();
    const outage = this.#outages.get(key);
    if (outage) {
      outage.failures += 1;
      outage.failedAt = now;
      return;
    }
    this.#outages.set(key, { failures: 1, beganAt: now, failedAt: now });
    logger.warn(facts, messages.begin);
  }

  succeeded(key: Key, facts: Readonly<Record<string, unknown>>): void {
    if (this.#outages.size === 0) return;
    const { clock, logger, messages } = this.#options;
    const outage = this.#outages.get(key);
    if (!outage || clock.monotonic() - outage.failedAt < QUIET_MS) return;
    this.#outages.delete(key);
    const seconds = Math.round((outage.failedAt - outage.beganAt) / 1000);
    logger.info({ ...facts, failures: outage.failures, seconds }, messages.end);
  }
}
