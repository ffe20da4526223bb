import type { Clock } from '../lib/clock.ts';
import { SEARCH_LAG_MS } from './assumptions.ts';
import { ASSOCIATION_TYPE_IDS, type ObjectTypeName, objectType } from './crm/object-types.ts';
import type { CustomProperty, PropertyDefinition } from './crm/property-definitions.ts';
import { PropertyRegistry } from './crm/property-registry.ts';
import { instant } from './instant.ts';
import { type RecordRef, SearchIndex } from './search-index.ts';

/** One CRM object of a portal. */
export interface StoredRecord {
  readonly id: string;
  /** A map of its own for each state of the record: searches hold on to former ones. */
  properties: ReadonlyMap<string, string>;
  readonly createdAt: string;
  updatedAt: string;
  archivedAt?: string;
}

export interface AssociationType {
  readonly category: 'HUBSPOT_DEFINED' | 'USER_DEFINED';
  readonly typeId: number;
  readonly label: string | null;
}

/** A HubSpot account and everything in it. */
export class Portal {
  readonly hubId: number;
  readonly domain: string;
  /** E-mail address of the person who consents. */
  readonly user: string;
  /** Definitions with their history, archived ones included. */
  readonly properties: PropertyRegistry;
  readonly searchIndex: SearchIndex;
  readonly #clock: Clock;
  readonly #records: Record<ObjectTypeName, Map<string, StoredRecord>> = {
    contacts: new Map(),
    deals: new Map(),
    companies: new Map(),
  };
  readonly #associations = new Map<string, Map<string, AssociationType[]>>();
  readonly #nextId: Record<ObjectTypeName, number> = { contacts: 100_001, companies: 200_001, deals: 300_001 };

  /** Searches see changes `searchLagMs` later. */
  constructor(
    { hubId, domain, user }: { hubId: number; domain: string; user: string },
    clock: Clock,
    searchLagMs = SEARCH_LAG_MS,
  ) {
    this.hubId = hubId;
    this.domain = domain;
    this.user = user;
    this.properties = new PropertyRegistry(clock);
    this.searchIndex = new SearchIndex(clock, searchLagMs);
    this.#clock = clock;
  }

  /** The properties that records of a type have in this portal: HubSpot's and its own. */
  definitions(type: ObjectTypeName): readonly PropertyDefinition[] {
    const live = this.properties.all(type).filter(({ archivedAt }) => archivedAt === undefined);
    return live.map(({ definition }) => definition);
  }

  definition(type: ObjectTypeName, name: string): PropertyDefinition | undefined {
    const property = this.properties.get(type, name);
    return property && !property.archivedAt ? property.definition : undefined;
  }

  /** Gives the portal a property of its own. */
  defineProperty(type: ObjectTypeName, property: CustomProperty): PropertyDefinition {
    return this.properties.define(type, property).definition;
  }

  /** Ids rise, so this is HubSpot's list order, too. */
  records(type: ObjectTypeName): MapIterator<StoredRecord> {
    return this.#records[type].values();
  }

  record(type: ObjectTypeName, id: string): StoredRecord | undefined {
    return this.#records[type].get(id);
  }

  /** The record whose unique property has this value. E-mail addresses compare without case. */
  recordBy(type: ObjectTypeName, property: string, value: string): StoredRecord | undefined {
    const wanted = value.toLowerCase();
    return this.records(type).find(
      (record) => !record.archivedAt && record.properties.get(property)?.toLowerCase() === wanted,
    );
  }

  create(type: ObjectTypeName, values: Readonly<Record<string, string>>, createdAt = this.#clock.now()): StoredRecord {
    const id = String(this.#nextId[type]++);
    const at = instant(createdAt);
    const modified = objectType(type)?.modifiedProperty ?? 'hs_lastmodifieddate';
    const properties = new Map(Object.entries({ ...values, hs_object_id: id, createdate: at, [modified]: at }));
    const record = { id, properties, createdAt: at, updatedAt: at };
    this.#records[type].set(id, record);
    this.searchIndex.put(type, record);
    return record;
  }

  /** Moves a record to the recycle bin. */
  archive(type: ObjectTypeName, id: string): void {
    const record = this.#records[type].get(id);
    if (record) record.archivedAt = instant(this.#clock.now());
    this.searchIndex.remove(type, id);
  }

  /** Deletes a record for good. Its neighbours still list it, as HubSpot's do for a moment. */
  erase(type: ObjectTypeName, id: string): void {
    this.#records[type].delete(id);
    this.searchIndex.remove(type, id);
  }

  /** Connects two records in both directions; every connection has the unlabelled type besides its labels. */
  associate(
    from: RecordRef,
    to: RecordRef,
    options: { primary?: boolean; label?: string; labelTypeId?: number } = {},
  ): void {
    this.#connect(from, to, options);
    this.#connect(to, from, options);
    this.searchIndex.connect(from, to);
  }

  /** Neighbours of a record in the order of their ids, archived ones left out. */
  neighbours(from: ObjectTypeName, id: string, to: ObjectTypeName): [id: string, types: AssociationType[]][] {
    const all = this.#associations.get(`${from}/${id}>${to}`) ?? new Map<string, AssociationType[]>();
    return [...all]
      .filter(([neighbour]) => !this.#records[to].get(neighbour)?.archivedAt)
      .sort(([a], [b]) => Number(a) - Number(b));
  }

  #connect(
    from: RecordRef,
    to: RecordRef,
    { primary, label, labelTypeId = 28 }: { primary?: boolean; label?: string; labelTypeId?: number },
  ): void {
    const ids = ASSOCIATION_TYPE_IDS[`${from.type}>${to.type}`];
    if (!ids) return;
    const types: AssociationType[] = [{ category: 'HUBSPOT_DEFINED', typeId: ids.unlabelled, label: null }];
    if (primary && ids.primary) types.unshift({ category: 'HUBSPOT_DEFINED', typeId: ids.primary, label: 'Primary' });
    if (label) types.push({ category: 'USER_DEFINED', typeId: labelTypeId, label });
    const key = `${from.type}/${from.id}>${to.type}`;
    const neighbours = this.#associations.get(key) ?? new Map<string, AssociationType[]>();
    this.#associations.set(key, neighbours.set(to.id, types));
  }
}
