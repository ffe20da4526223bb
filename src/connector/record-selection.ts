import type { ObjectType } from '../crm/objects.ts';
import type { SelectedProperties } from './property-access.ts';

/** What is wanted of records: their properties, and neighbours that HubSpot can hand over with them. */
export interface RecordSelection extends SelectedProperties {
  /** False when an id alone answers the selection; no record is read then. */
  readonly needsRecord: boolean;
}

export interface ListSelection extends RecordSelection {
  readonly associations: readonly ObjectType[];
  /** Neighbours whose ids come with the rows. */
  readonly neighbours: readonly InlineNeighbours[];
  /** True when rows need calls for something else, too, which need not wait until the neighbours are there. */
  readonly readsMore: boolean;
}

/** The first neighbours of one type that a selection wants of each row. */
export interface InlineNeighbours {
  readonly objectType: ObjectType;
  readonly first: number;
  readonly properties: readonly string[];
  /** False when an id alone answers the selection. */
  readonly needsRecord: boolean;
}

export interface NeighbourSelection extends RecordSelection {
  /** Labels are not part of what comes inline with a record. */
  readonly needsLabels: boolean;
}
