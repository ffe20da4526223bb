import type { ObjectType } from '../crm/objects.ts';
import { allOf, type ScopeRequirement } from '../crm/scopes.ts';
import { type PropertyDefinition, valueScopes } from '../hubspot/crm/properties.ts';
import type { ScopeSet } from '../hubspot/oauth/scope-set.ts';
import type { PromiseOrValue } from '../lib/promise-or-value.ts';
import type { PortalMetadata } from './metadata/portal-metadata.ts';
import { GrantShrunkError } from './middleware/recheck-grant.ts';

/** Properties that a selection wants of records. */
export interface SelectedProperties {
  /** Sorted, without repeats. */
  readonly properties: readonly string[];
  /** Those of `properties` that the client named: they may be sensitive, or not exist. */
  readonly named: readonly string[];
}

/** What values of all these properties need besides the scope of the records. */
export function valueRequirement(objectType: ObjectType, definitions: Iterable<PropertyDefinition>): ScopeRequirement {
  const sensitivities = new Set([...definitions].map(({ sensitivity }) => sensitivity));
  return allOf([...sensitivities].map((sensitivity) => valueScopes(objectType, sensitivity)));
}

/**
 * What HubSpot may be asked for. One sensitive property without its scope would fail the whole call, so what a client
 * names is looked up first; when that fails, it is left out, and the field that wants it finds out why.
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

/** Under a smaller grant all is asked anew. */
function unlessShrunk(error: unknown): undefined {
  if (error instanceof GrantShrunkError) throw error;
}
