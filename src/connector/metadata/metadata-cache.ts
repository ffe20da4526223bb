import { LRUCache } from 'lru-cache';
import type { Clock } from '../../lib/time/clock.ts';

/** Served without a question for so long. */
const FRESH_MS = 5 * 60 * 1000;
/** After that it is served once more while it is read again; older than this, it is waited for. */
const STALE_MS = 30 * 60 * 1000;
/** Characters of all that is kept, as JSON: the property definitions of a portal weigh some 100,000. */
const MAX_CHARACTERS = 50_000_000;

interface Entry {
  readonly value: object;
  /** On the monotonic clock. */
  readonly readAt: number;
}

/** What changes rarely in a portal: owners, pipelines, property definitions. Shared by all requests of this process. */
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
   * What was read last under `key`, unless it is too old. The key names the installation, the version of its grant, and
   * what is read: one key always stands for one type.
   */
  find<T extends object>(key: string): Known<T> | undefined {
    const entry = this.#entries.get(key);
    const age = entry ? this.#clock.monotonic() - entry.readAt : Number.POSITIVE_INFINITY;
    if (!entry || age >= STALE_MS) return undefined;
    return { value: entry.value as T, isFresh: age < FRESH_MS }; // Its key stands for this type.
  }

  /** What was last known under `key`, however long ago; `undefined` when nothing is left of it. */
  last<T extends object>(key: string): T | undefined {
    return this.#entries.peek(key)?.value as T | undefined; // As above.
  }

  keep(key: string, value: object): void {
    this.#entries.set(key, { value, readAt: this.#clock.monotonic() });
  }
}

export interface Known<T> {
  readonly value: T;
  /** When false, it is to be read again, and served meanwhile. */
  readonly isFresh: boolean;
}
