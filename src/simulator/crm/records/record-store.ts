import type { Clock } from '../../../lib/time/clock.ts';
import { instant } from '../../instant.ts';
import { byObjectType, factsOf, type ObjectTypeName } from '../object-types.ts';
import { computedOnCreate, computedOnUpdate } from '../properties/computed-properties.ts';
import { IdentityIndex } from './identity-index.ts';

/** One CRM object of a portal. */
export interface StoredRecord {
  readonly id: string;
  /** A map of its own for each state of the record: searches hold on to former ones. */
  properties: ReadonlyMap<string, string>;
  readonly createdAt: string;
  updatedAt: string;
  archivedAt?: string;
}

/** Hears of every change of a record; `record` is what there is now, `undefined` when the id is no more. */
export type RecordListener = (type: ObjectTypeName, id: string, record: StoredRecord | undefined) => void;

/** The records of one portal. Whatever changes one of them is in here, and tells the listeners. */
export class RecordStore {
  readonly #clock: Clock;
  readonly #records = byObjectType(() => new Map<string, StoredRecord>());
  /** Ids of records that were merged, and the id that stands for them. */
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

  /** Ids rise, so this is HubSpot's list order, too. */
  all(type: ObjectTypeName): MapIterator<StoredRecord> {
    return this.#records[type].values();
  }

  get(type: ObjectTypeName, id: string): StoredRecord | undefined {
    return this.#records[type].get(id);
  }

  /** The record of this id, or the one that it was merged into. */
  survivor(type: ObjectTypeName, id: string): StoredRecord | undefined {
    return this.get(type, this.#successors[type].get(id) ?? id);
  }

  /** The record whose unique property has this value. E-mail addresses compare without case, former ones count, too. */
  getBy(type: ObjectTypeName, property: string, value: string): StoredRecord | undefined {
    const id = this.#identities.find(type, property, value);
    return id === undefined ? undefined : this.get(type, id);
  }

  /** An id that no record has or will have. */
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

  /** Writes values; an empty one clears the property. */
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

  /** Deletes a record for good. */
  erase(type: ObjectTypeName, id: string): void {
    this.#records[type].delete(id);
    this.#changed(type, id);
  }

  /** Puts one record in the place of others, which are no more; their ids lead to it. */
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
