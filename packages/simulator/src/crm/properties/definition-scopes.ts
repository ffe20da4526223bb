import { type ObjectTypeFacts, readScopes, writeScopes } from '../object-types.ts';

/** Alternative scopes to read what a portal defines for an object type. */
export function definitionReaders(type: ObjectTypeFacts): readonly (readonly string[])[] {
  return [[`crm.schemas.${type.name}.read`], ...readScopes(type), ...writeScopes(type)];
}

/** Alternative scopes to change it. */
export function definitionWriters({ name }: ObjectTypeFacts): readonly (readonly string[])[] {
  return [[`crm.schemas.${name}.write`]];
}
