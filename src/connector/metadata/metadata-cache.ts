import { LRUCache } from 'lru-cache';
import type { Clock } from '../../lib/time/clock.ts';

/** How old a value may be. */
export interface MetadataAge {
  /** A younger value is served without a new read. */
  readonly freshMs: number;
  /** A younger value is served while it is read again (stale-while-revalidate). Requests wait for the read of an older one. */
  readonly staleMs: number;
}

const MINUTE_MS = 60 * 1000;
/** Of owners, pipelines, property definitions and rules. */
const MINUTES: MetadataAge = { freshMs: 5 * MINUTE_MS, staleMs: 30 * MINUTE_MS };
/** Of the settings of a portal, which hardly change. */
export const HOURS: MetadataAge = { freshMs: 4 * 60 * MINUTE_MS, staleMs: 24 * 60 * MINUTE_MS };
/** Characters of all values as JSON. The property definitions of a portal take about 100,000. */
const MAX_CHARACTERS = 50_000_000;

interface Entry {
  readonly value: object;
  /** On the monotonic clock. */
  readonly readAt: number;
}

/** Caches owners, pipelines and property definitions, which rarely change, for all requests of this process. */
export class MetadataCache {
  readonly #clock: Clock;
  readonly #entries = new LRUCache<string, Entry>({
    maxSize: MAX_CHARACTERS,
    sizeCalculation: ({ value }) => JSON.stringify(value).length,
  });

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * The value of `key`, unless it is too old. The key contains the installation, the grant version and the name of the
   * metadata, so a key always has one type.
   */
  find<T extends object>(key: string, { freshMs, staleMs }: MetadataAge = MINUTES): Known<T> | undefined {
    const entry = this.#entries.get(key);
    const age = entry ? this.#clock.monotonic() - entry.readAt : Number.POSITIVE_INFINITY;
    if (!entry || age >= staleMs) return undefined;
    return { value: entry.value as T, isFresh: age < freshMs }; // Its key stands for this type.
  }

  /** The last value of `key`, whatever its age; `undefined` when it was evicted or never read. */
  last<T extends object>(key: string): T | undefined {
    return this.#entries.peek(key)?.value as T | undefined; // As above.
  }

  keep(key: string, value: object): void {
    this.#entries.set(key, { value, readAt: this.#clock.monotonic() });
  }

  /** The next request reads the value again, and waits for it. */
  expire(key: string): void {
    this.#entries.delete(key);
  }
}

export interface Known<T> {
  readonly value: T;
  /** When false, the value is served and must be read again. */
  readonly isFresh: boolean;
}
