import { byObjectType, type ObjectType } from '../crm/objects.ts';
import type { ScopeRequirement } from '../crm/scopes.ts';
import type { GatewayError } from '../errors.ts';
import type { HubspotRecord } from '../hubspot/crm/objects.ts';
import type { Owner } from '../hubspot/crm/owners.ts';
import type { ScopeSet } from '../hubspot/oauth/scope-set.ts';
import type { PromiseOrValue } from '../lib/promise-or-value.ts';
import type { Installation } from '../storage/installation.ts';
import type { PortalMetadata } from './metadata/portal-metadata.ts';
import type { CursorPosition, Page } from './paging.ts';
import type { SelectedProperties } from './property-access.ts';
import type { AssociatedRecordSelection } from './record-selection.ts';

/** The part of a connector that the fields of records and owners use. */
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

/** The associations of a record that were read before its fields ask for them. The rows of a list share one object. */
export interface Preloaded {
  /** The types of the associations that were read with the record. */
  readonly associations: readonly ObjectType[];
  /** Associated records that were read for all rows of the list together. */
  readonly records: readonly PreloadedRecords[];
}

export interface PreloadedRecords {
  readonly objectType: ObjectType;
  readonly properties: readonly string[];
  /** By id: the record, `null` when it does not exist, or its error. A promise while the records are read. */
  readonly results: PromiseOrValue<ReadonlyMap<string, CrmRecord | Error | null>>;
}

export const NOTHING_PRELOADED: Preloaded = { associations: [], records: [] };

/** A record for resolvers, with the connector that read it. */
export class CrmRecord {
  /** The record as HubSpot answered it. Other requests can share the object. */
  readonly raw: HubspotRecord;
  readonly objectType: ObjectType;
  readonly connector: RecordConnector;
  readonly preloaded: Preloaded;

  constructor(raw: HubspotRecord, objectType: ObjectType, connector: RecordConnector, preloaded: Preloaded) {
    this.raw = raw;
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

/** An owner for resolvers, with the connector that read it. */
export interface PortalOwner extends Owner {
  readonly objectType: 'owners';
  readonly connector: RecordConnector;
}

/** An associated record as an association edge shows it. */
export interface AssociatedRecord {
  readonly record: CrmRecord;
  readonly labels: readonly string[];
}

/** The class of each type's records. The schema adds getters for its fields. */
export type RecordClasses = Readonly<Record<ObjectType, typeof CrmRecord>>;

export const PLAIN_RECORDS: RecordClasses = byObjectType(() => CrmRecord);
