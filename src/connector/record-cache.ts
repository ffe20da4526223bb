import { LRUCache } from 'lru-cache';
import type { ObjectType } from '../crm/objects.ts';
import type { HubspotRecord } from '../hubspot/crm/objects.ts';
import type { Metrics } from '../lib/metrics.ts';
import type { Clock } from '../lib/time/clock.ts';

/**
 * Room for about 30,000 records of ten properties, which suffices for the records in use within minutes. It is an eighth
 * of a container with half a gigabyte. The cache evicts the least recently used records.
 */
const MAX_BYTES = 64 * 1024 * 1024;
/** Memory of a record besides its strings: its objects, its cache entry, and its part of the answer. */
const RECORD_BYTES = 640;
/** The same for a property, and for the name of a requested property. */
const PROPERTY_BYTES = 40;
const NAME_BYTES = 32;

export interface RecordCacheOptions {
  /** Lifetime of a record from the dispatch of the call that read it, in milliseconds. */
  readonly ttlMs: number;
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, 'recordCacheLoads'>;
  readonly maxBytes?: number;
}

/** A record as HubSpot answered it, and the properties that were requested. */
interface Reading {
  readonly record: HubspotRecord;
  /** A requested property that the record lacks has no value. Nothing is known of other properties. */
  readonly requested: ReadonlySet<string>;
  /** Dispatch of the call, on the monotonic clock. The answer can be as old as that. */
  readonly sentAt: number;
  /** Generation of the portal at the dispatch of the call. */
  readonly generation: number;
}

/** An id that was merged into another. */
interface FormerId {
  readonly id: string;
  readonly sentAt: number;
  readonly generation: number;
}

type Entry = Reading | FormerId;

/** The ids that a call requested, and the records that HubSpot found for them, maybe under other ids. */
export interface NamedRecords {
  readonly requested: Iterable<string>;
  readonly found: ReadonlyMap<string, HubspotRecord>;
}

/**
 * Stores the records of an answer. A requested id without a record is removed from the cache. The cache never stores that
 * a record is absent, so that a record that is created elsewhere shows at once.
 */
export type Keep = (records: readonly HubspotRecord[], named?: NamedRecords) => void;

/**
 * Caches records of all portals for a short time, for all requests of this process. A write of this process invalidates
 * the cached records of its portal. Writes of other replicas or in HubSpot show when the cached records expire.
 */
export class RecordCache {
  readonly #options: RecordCacheOptions;
  readonly #entries: LRUCache<string, Entry>;
  /** Number of invalidations of each portal. */
  readonly #generations = new Map<number, number>();

  constructor(options: RecordCacheOptions) {
    this.#options = options;
    this.#entries = new LRUCache({ maxSize: options.maxBytes ?? MAX_BYTES, sizeCalculation: bytesOf });
  }

