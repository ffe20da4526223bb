import { instant } from '../../instant.ts';
import type { Clock } from '../../time/clock.ts';
import { byObjectType, factsOf, type ObjectTypeName } from '../object-types.ts';
import { computedOnCreate, computedOnUpdate } from '../properties/computed-properties.ts';
import { IdentityIndex } from './identity-index.ts';

/** A record of a portal. */
export interface StoredRecord {
  readonly id: string;
  /** Each change creates a new map, because the search index keeps older states. */
  properties: ReadonlyMap<string, string>;
  readonly createdAt: string;
  updatedAt: string;
  archivedAt?: string;
}

/** Listens to changes of records. `record` is the new state, `undefined` for a deleted record. */
export type RecordListener = (type: ObjectTypeName, id: string, record: StoredRecord | undefined) => void;

/** The records of one portal. It makes all changes, and notifies the listeners. */
export class RecordStore {
  readonly #clock: Clock;
  readonly #records = byObjectType(() => new Map<string, StoredRecord>());
  /** Ids of merged records, and the id of the remaining record. */
  readonly #successors = byObjectType(() => new Map<string, string>());
  readonly #nextId: Record<ObjectTypeName, number> = byObjectType(({ firstId }) => firstId);
  readonly #listeners: RecordListener[] = [];
  readonly #identities = new IdentityIndex(this);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  onChange(listener: RecordListener): void {
    this.#listeners.push(listener);
  }

  /** In the order of ids, which is HubSpot's list order. */
  all(type: ObjectTypeName): MapIterator<StoredRecord> {
    return this.#records[type].values();
  }

  get(type: ObjectTypeName, id: string): StoredRecord | undefined {
    return this.#records[type].get(id);
  }

  /** The record with this id, or the record that it was merged into. */
  survivor(type: ObjectTypeName, id: string): StoredRecord | undefined {
    return this.get(type, this.#successors[type].get(id) ?? id);
  }

  /** The record with this value of a unique property. E-mail addresses ignore case, and include former addresses. */
  getBy(type: ObjectTypeName, property: string, value: string): StoredRecord | undefined {
    const id = this.#identities.find(type, property, value);
    return id === undefined ? undefined : this.get(type, id);
  }

  /** An id that no record ever has. */
  reserveId(type: ObjectTypeName): string {
    return String(this.#nextId[type]++);
  }

  /** `createdAt` in epoch milliseconds. */
  create(type: ObjectTypeName, values: Readonly<Record<string, string>>, createdAt = this.#clock.now()): StoredRecord {
    const id = this.reserveId(type);
    const at = instant(createdAt);
    const properties = new Map(
      Object.entries({
        ...computedOnCreate(type, id, values),
        ...values,
        hs_object_id: id,
        createdate: at,
        [factsOf(type).modifiedProperty]: at,
      }),
    );
    const record = { id, properties, createdAt: at, updatedAt: at };
    this.#records[type].set(id, record);
    this.#changed(type, id);
    return record;
  }

  /** Writes values. An empty value clears the property. */
  update(type: ObjectTypeName, record: StoredRecord, changes: Readonly<Record<string, string>>): void {
    const at = instant(this.#clock.now());
    const written = { ...changes, ...computedOnUpdate(type, changes), [factsOf(type).modifiedProperty]: at };
    const values = { ...Object.fromEntries(record.properties), ...written };
    record.properties = new Map(Object.entries(values).filter(([, value]) => value !== ''));
    record.updatedAt = at;
    this.#changed(type, record.id);
  }

  /** Moves a record to the recycle bin. */
  archive(type: ObjectTypeName, id: string): void {
    const record = this.get(type, id);
    if (!record || record.archivedAt !== undefined) return;
    record.archivedAt = instant(this.#clock.now());
    this.#changed(type, id);
  }

  /** Deletes a record permanently. */
  erase(type: ObjectTypeName, id: string): void {
    this.#records[type].delete(id);
    this.#changed(type, id);
  }

  /** Replaces records by one record. Their ids then find this record. */
  supersede(type: ObjectTypeName, gone: readonly string[], survivor: StoredRecord): void {
    const successors = this.#successors[type];
    for (const [merged, successor] of successors) {
      if (gone.includes(successor)) successors.set(merged, survivor.id);
    }
    for (const id of gone) {
      successors.set(id, survivor.id);
      this.erase(type, id);
    }
  }

  #changed(type: ObjectTypeName, id: string): void {
    for (const listener of this.#listeners) listener(type, id, this.get(type, id));
  }
}
