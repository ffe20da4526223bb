import type { ObjectType } from '../hubspot/objects.ts';

export type RecordTypename = 'Contact' | 'Deal' | 'Company';

/** A type of record as the schema and as HubSpot name it. */
export interface RecordType {
  readonly typename: RecordTypename;
  /** HubSpot's plural; the name of the list on `Crm`, too. */
  readonly objectType: ObjectType;
  /** The name of the single record on `Crm`. */
  readonly singular: string;
}

export const CONTACT: RecordType = { typename: 'Contact', objectType: 'contacts', singular: 'contact' };
export const DEAL: RecordType = { typename: 'Deal', objectType: 'deals', singular: 'deal' };
export const COMPANY: RecordType = { typename: 'Company', objectType: 'companies', singular: 'company' };

/** All of them: whatever is done for every type of record is done over this list. */
export const RECORD_TYPES: readonly RecordType[] = [CONTACT, DEAL, COMPANY];

const BY_OBJECT_TYPE: Readonly<Record<ObjectType, RecordType>> = { contacts: CONTACT, deals: DEAL, companies: COMPANY };

/** The type that HubSpot calls `objectType`. */
export function recordTypeOf(objectType: ObjectType): RecordType {
  return BY_OBJECT_TYPE[objectType];
}

/** `DEAL`: how `CrmObjectType` names a type, and HubSpot in what it says of records. */
export function capitals({ typename }: RecordType): string {
  return typename.toUpperCase();
}
