import { COMPANIES } from './objects/companies.ts';
import { CONTACTS } from './objects/contacts.ts';
import { DEALS } from './objects/deals.ts';
import type { ObjectFacts } from './objects/define.ts';

/** The CRM objects that portals have. */
const OBJECTS = [CONTACTS, DEALS, COMPANIES] as const;

export type ObjectTypeName = (typeof OBJECTS)[number]['name'];

/** HubSpot's definition of a standard object. */
export interface ObjectTypeFacts extends ObjectFacts {
  readonly name: ObjectTypeName;
}

export const OBJECT_TYPES: readonly ObjectTypeFacts[] = OBJECTS;

/** The result of `make` for each object type. */
export function byObjectType<T>(make: (type: ObjectTypeFacts) => T): Readonly<Record<ObjectTypeName, T>> {
  const entries = OBJECT_TYPES.map((type) => [type.name, make(type)] as const);
  return Object.fromEntries(entries) as Record<ObjectTypeName, T>; // The list has every type.
}

const BY_NAME = byObjectType((type) => type);

export function factsOf(name: ObjectTypeName): ObjectTypeFacts {
  return BY_NAME[name];
}

const BY_ANY_NAME = new Map(
  OBJECT_TYPES.flatMap((facts) => [facts.name, facts.singular, facts.typeId].map((name) => [name, facts] as const)),
);

/** Finds an object type by any name that HubSpot accepts in a path: `contacts`, `CONTACT`, `0-1`. */
export function objectType(name: string): ObjectTypeFacts | undefined {
  return BY_ANY_NAME.get(name.toLowerCase());
}

/** Alternative sets of scopes to read records of these types. */
export function readScopes(...types: readonly ObjectTypeFacts[]): readonly (readonly string[])[] {
  return combined(types.map(({ scopes }) => scopes.read));
}

/** Alternative sets of scopes to write records of these types. */
export function writeScopes(...types: readonly ObjectTypeFacts[]): readonly (readonly string[])[] {
  return combined(types.map(({ scopes }) => scopes.write));
}

/** All combinations with one scope of each list. */
function combined(lists: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return lists.reduce<readonly (readonly string[])[]>(
    (sets, scopes) => sets.flatMap((set) => scopes.map((scope) => [...set, scope])),
    [[]],
  );
}
