import { LRUCache } from 'lru-cache';
import type { Clock } from '../lib/clock.ts';
import type { PromiseOrValue } from '../lib/promise-or-value.ts';
import { SingleFlight } from '../lib/single-flight.ts';

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
  readonly #reading = new SingleFlight<object>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * What `read` answered last under `key`. The key names the installation, the version of its grant, and what is read:
   * one key always stands for one type.
   */
  get<T extends object>(key: string, read: () => Promise<T>): PromiseOrValue<T> {
    const entry = this.#entries.get(key);
    const age = entry ? this.#clock.monotonic() - entry.readAt : Number.POSITIVE_INFINITY;
    if (age >= STALE_MS) return this.#read(key, read);
    // A failure leaves what is there until it is too old.
    if (age >= FRESH_MS) this.#read(key, read).catch(() => {});
    return entry?.value as T; // Younger than STALE_MS, so there is one; and its key stands for this type.
  }

  #read<T extends object>(key: string, read: () => Promise<T>): Promise<T> {
    const value = this.#reading.run(key, async () => {
      const fresh = await read();
      this.#entries.set(key, { value: fresh, readAt: this.#clock.monotonic() });
      return fresh;
    });
    return value as Promise<T>; // As above.
  }
}
