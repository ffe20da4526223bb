import type { Clock } from '../lib/time/clock.ts';
import { SEARCH_LAG_MS } from './assumptions.ts';
import { type Association, AssociationStore, type RecordRef } from './crm/associations/association-store.ts';
import { isPrimary } from './crm/associations/association-types.ts';
import { byObjectType, type ObjectTypeName } from './crm/object-types.ts';
import type { Owner } from './crm/owners.ts';
import type { Pipeline } from './crm/pipelines.ts';
import type { CustomProperty, PropertyDefinition } from './crm/properties/property-definitions.ts';
import { PropertyRegistry } from './crm/properties/property-registry.ts';
import type { RequirementRule } from './crm/properties/required-properties.ts';
import { RecordStore, type StoredRecord } from './crm/records/record-store.ts';
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
  readonly pipelines = byObjectType(({ pipelines }): Pipeline[] => (pipelines ? [pipelines.standard] : []));
  readonly requirements = byObjectType((): RequirementRule[] => []);
  /** E-mail addresses that no contact may have again, after a privacy deletion. */
  readonly blockedEmails = new Set<string>();
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

  /** Makes a property required, as an admin of the portal can. */
  requireProperty(type: ObjectTypeName, rule: RequirementRule): void {
    this.requirements[type].push(rule);
  }

  records(type: ObjectTypeName): MapIterator<StoredRecord> {
    return this.store.all(type);
  }

  record(type: ObjectTypeName, id: string): StoredRecord | undefined {
    return this.store.get(type, id);
  }

  recordBy(type: ObjectTypeName, property: string, value: string): StoredRecord | undefined {
    return this.store.getBy(type, property, value);
  }

  /** By the value of a unique property, or by an id; that of a record that was merged leads to what became of it. */
  find(type: ObjectTypeName, id: string, idProperty: string | undefined): StoredRecord | undefined {
    return idProperty === undefined ? this.store.survivor(type, id) : this.recordBy(type, idProperty, id);
  }

  create(type: ObjectTypeName, values: Readonly<Record<string, string>>, createdAt?: number): StoredRecord {
    return this.store.create(type, values, createdAt);
  }

  /** Writes values; an empty one clears the property. */
  update(type: ObjectTypeName, record: StoredRecord, values: Readonly<Record<string, string>>): void {
    this.store.update(type, record, values);
  }

  /** Moves a record to the recycle bin. */
  archive(type: ObjectTypeName, id: string): void {
    this.store.archive(type, id);
  }

  /** Deletes a record for good. Its associated records still list it, as HubSpot's do for a moment. */
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

  /** Associated records of a record in the order of their ids, archived ones left out. */
  associatedRecords(from: ObjectTypeName, id: string, to: ObjectTypeName): readonly Association[] {
    return this.associations
      .associatedRecords({ type: from, id }, to)
      .filter(([associated]) => !this.record(to, associated)?.archivedAt);
  }
}
