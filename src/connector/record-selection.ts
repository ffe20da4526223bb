import type { ObjectType } from '../crm/objects.ts';
import type { SelectedProperties } from './property-access.ts';

/** The selection of records: their properties, and the associations that HubSpot can answer with them. */
export interface RecordSelection extends SelectedProperties {
  /** False when an id alone answers the selection; no record is read then. */
  readonly needsRecord: boolean;
}

export interface ListSelection extends RecordSelection {
  readonly associations: readonly ObjectType[];
  /** Associated records whose ids are read with the rows. */
  readonly associatedRecords: readonly InlineAssociationSelection[];
  /** True when the rows need further calls, which need not wait for the associated records. */
  readonly readsMore: boolean;
}

/** The first associated records of one type that are selected for each row. */
export interface InlineAssociationSelection {
  readonly objectType: ObjectType;
  readonly first: number;
  readonly properties: readonly string[];
  /** False when an id alone answers the selection. */
  readonly needsRecord: boolean;
}

export interface AssociatedRecordSelection extends RecordSelection {
  /** Associations that are read with a record have no labels. */
  readonly needsLabels: boolean;
}
