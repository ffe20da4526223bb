import { byObjectType, type ObjectTypeName } from '../object-types.ts';
import { compareIds } from './record-ids.ts';

/** What the index reads of a record. */
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

/** The ids of live records by the values of one property, in lower case. */
interface PropertyIndex {
  readonly ids: Map<string, Set<string>>;
  /** What each record stands under, to be taken out when it changes. */
  readonly known: Map<string, readonly string[]>;
}

/** Finds records by the value of a property without going through all of them. A property is indexed once it is asked for. */
export class IdentityIndex {
  readonly #records: IndexedRecords;
  readonly #indexes = byObjectType(() => new Map<string, PropertyIndex>());

  constructor(records: IndexedRecords) {
    this.#records = records;
    records.onChange((type, id, record) => {
      for (const [property, index] of this.#indexes[type]) put(index, property, id, record);
    });
  }

  /** The id of the oldest record that has the value, in whatever case; archived ones have none. */
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

/** What a record is called by a property: contacts keep the addresses of those that were merged into them. */
function identities({ properties }: IndexedRecord, property: string): readonly string[] {
  const former = property === 'email' ? (properties.get('hs_additional_emails')?.split(';') ?? []) : [];
  return [properties.get(property) ?? '', ...former]
    .filter((value) => value !== '')
    .map((value) => value.toLowerCase());
}
