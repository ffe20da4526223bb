import { byObjectType, type ObjectTypeName } from '../object-types.ts';
import { compareIds } from './record-ids.ts';

/** The parts of a record that the index reads. */
interface IndexedRecord {
  readonly id: string;
  readonly properties: ReadonlyMap<string, string>;
  readonly archivedAt?: string;
}

/** The records that are indexed, with their changes. */
interface IndexedRecords {
  all(type: ObjectTypeName): Iterable<IndexedRecord>;
  onChange(listener: (type: ObjectTypeName, id: string, record: IndexedRecord | undefined) => void): void;
}

/** The ids of records by the lower-case values of one property, without archived records. */
interface PropertyIndex {
  readonly ids: Map<string, Set<string>>;
  /** The keys of each record, which are removed when the record changes. */
  readonly known: Map<string, readonly string[]>;
}

/** Finds records by the value of a property. Creates the index of a property at its first use. */
export class IdentityIndex {
  readonly #records: IndexedRecords;
  readonly #indexes = byObjectType(() => new Map<string, PropertyIndex>());

  constructor(records: IndexedRecords) {
    this.#records = records;
    records.onChange((type, id, record) => {
      for (const [property, index] of this.#indexes[type]) put(index, property, id, record);
    });
  }

  /** The id of the oldest record with the value, ignoring case. Archived records are not in the index. */
  find(type: ObjectTypeName, property: string, value: string): string | undefined {
    const ids = this.#index(type, property).ids.get(value.toLowerCase());
    return ids && [...ids].reduce((oldest, id) => (compareIds(id, oldest) < 0 ? id : oldest));
  }

  #index(type: ObjectTypeName, property: string): PropertyIndex {
    const known = this.#indexes[type].get(property);
    if (known) return known;
    const index: PropertyIndex = { ids: new Map(), known: new Map() };
    for (const record of this.#records.all(type)) put(index, property, record.id, record);
    this.#indexes[type].set(property, index);
    return index;
  }
}

function put({ ids, known }: PropertyIndex, property: string, id: string, record: IndexedRecord | undefined): void {
  for (const value of known.get(id) ?? []) {
    const holders = ids.get(value);
    holders?.delete(id);
    if (holders?.size === 0) ids.delete(value);
  }
  const values = record && record.archivedAt === undefined ? identities(record, property) : [];
  if (values.length === 0) known.delete(id);
  else known.set(id, values);
  for (const value of values) ids.set(value, (ids.get(value) ?? new Set()).add(id));
}

/** The index keys of a record. A contact also has the addresses of contacts that were merged into it. */
function identities({ properties }: IndexedRecord, property: string): readonly string[] {
  const former = property === 'email' ? (properties.get('hs_additional_emails')?.split(';') ?? []) : [];
  return [properties.get(property) ?? '', ...former]
    .filter((value) => value !== '')
    .map((value) => value.toLowerCase());
}
