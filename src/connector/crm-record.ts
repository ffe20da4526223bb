import { byObjectType, type ObjectType } from '../crm/objects.ts';
import type { ScopeRequirement } from '../crm/scopes.ts';
import type { GatewayError } from '../errors.ts';
import type { HubspotRecord } from '../hubspot/crm/objects.ts';
import type { Owner } from '../hubspot/crm/owners.ts';
import type { ScopeSet } from '../hubspot/oauth/scope-set.ts';
import type { PromiseOrValue } from '../lib/promise-or-value.ts';
import type { Installation } from '../storage/installation-store.ts';
import type { PortalMetadata } from './metadata/portal-metadata.ts';
import type { CursorPosition, Page } from './paging.ts';
import type { SelectedProperties } from './property-access.ts';
import type { AssociatedRecordSelection } from './record-selection.ts';

/** What the fields of a record or an owner use of the connector that read it. */
export interface RecordConnector {
  readonly installation: Installation;
  readonly granted: ScopeSet;
  readonly metadata: PortalMetadata;
  refusal(requirement: ScopeRequirement, coordinate: string): GatewayError;
  record(objectType: ObjectType, id: string, selection: SelectedProperties): PromiseOrValue<CrmRecord | null>;
  owner(id: string): Promise<PortalOwner | null>;
  associatedRecords(
    record: CrmRecord,
    to: ObjectType,
    page: { first: number; start: CursorPosition },
    selection: AssociatedRecordSelection,
  ): PromiseOrValue<Page<AssociatedRecord>>;
}

/** A record in the hands of a resolver: it knows the portal it came from. */
export class CrmRecord {
  /** As HubSpot told it. Other requests may hold the same object. */
  readonly raw: HubspotRecord;
  readonly objectType: ObjectType;
  readonly connector: RecordConnector;
  /** The types of associated records that were asked for together with the record. */
  readonly preloaded: readonly ObjectType[];

  constructor(
    told: HubspotRecord,
    objectType: ObjectType,
    connector: RecordConnector,
    preloaded: readonly ObjectType[],
  ) {
    this.raw = told;
    this.objectType = objectType;
    this.connector = connector;
    this.preloaded = preloaded;
  }

  /** HubSpot's own id. */
  get recordId(): string {
    return this.raw.id;
  }

  get properties(): HubspotRecord['properties'] {
    return this.raw.properties;
  }

  get associations(): HubspotRecord['associations'] {
    return this.raw.associations;
  }
}

/** An owner in the hands of a resolver. */
export interface PortalOwner extends Owner {
  readonly objectType: 'owners';
  readonly connector: RecordConnector;
}

/** An associated record as an association edge shows it. */
export interface AssociatedRecord {
  readonly record: CrmRecord;
  readonly labels: readonly string[];
}

/** What the records of each type are made of: the schema adds properties of its own. */
export type RecordClasses = Readonly<Record<ObjectType, typeof CrmRecord>>;

export const PLAIN_RECORDS: RecordClasses = byObjectType(() => CrmRecord);
