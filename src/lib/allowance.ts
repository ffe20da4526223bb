import { LRUCache } from 'lru-cache';
import { cacheLimit } from './cache-limit.ts';
import type { Clock } from './time/clock.ts';

/** The most keys in memory. Beyond it, the least recently used keys start a new window. */
const MAX_KEYS = 10_000;

export interface AllowanceOptions {
  readonly clock: Clock;
  /** Uses per key and window. */
  readonly max: number;
  /** A key's window begins with its first use. */
  readonly windowMs: number;
}

interface Window {
  readonly since: number;
  used: number;
}

/** Limits how often each key can be used, in this process. */
export class Allowance {
  readonly #options: AllowanceOptions;
  readonly #windows = new LRUCache<string, Window>(cacheLimit(MAX_KEYS));

  constructor(options: AllowanceOptions) {
    this.#options = options;
  }

  /** Counts a use, and returns 0. Returns the milliseconds until the next possible use when none is left. */
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
