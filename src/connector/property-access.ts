import type { ObjectType } from '../crm/objects.ts';
import { allOf, type ScopeRequirement, valueScopes } from '../crm/scopes.ts';
import type { PropertyDefinition } from '../hubspot/crm/properties.ts';
import type { ScopeSet } from '../hubspot/oauth/scope-set.ts';
import type { PromiseOrValue } from '../lib/promise-or-value.ts';
import type { PortalMetadata } from './metadata/portal-metadata.ts';
import { GrantShrunkError } from './middleware/recheck-grant.ts';

/** The properties of a selection. */
export interface SelectedProperties {
  /** Sorted, without repeats. */
  readonly properties: readonly string[];
  /** Those of `properties` whose names come from the client. They can be sensitive, or not exist. */
  readonly named: readonly string[];
}

/** The scopes that the values of these properties need, besides the scope of the records. */
export function valueRequirement(objectType: ObjectType, definitions: Iterable<PropertyDefinition>): ScopeRequirement {
  const sensitivities = new Set([...definitions].map(({ sensitivity }) => sensitivity));
  return allOf([...sensitivities].map((sensitivity) => valueScopes(objectType, sensitivity)));
}

/**
 * The properties that can be requested under the grant. A sensitive property without its scope would fail the whole call,
 * so properties that the client names are looked up first. If the look-up fails, they are left out, and their fields
 * report the error.
 */
export function readableProperties(
  { metadata, granted }: { readonly metadata: PortalMetadata; readonly granted: ScopeSet },
  objectType: ObjectType,
  { properties, named }: SelectedProperties,
): PromiseOrValue<readonly string[]> {
  return named.length === 0 ? properties : withoutDenied({ metadata, granted }, objectType, { properties, named });
}

async function withoutDenied(
  { metadata, granted }: { readonly metadata: PortalMetadata; readonly granted: ScopeSet },
  objectType: ObjectType,
  { properties, named }: SelectedProperties,
): Promise<readonly string[]> {
  const definitions = await metadata.propertiesNamed(objectType, named).catch(unlessShrunk);
  const deniedProperties = new Set(
    named.filter((name) => {
      const definition = definitions?.get(name);
      return !definition || !granted.satisfies(valueRequirement(objectType, [definition]));
    }),
  );
  return properties.filter((name) => !deniedProperties.has(name));
}

/** The request is executed again under the smaller grant. */
function unlessShrunk(error: unknown): undefined {
  if (error instanceof GrantShrunkError) throw error;
}
