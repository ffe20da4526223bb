import { COMPANY } from './company.ts';
import { CONTACT } from './contact.ts';
import { DEAL } from './deal.ts';
import type { ObjectDefinition } from './define-object.ts';

/** The CRM objects that the gateway serves. */
const OBJECTS = [CONTACT, DEAL, COMPANY] as const;

/** CRM object types, with HubSpot's plural names in paths and scopes. */
export type ObjectType = (typeof OBJECTS)[number]['objectType'];

/** The names of their GraphQL types. */
export type RecordTypename = (typeof OBJECTS)[number]['typename'];

export interface CrmObject extends ObjectDefinition {
  readonly objectType: ObjectType;
  readonly typename: RecordTypename;
}

/** All CRM objects. */
export const CRM_OBJECTS: readonly CrmObject[] = OBJECTS;

/** The result of `make` for each CRM object, by object type. */
export function byObjectType<T>(make: (object: CrmObject) => T): Readonly<Record<ObjectType, T>> {
  const entries = CRM_OBJECTS.map((object) => [object.objectType, make(object)] as const);
  return Object.fromEntries(entries) as Record<ObjectType, T>; // The list has every type.
}

const BY_OBJECT_TYPE = byObjectType((object) => object);

/** The CRM object of the type `objectType`. */
export function crmObject(objectType: ObjectType): CrmObject {
  return BY_OBJECT_TYPE[objectType];
}

/** The value of the enum `CrmObjectType`, such as `DEAL`. HubSpot's error messages use the same names. */
export function enumName({ singular }: CrmObject): string {
  return singular.toUpperCase();
}
