import { LRUCache } from 'lru-cache';
import { cacheLimit } from './cache-limit.ts';
import type { Clock } from './time/clock.ts';

/** Keys that are remembered; of more at once, those that were quiet longest begin anew. */
const MAX_KEYS = 10_000;

export interface AllowanceOptions {
  readonly clock: Clock;
  /** So often per key and window. */
  readonly max: number;
  /** A window begins with the first use. */
  readonly windowMs: number;
}

interface Window {
  readonly since: number;
  used: number;
}

/** How often somebody may do something, in this process. */
export class Allowance {
  readonly #options: AllowanceOptions;
  readonly #windows = new LRUCache<string, Window>(cacheLimit(MAX_KEYS));

  constructor(options: AllowanceOptions) {
    this.#options = options;
  }

  /** Uses one; 0, or in how many milliseconds there is one again. */
  take(key: string): number {
    const { clock, max, windowMs } = this.#options;
    const now = clock.monotonic();
    const last = this.#windows.get(key);
    const window = last && now - last.since < windowMs ? last : { since: now, used: 0 };
    if (window !== last) this.#windows.set(key, window);
    if (window.used >= max) return Math.ceil(window.since + windowMs - now);
    window.used += 1;
    return 0;
  }
}
