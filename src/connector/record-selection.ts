import type { ObjectType } from '../crm/objects.ts';
import type { SelectedProperties } from './property-access.ts';

/** What is wanted of records: their properties, and associated records that HubSpot can hand over with them. */
export interface RecordSelection extends SelectedProperties {
  /** False when an id alone answers the selection; no record is read then. */
  readonly needsRecord: boolean;
}

export interface ListSelection extends RecordSelection {
  readonly associations: readonly ObjectType[];
  /** Associated records whose ids come with the rows. */
  readonly associatedRecords: readonly InlineAssociationSelection[];
  /** True when rows need calls for something else, too, which need not wait until the associated records are there. */
  readonly readsMore: boolean;
}

/** The first associated records of one type that a selection wants of each row. */
export interface InlineAssociationSelection {
  readonly objectType: ObjectType;
  readonly first: number;
  readonly properties: readonly string[];
  /** False when an id alone answers the selection. */
  readonly needsRecord: boolean;
}

export interface AssociatedRecordSelection extends RecordSelection {
  /** Labels are not part of what comes inline with a record. */
  readonly needsLabels: boolean;
}
