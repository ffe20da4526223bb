import type { Clock } from '../lib/clock.ts';
import type { RecordRef } from './crm/association-store.ts';
import type { ObjectTypeName } from './crm/object-types.ts';
import type { StoredRecord } from './crm/record-store.ts';

/** A record as searches find it, which may differ from what it is now. */
export interface IndexedRecord {
  readonly id: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly properties: ReadonlyMap<string, string>;
}

/**
 * What searches of a portal go through: its records as they were a moment ago. HubSpot takes changes in after "a few
 * moments". https://developers.hubspot.com/docs/guides/api/crm/search#limitations
 */
export class SearchIndex {
  readonly #clock: Clock;
  readonly #lagMs: number;
  readonly #records: Readonly<Record<ObjectTypeName, Map<string, IndexedRecord>>> = {
    contacts: new Map(),
    deals: new Map(),
    companies: new Map(),
  };
  readonly #neighbours = new Map<string, Set<string>>();
  /** Oldest first. */
  readonly #pending: { readonly dueAt: number; readonly change: () => void }[] = [];
  #version = 0;

  constructor(clock: Clock, lagMs: number) {
    this.#clock = clock;
    this.#lagMs = lagMs;
  }

  /** Takes in what has become due, and rises when there was any. Call it before reading. */
  version(): number {
    const now = this.#clock.monotonic();
    const waiting = this.#pending.findIndex(({ dueAt }) => dueAt > now);
    this.#takeIn(waiting === -1 ? this.#pending.length : waiting);
    return this.#version;
  }

  /** Takes in everything at once. */
  catchUp(): void {
    this.#takeIn(this.#pending.length);
  }

  records(type: ObjectTypeName): Iterable<IndexedRecord> {
    return this.#records[type].values();
  }

  /** Records that left the index have no neighbours. */
  areAssociated(from: RecordRef, to: RecordRef): boolean {
    return this.#records[to.type].has(to.id) && (this.#neighbours.get(neighboursKey(from, to))?.has(to.id) ?? false);
  }

  /** A record that is new or changed; it is indexed as it is now. */
  put(type: ObjectTypeName, { id, createdAt, properties }: StoredRecord): void {
    const indexed = { id, createdAt: Date.parse(createdAt), properties };
    this.#later(() => this.#records[type].set(id, indexed));
  }

  /** A record that is archived or gone. */
  remove(type: ObjectTypeName, id: string): void {
    this.#later(() => this.#records[type].delete(id));
  }

  /** Two records that are connected from now on, whatever the labels. */
  connect(from: RecordRef, to: RecordRef): void {
    this.#later(() => {
      this.#neighboursOf(from, to).add(to.id);
      this.#neighboursOf(to, from).add(from.id);
    });
  }

  disconnect(from: RecordRef, to: RecordRef): void {
    this.#later(() => {
      this.#neighboursOf(from, to).delete(to.id);
      this.#neighboursOf(to, from).delete(from.id);
    });
  }

  #later(change: () => void): void {
    this.#pending.push({ dueAt: this.#clock.monotonic() + this.#lagMs, change });
  }

  #takeIn(count: number): void {
    for (const { change } of this.#pending.splice(0, count)) change();
    this.#version += count;
  }

  #neighboursOf(from: RecordRef, to: RecordRef): Set<string> {
    const key = neighboursKey(from, to);
    const neighbours = this.#neighbours.get(key) ?? new Set();
    this.#neighbours.set(key, neighbours);
    return neighbours;
  }
}

function neighboursKey(from: RecordRef, to: RecordRef): string {
  return `${from.type}/${from.id}>${to.type}`;
}
