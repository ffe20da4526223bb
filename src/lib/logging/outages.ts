import { LRUCache } from 'lru-cache';
import { cacheLimit } from '../cache-limit.ts';
import type { Clock } from '../time/clock.ts';
import type { Logger } from './logger.ts';

/**
 * An outage ends with a success when nothing has failed for this time. During an outage, some calls can succeed between
 * failures.
 */
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
  /** Log messages for the beginning and the end of an outage. */
  readonly messages: { readonly begin: string; readonly end: string };
}

/** Logs outages, with one line at the beginning and one line at the end. */
export class Outages<Key extends string | number> {
  readonly #options: OutagesOptions;
  readonly #outages = new LRUCache<Key, Outage>(cacheLimit(MAX_OUTAGES));

  constructor(options: OutagesOptions) {
    this.#options = options;
  }

  /** Logs the `facts` of the first failure. They must not contain a secret. */
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
