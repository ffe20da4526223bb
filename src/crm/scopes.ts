import { byObjectType, type ObjectType } from './objects.ts';
import type { DataSensitivity } from './property.ts';

/** The scopes that a call or a field needs: all scopes of at least one inner list. */
export type ScopeRequirement = readonly (readonly string[])[];

/** The scopes that satisfy all `requirements`. */
export function allOf(requirements: readonly ScopeRequirement[]): ScopeRequirement {
  return requirements.reduce<ScopeRequirement>(
    (combined, requirement) =>
      combined.flatMap((alternative) => requirement.map((more) => [...new Set([...alternative, ...more])])),
    [[]],
  );
}

/** The scopes that satisfy at least one of `requirements`. */
export function anyOf(requirements: readonly ScopeRequirement[]): ScopeRequirement {
  const distinct = new Map(requirements.flat().map((scopes) => [scopes.join(' '), scopes]));
  return [...distinct.values()];
}

// https://developers.hubspot.com/scopes
const READ = byObjectType<ScopeRequirement>(({ scopes }) => scopes.read.map((scope) => [scope]));
const WRITE = byObjectType<ScopeRequirement>(({ scopes }) => scopes.write.map((scope) => [scope]));

/** HubSpot grants this scope to every app, and requires it. */
export const OAUTH = 'oauth';

export const OWNERS_READ: ScopeRequirement = [['crm.objects.owners.read']];

/** The scopes to read records of all these types. */
export function readScopes(...objectTypes: readonly ObjectType[]): ScopeRequirement {
  return allOf(objectTypes.map((type) => READ[type]));
}

/** The scopes to write records of all these types. */
export function writeScopes(...objectTypes: readonly ObjectType[]): ScopeRequirement {
  return allOf(objectTypes.map((type) => WRITE[type]));
}

/**
 * The scopes to read the pipelines of a type. Either scope is enough. The first one is more common.
 * https://developers.hubspot.com/docs/api-reference/crm-pipelines-v3/guide
 */
export function pipelineScopes(objectType: ObjectType): ScopeRequirement {
  return [...READ[objectType], [`crm.schemas.${objectType}.read`]];
}

/** The scopes to read property definitions, also of sensitive properties: those for the records or for the schema. */
export function definitionScopes(objectType: ObjectType): ScopeRequirement {
  return anyOf([pipelineScopes(objectType), WRITE[objectType]]);
}

/**
 * The scopes for values of properties of this sensitivity, besides the records' own scope. HubSpot's guide names the first
 * form, its
 * specifications the second: which one a public app must ask for is not verified, so either is enough.
 */
export function valueScopes(objectType: ObjectType, sensitivity: DataSensitivity): ScopeRequirement {
  if (sensitivity === 'non_sensitive') return [[]];
  const scope = `crm.objects.${objectType}.${sensitivity}.read`;
  return [[scope], [`${scope}.v2`]];
}
