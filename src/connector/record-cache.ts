import { LRUCache } from 'lru-cache';
import type { ObjectType } from '../crm/objects.ts';
import type { HubspotRecord } from '../hubspot/crm/objects.ts';
import type { Metrics } from '../lib/metrics.ts';
import type { Clock } from '../lib/time/clock.ts';

/**
 * A small part of what a container of half a gigabyte has, and room for all that is in use for minutes: some 30,000
 * records of ten properties. What was used last stays.
 */
const MAX_BYTES = 64 * 1024 * 1024;
/** What a record costs besides its strings: its objects, its place in the cache, and its share of a call's answer. */
const RECORD_BYTES = 640;
/** The same for a property, and for the name of one that was asked for. */
const PROPERTY_BYTES = 40;
const NAME_BYTES = 32;

export interface RecordCacheOptions {
  /** How long a record is served after the call that read it has left, in milliseconds. */
  readonly ttlMs: number;
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, 'recordCacheLoads'>;
  readonly maxBytes?: number;
}

/** A record as it was told, and what was asked. */
interface Reading {
  readonly record: HubspotRecord;
  /** A property among these that the record lacks has no value; of others nothing is known. */
  readonly asked: ReadonlySet<string>;
  /** When the call left, on the monotonic clock: its answer may be as old as that. */
  readonly leftAt: number;
  /** Of the portal, when the call left. */
  readonly generation: number;
}

/** A name that a record had before: an id that was merged into another. */
interface FormerId {
  readonly id: string;
  readonly leftAt: number;
  readonly generation: number;
}

type Entry = Reading | FormerId;

/** The ids that a call named, and the records that HubSpot found for them, maybe under other ids. */
export interface NamedRecords {
  readonly asked: Iterable<string>;
  readonly found: ReadonlyMap<string, HubspotRecord>;
}

/**
 * Keeps what a call answered. What was not found under an id that the call named is absent, and kept no longer: absence
 * itself never is, as a record that is created elsewhere must show at once.
 */
export type Keep = (records: readonly HubspotRecord[], named?: NamedRecords) => void;

/**
 * Records that were read a moment ago, of all portals, for all requests of this process. It hears of the writes of this
 * process alone: others, on another replica or in HubSpot, show when what is kept is too old.
 */
export class RecordCache {
  readonly #options: RecordCacheOptions;
  readonly #entries: LRUCache<string, Entry>;
  /** How often each portal was written into; a number for each portal that ever was. */
  readonly #generations = new Map<number, number>();

  constructor(options: RecordCacheOptions) {
    this.#options = options;
    this.#entries = new LRUCache({ maxSize: options.maxBytes ?? MAX_BYTES, sizeCalculation: bytesOf });
  }

