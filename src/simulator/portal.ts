import type { Clock } from '../lib/clock.ts';
import { SEARCH_LAG_MS } from './assumptions.ts';
import { AssociationStore, type Neighbour, type RecordRef } from './crm/association-store.ts';
import { isPrimary } from './crm/association-types.ts';
import type { ObjectTypeName } from './crm/object-types.ts';
import type { Owner } from './crm/owners.ts';
import { DEFAULT_DEAL_PIPELINE, type Pipeline } from './crm/pipelines.ts';
import type { CustomProperty, PropertyDefinition } from './crm/property-definitions.ts';
import { PropertyRegistry } from './crm/property-registry.ts';
import { RecordStore, type StoredRecord } from './crm/record-store.ts';
import { SearchIndex } from './crm/search/search-index.ts';

/** A HubSpot account and everything in it. */
export class Portal {
  readonly hubId: number;
  readonly domain: string;
  /** E-mail address of the person who consents. */
  readonly user: string;
  /** Definitions with their history, archived ones included. */
  readonly properties: PropertyRegistry;
  readonly owners: Owner[] = [];
  readonly pipelines: Readonly<Record<ObjectTypeName, Pipeline[]>> = {
    contacts: [],
    deals: [DEFAULT_DEAL_PIPELINE],
    companies: [],
  };
  readonly store: RecordStore;
  readonly associations = new AssociationStore();
  readonly searchIndex: SearchIndex;

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
    this.store = new RecordStore(clock);
    this.searchIndex = new SearchIndex(this.store, this.associations, clock, searchLagMs);
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

  records(type: ObjectTypeName): MapIterator<StoredRecord> {
    return this.store.all(type);
  }

  record(type: ObjectTypeName, id: string): StoredRecord | undefined {
    return this.store.get(type, id);
  }

  /** The record whose unique property has this value. E-mail addresses compare without case. */
  recordBy(type: ObjectTypeName, property: string, value: string): StoredRecord | undefined {
    const wanted = value.toLowerCase();
    return this.records(type).find(
      (record) => !record.archivedAt && record.properties.get(property)?.toLowerCase() === wanted,
    );
  }

  create(type: ObjectTypeName, values: Readonly<Record<string, string>>, createdAt?: number): StoredRecord {
    return this.store.create(type, values, createdAt);
  }

  /** Moves a record to the recycle bin. */
  archive(type: ObjectTypeName, id: string): void {
    this.store.archive(type, id);
  }

  /** Deletes a record for good. Its neighbours still list it, as HubSpot's do for a moment. */
  erase(type: ObjectTypeName, id: string): void {
    this.store.erase(type, id);
  }

  /** Connects two records; every connection has the unlabelled type besides its labels. A new label is defined. */
  associate(from: RecordRef, to: RecordRef, { primary, label }: { primary?: boolean; label?: string } = {}): void {
    const known = this.associations.types.between(from.type, to.type);
    const labels = known.filter((type) => (primary && isPrimary(type)) || (label && type.label === label));
    const defined = label !== undefined && !known.some((type) => type.label === label);
    this.associations.label(from, to, [
      ...labels,
      ...(defined ? this.associations.types.define(from.type, to.type, label).slice(0, 1) : []),
    ]);
  }

  /** Neighbours of a record in the order of their ids, archived ones left out. */
  neighbours(from: ObjectTypeName, id: string, to: ObjectTypeName): readonly Neighbour[] {
    return this.associations
      .neighbours({ type: from, id }, to)
      .filter(([neighbour]) => !this.record(to, neighbour)?.archivedAt);
  }
}
