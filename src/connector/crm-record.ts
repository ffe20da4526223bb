import { byObjectType, type ObjectType } from '../crm/objects.ts';
import type { HubspotRecord } from '../hubspot/crm/objects.ts';
import type { Connector } from './connector.ts';

/** A record in the hands of a resolver: it knows the portal it came from. */
export class CrmRecord {
  /** As HubSpot told it. Other requests may hold the same object. */
  readonly raw: HubspotRecord;
  readonly objectType: ObjectType;
  readonly connector: Connector;
  /** The types of associated records that were asked for together with the record. */
  readonly preloaded: readonly ObjectType[];

  constructor(told: HubspotRecord, objectType: ObjectType, connector: Connector, preloaded: readonly ObjectType[]) {
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

/** What the records of each type are made of: the schema adds properties of its own. */
export type RecordClasses = Readonly<Record<ObjectType, typeof CrmRecord>>;

export const PLAIN_RECORDS: RecordClasses = byObjectType(() => CrmRecord);