  /** The cached records of one type under `key`, which contains the tenant, the installation and the grant version. */
  of(key: string, hubId: number, objectType: ObjectType): CachedRecords {
    const { clock, ttlMs, metrics } = this.#options;
    const now = () => ({ time: clock.monotonic(), generation: this.#generations.get(hubId) ?? 0 });
    const count = (outcome: 'hit' | 'miss') => metrics.recordCacheLoads.inc({ outcome });
    return new CachedRecords({ prefix: `${key}\n${objectType}\n`, entries: this.#entries, ttlMs, now, count });
  }

  /**
   * Invalidates all records of a portal, for all tenants, since HubSpot computes properties of other records from a
   * write. The answers of calls in flight are not cached.
   */
  invalidate(hubId: number): void {
    this.#generations.set(hubId, (this.#generations.get(hubId) ?? 0) + 1);
  }
}

interface RecordStore {
  readonly prefix: string;
  readonly entries: LRUCache<string, Entry>;
  readonly ttlMs: number;
  now(): Timestamp;
  count(outcome: 'hit' | 'miss'): void;
}

interface Timestamp {
  readonly time: number;
  readonly generation: number;
}

/** The cached records of one type in one portal, under one version of a grant. */
export class CachedRecords {
  readonly #store: RecordStore;

  constructor(store: RecordStore) {
    this.#store = store;
  }

  /** Returns the record when all these properties of it are known. It can have more properties. */
  find(id: string, properties: readonly string[]): HubspotRecord | undefined {
    const entry = this.#valid(id);
    const reading = !entry || isReading(entry) ? entry : this.#valid(entry.id);
    const isKnown = reading && isReading(reading) && properties.every((name) => reading.requested.has(name));
    this.#store.count(isKnown ? 'hit' : 'miss');
    return isKnown ? reading.record : undefined;
  }

  /** Called before the dispatch of a call for these properties. The returned function stores its answer. */
  reading(requested: ReadonlySet<string>): Keep {
    const { entries, prefix, now } = this.#store;
    const { time: sentAt, generation } = now();
    return (records, named) => {
      if (generation !== now().generation) return;
      for (const { associations: _, ...record } of records) {
        // A read by id does not find archived records.
        if (!record.archived) this.#keep({ record, requested, sentAt, generation });
      }
      for (const id of named?.requested ?? []) {
        const record = named?.found.get(id);
        if (!record) entries.delete(prefix + id);
        else if (record.id !== id) this.#keepFormer(id, { id: record.id, sentAt, generation });
      }
    };
  }

  #keep(reading: Reading): void {
    const { entries, prefix } = this.#store;
    const key = prefix + reading.record.id;
    const known = entries.peek(key);
    if (!known || !this.#isValid(known)) entries.set(key, reading);
    else if (isReading(known)) entries.set(key, merge(known, reading));
    else if (known.sentAt < reading.sentAt) entries.set(key, reading);
  }

  /** Replaces the entry of the former id, unless that entry is newer. */
  #keepFormer(id: string, former: FormerId): void {
    const { entries, prefix } = this.#store;
    const known = entries.peek(prefix + id);
    if (!known || !this.#isValid(known) || known.sentAt <= former.sentAt) entries.set(prefix + id, former);
  }

  #valid(id: string): Entry | undefined {
    const { entries, prefix } = this.#store;
    const entry = entries.get(prefix + id);
    return entry && this.#isValid(entry) ? entry : undefined;
  }

  #isValid({ sentAt, generation }: Entry): boolean {
    const { now, ttlMs } = this.#store;
    const { time, generation: current } = now();
    return generation === current && time - sentAt < ttlMs;
  }
}

function isReading(entry: Entry): entry is Reading {
  return 'record' in entry;
}

/**
 * Merges two readings with the same `updatedAt`, which show the same state of the record. So a list with few properties
 * does not replace a record with many. The result is as old as the older reading. If `updatedAt` differs, the newer
 * reading stays: values of different states never form one record.
 */
function merge(known: Reading, read: Reading): Reading {
  const [older, newer] = read.sentAt < known.sentAt ? [read, known] : [known, read];
  const isSameState = older.record.updatedAt === newer.record.updatedAt;
  if (!isSameState || newer.requested.isSupersetOf(older.requested)) return newer;
  return {
    record: { ...newer.record, properties: { ...older.record.properties, ...newer.record.properties } },
    requested: older.requested.union(newer.requested),
    sentAt: older.sentAt,
    generation: newer.generation,
  };
}

/** An estimate of the memory: V8 stores a character in one byte, or in two if one character of the string needs two. */
function bytesOf(entry: Entry, key: string): number {
  if (!isReading(entry)) return RECORD_BYTES + 2 * key.length;
  const { record, requested } = entry;
  let bytes = RECORD_BYTES + 2 * key.length + NAME_BYTES * requested.size;
  for (const value of Object.values(record.properties)) bytes += PROPERTY_BYTES + 2 * (value?.length ?? 0);
  return bytes;
}
