import type { Clock } from '../../time/clock.ts';
import type { AssociationStore, RecordRef } from '../associations/association-store.ts';
import { byObjectType, type ObjectTypeName } from '../object-types.ts';
import type { RecordStore } from '../records/record-store.ts';

/** A record in the search index, which can be older than the stored record. */
export interface IndexedRecord {
  readonly id: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly properties: ReadonlyMap<string, string>;
}

/**
 * The search index of a portal. It receives changes with a delay, as in HubSpot after "a few moments".
 * https://developers.hubspot.com/docs/guides/api/crm/search#limitations
 */
export class SearchIndex {
  readonly #clock: Clock;
  readonly #lagMs: number;
  readonly #records = byObjectType(() => new Map<string, IndexedRecord>());
  readonly #associatedRecords = new Map<string, Set<string>>();
  /** Oldest first. */
  readonly #pending: { readonly dueAt: number; readonly change: () => void }[] = [];
  #version = 0;

  /** Listens to the stores. The index shows each change after `lagMs`. */
  constructor(records: RecordStore, associations: AssociationStore, clock: Clock, lagMs: number) {
    this.#clock = clock;
    this.#lagMs = lagMs;
    records.onChange((type, id, record) => {
      if (!record || record.archivedAt !== undefined) return this.#later(() => this.#records[type].delete(id));
      const indexed = { id, createdAt: Date.parse(record.createdAt), properties: record.properties };
      this.#later(() => this.#records[type].set(id, indexed));
    });
    associations.onChange((from, to, connected) => {
      this.#later(() => {
        this.#connect(from, to, connected);
        this.#connect(to, from, connected);
      });
    });
  }

  /** Applies the changes that are due, and returns the version of the index. Call it before reading. */
  version(): number {
    const now = this.#clock.monotonic();
    const waiting = this.#pending.findIndex(({ dueAt }) => dueAt > now);
    this.#takeIn(waiting === -1 ? this.#pending.length : waiting);
    return this.#version;
  }

  /** Applies all pending changes. */
  catchUp(): void {
    this.#takeIn(this.#pending.length);
  }

  /** In the order of ids. */
  records(type: ObjectTypeName): Iterable<IndexedRecord> {
    return this.#records[type].values();
  }

  /** Without associated records that are no longer in the index. */
  areAssociated(from: RecordRef, to: RecordRef): boolean {
    return this.#records[to.type].has(to.id) && (this.#associatedRecords.get(key(from, to))?.has(to.id) ?? false);
  }

  #later(change: () => void): void {
    this.#pending.push({ dueAt: this.#clock.monotonic() + this.#lagMs, change });
  }

  #takeIn(count: number): void {
    for (const { change } of this.#pending.splice(0, count)) change();
    this.#version += count;
  }

  #connect(from: RecordRef, to: RecordRef, connected: boolean): void {
    const associatedRecords = this.#associatedRecords.get(key(from, to)) ?? new Set();
    if (connected) this.#associatedRecords.set(key(from, to), associatedRecords.add(to.id));
    else associatedRecords.delete(to.id);
  }
}

function key(from: RecordRef, to: RecordRef): string {
  return `${from.type}/${from.id}>${to.type}`;
}