  /** The records of one type that were read under `key`, which names tenant, installation and version of its grant. */
  of(key: string, hubId: number, objectType: ObjectType): CachedRecords {
    const { clock, ttlMs, metrics } = this.#options;
    const now = () => ({ time: clock.monotonic(), generation: this.#generations.get(hubId) ?? 0 });
    const count = (outcome: 'hit' | 'miss') => metrics.recordCacheLoads.inc({ outcome });
    return new CachedRecords({ prefix: `${key}\n${objectType}\n`, entries: this.#entries, ttlMs, now, count });
  }

  /**
   * Nothing that was read from this portal is served any more, whoever connected it, and no answer kept to a call that
   * has left: from what is written HubSpot computes properties of other records, too.
   */
  invalidate(hubId: number): void {
    this.#generations.set(hubId, (this.#generations.get(hubId) ?? 0) + 1);
  }
}

interface Shelf {
  readonly prefix: string;
  readonly entries: LRUCache<string, Entry>;
  readonly ttlMs: number;
  now(): Moment;
  count(outcome: 'hit' | 'miss'): void;
}

interface Moment {
  readonly time: number;
  readonly generation: number;
}

/** The records of one type in one portal, as one version of one grant shows them. */
export class CachedRecords {
  readonly #shelf: Shelf;

  constructor(shelf: Shelf) {
    this.#shelf = shelf;
  }

  /** The record, when all of these properties of it are known; maybe with others. */
  find(id: string, properties: readonly string[]): HubspotRecord | undefined {
    const entry = this.#valid(id);
    const reading = !entry || isReading(entry) ? entry : this.#valid(entry.id);
    const isKnown = reading && isReading(reading) && properties.every((name) => reading.asked.has(name));
    this.#shelf.count(isKnown ? 'hit' : 'miss');
    return isKnown ? reading.record : undefined;
  }

  /** To be called when a call for these properties is about to leave: the function keeps its answer. */
  reading(asked: ReadonlySet<string>): Keep {
    const { entries, prefix, now } = this.#shelf;
    const { time: leftAt, generation } = now();
    return (records, named) => {
      if (generation !== now().generation) return;
      for (const { associations: _, ...record } of records) {
        // A load by id finds none that is archived.
        if (!record.archived) this.#keep({ record, asked, leftAt, generation });
      }
      for (const id of named?.asked ?? []) {
        const record = named?.found.get(id);
        if (!record) entries.delete(prefix + id);
        else if (record.id !== id) this.#keepFormer(id, { id: record.id, leftAt, generation });
      }
    };
  }

  #keep(reading: Reading): void {
    const { entries, prefix } = this.#shelf;
    const key = prefix + reading.record.id;
    const known = entries.peek(key);
    if (!known || !this.#isValid(known)) entries.set(key, reading);
    else if (isReading(known)) entries.set(key, join(known, reading));
    else if (known.leftAt < reading.leftAt) entries.set(key, reading);
  }

  /** Replaces a reading under the former id, unless that reading is newer. */
  #keepFormer(id: string, former: FormerId): void {
    const { entries, prefix } = this.#shelf;
    const known = entries.peek(prefix + id);
    if (!known || !this.#isValid(known) || known.leftAt <= former.leftAt) entries.set(prefix + id, former);
  }

  #valid(id: string): Entry | undefined {
    const { entries, prefix } = this.#shelf;
    const entry = entries.get(prefix + id);
    return entry && this.#isValid(entry) ? entry : undefined;
  }

  #isValid({ leftAt, generation }: Entry): boolean {
    const { now, ttlMs } = this.#shelf;
    const { time, generation: current } = now();
    return generation === current && time - leftAt < ttlMs;
  }
}

function isReading(entry: Entry): entry is Reading {
  return 'record' in entry;
}

/**
 * Values of different times never make up one record. Two readings that HubSpot gave one `updatedAt` are of one state of
 * the record, and unite, so that a list of few properties does not displace a whole record; they are then as old as the
 * older one. Otherwise the newer one stays.
 */
function join(known: Reading, read: Reading): Reading {
  const [older, newer] = read.leftAt < known.leftAt ? [read, known] : [known, read];
  const isSameState = older.record.updatedAt === newer.record.updatedAt;
  if (!isSameState || newer.asked.isSupersetOf(older.asked)) return newer;
  return {
    record: { ...newer.record, properties: { ...older.record.properties, ...newer.record.properties } },
    asked: older.asked.union(newer.asked),
    leftAt: older.leftAt,
    generation: newer.generation,
  };
}

/** About; V8 keeps a character in one byte, or in two where one of the string needs it. */
function bytesOf(entry: Entry, key: string): number {
  if (!isReading(entry)) return RECORD_BYTES + 2 * key.length;
  const { record, asked } = entry;
  let bytes = RECORD_BYTES + 2 * key.length + NAME_BYTES * asked.size;
  for (const value of Object.values(record.properties)) bytes += PROPERTY_BYTES + 2 * (value?.length ?? 0);
  return bytes;
}
