import { COMPANY } from './company.ts';
import { CONTACT } from './contact.ts';
import { DEAL } from './deal.ts';
import type { ObjectDefinition } from './define-object.ts';

/** The CRM objects that the gateway serves. */
const OBJECTS = [CONTACT, DEAL, COMPANY] as const;

/** CRM object types by the plural names of HubSpot's paths and scopes. */
export type ObjectType = (typeof OBJECTS)[number]['objectType'];

/** The names of their types in GraphQL. */
export type RecordTypename = (typeof OBJECTS)[number]['typename'];

export interface CrmObject extends ObjectDefinition {
  readonly objectType: ObjectType;
  readonly typename: RecordTypename;
}

/** All of them: what is done for every CRM object is done over this list. */
export const CRM_OBJECTS: readonly CrmObject[] = OBJECTS;

/** What `make` makes of each CRM object. */
export function byObjectType<T>(make: (object: CrmObject) => T): Readonly<Record<ObjectType, T>> {
  const entries = CRM_OBJECTS.map((object) => [object.objectType, make(object)] as const);
  return Object.fromEntries(entries) as Record<ObjectType, T>; // The list has every type.
}

const BY_OBJECT_TYPE = byObjectType((object) => object);

/** The CRM object that HubSpot calls `objectType`. */
export function crmObject(objectType: ObjectType): CrmObject {
  return BY_OBJECT_TYPE[objectType];
}

/** `DEAL`: how `CrmObjectType` names a type, and HubSpot in what it says of records. */
export function enumName({ singular }: CrmObject): string {
  return singular.toUpperCase();
}
