import { type AccountSettings, usAccount } from './account/account.ts';
import { SEARCH_LAG_MS } from './assumptions.ts';
import { type Association, AssociationStore, type RecordRef } from './crm/associations/association-store.ts';
import { isPrimary } from './crm/associations/association-types.ts';
import { byObjectType, type ObjectTypeName } from './crm/object-types.ts';
import type { PropertyGroup } from './crm/objects/define.ts';
import type { Owner } from './crm/owners.ts';
import type { Pipeline } from './crm/pipelines.ts';
import type { CustomProperty, PropertyDefinition } from './crm/properties/property-definitions.ts';
import { PropertyRegistry } from './crm/properties/property-registry.ts';
import type { RequirementRule } from './crm/properties/required-properties.ts';
import type { ValidationRule } from './crm/properties/validation-rules.ts';
import { RecordStore, type StoredRecord } from './crm/records/record-store.ts';
import { SearchIndex } from './crm/search/search-index.ts';
import { ALL_RIGHTS, isWithin, type Person, type Reach } from './people.ts';
import type { Clock } from './time/clock.ts';

/** The id of the user who gives consent when the consent page lets nobody choose. */
const ADMIN_ID = 9_586_504;

interface PortalFacts {
  readonly hubId: number;
  readonly domain: string;
  readonly user: string;
  readonly account?: AccountSettings;
}

/** A HubSpot account and everything in it. */
export class Portal {
  readonly hubId: number;
  readonly domain: string;
  /** Can be replaced, as when an admin changes the settings. */
  account: AccountSettings;
  /** E-mail address of the first of `people`. */
  readonly user: string;
  /** Everybody who can consent to the app. The first one is an admin. */
  readonly people: Person[];
  /** All property definitions with their history, also archived ones. */
  readonly properties: PropertyRegistry;
  readonly groups = byObjectType(({ groups }): PropertyGroup[] => [...groups]);
  readonly owners: Owner[] = [];
  readonly pipelines = byObjectType(({ pipelines }): Pipeline[] => (pipelines ? [pipelines.standard] : []));
  /** The last id of a pipeline or stage that a client has created. */
  readonly pipelineIds = { last: 900_000_000 };
  /** The admins' rules for the values of properties, by property. */
  readonly validations = byObjectType(() => new Map<string, readonly ValidationRule[]>());
  readonly requirements = byObjectType((): RequirementRule[] => []);
  /** The person whose rights bind this view of the portal; `undefined` for account-level tokens. */
  readonly person: Person | undefined;
  /** Whether one refused input of a batch refuses the whole batch, even when all inputs have trace ids. */
  refusesWholeBatches = false;
  /** E-mail addresses that no contact may have again, after a privacy deletion. */
  readonly blockedEmails = new Set<string>();
  readonly store: RecordStore;
  readonly associations = new AssociationStore();
  readonly searchIndex: SearchIndex;
  readonly clock: Clock;

  /** Searches find changes after `searchLagMs`. */
  constructor(
    { hubId, domain, user, account = usAccount(domain) }: PortalFacts,
    clock: Clock,
    searchLagMs = SEARCH_LAG_MS,
  ) {
    this.clock = clock;
    this.hubId = hubId;
    this.domain = domain;
    this.account = account;
    this.user = user;
    this.people = [{ userId: ADMIN_ID, email: user, rights: { ...ALL_RIGHTS } }];
    this.properties = new PropertyRegistry(clock);
    this.store = new RecordStore(clock);
    this.searchIndex = new SearchIndex(this.store, this.associations, clock, searchLagMs);
  }

  /** The properties of a record type in this portal, HubSpot's and custom ones. */
  definitions(type: ObjectTypeName): readonly PropertyDefinition[] {
    const live = this.properties.all(type).filter(({ archivedAt }) => archivedAt === undefined);
    return live.map(({ definition }) => definition);
  }

  definition(type: ObjectTypeName, name: string): PropertyDefinition | undefined {
    const property = this.properties.get(type, name);
    return property && !property.archivedAt ? property.definition : undefined;
  }

  /** Creates a custom property. */
  defineProperty(type: ObjectTypeName, property: CustomProperty): PropertyDefinition {
    return this.properties.define(type, property).definition;
  }

  /** Makes a property required, like an admin of the portal. */
  requireProperty(type: ObjectTypeName, rule: RequirementRule): void {
    this.requirements[type].push(rule);
  }

  /** Makes a rule for the values of a property, like an admin of the portal. It replaces a rule of the same type. */
  validateProperty(type: ObjectTypeName, name: string, rule: ValidationRule): void {
    const rules = this.validations[type];
    const others = (rules.get(name) ?? []).filter(({ ruleType }) => ruleType !== rule.ruleType);
    rules.set(name, [...others, rule]);
  }

  /** The same portal as `person` sees it through a user-level app: records that they may not view do not exist. */
  seenBy(person: Person): Portal {
    return Object.assign(Object.create(this) as Portal, { person });
  }

  /** A test for the records that the person of this view may view, or edit. */
  within(right: 'view' | 'edit'): (record: Pick<StoredRecord, 'properties'>) => boolean {
    const reach: Reach = this.person?.rights[right] ?? 'all';
    return this.person ? isWithin(reach, this.person, this.owners) : () => true;
  }

  records(type: ObjectTypeName): IteratorObject<StoredRecord, undefined> {
    const all = this.store.all(type);
    return this.person ? all.filter(this.within('view')) : all;
  }

  record(type: ObjectTypeName, id: string): StoredRecord | undefined {
    return visible(this, this.store.get(type, id));
  }

  recordBy(type: ObjectTypeName, property: string, value: string): StoredRecord | undefined {
    return visible(this, this.store.getBy(type, property, value));
  }

  /** Finds a record by a unique property or by its id. The id of a merged record finds the remaining record. */
  find(type: ObjectTypeName, id: string, idProperty: string | undefined): StoredRecord | undefined {
    return idProperty === undefined
      ? visible(this, this.store.survivor(type, id))
      : this.recordBy(type, idProperty, id);
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

  /** Deletes a record permanently. Its associated records still list it, as in HubSpot for a short time. */
  erase(type: ObjectTypeName, id: string): void {
    this.store.erase(type, id);
  }

  /** Associates two records. Each association has the type without a label besides its labels. Defines a new label. */
  associate(from: RecordRef, to: RecordRef, { primary, label }: { primary?: boolean; label?: string } = {}): void {
    const known = this.associations.types.between(from.type, to.type);
    const labels = known.filter((type) => (primary && isPrimary(type)) || (label && type.label === label));
    const defined = label !== undefined && !known.some((type) => type.label === label);
    this.associations.label(from, to, [
      ...labels,
      ...(defined ? this.associations.types.define(from.type, to.type, label).slice(0, 1) : []),
    ]);
  }

  /** The associated records without archived ones, ordered by id. */
  associatedRecords(from: ObjectTypeName, id: string, to: ObjectTypeName): readonly Association[] {
    const mayView = this.within('view');
    const isShown = (record: StoredRecord | undefined) => !record || (!record.archivedAt && mayView(record));
    const start = this.store.get(from, id);
    if (start && !mayView(start)) return [];
    return this.associations
      .associatedRecords({ type: from, id }, to)
      .filter(([associated]) => isShown(this.store.get(to, associated)));
  }
}

function visible(portal: Portal, record: StoredRecord | undefined): StoredRecord | undefined {
  return record && portal.within('view')(record) ? record : undefined;
}
