import type { ScopeRequirement } from '../crm/scopes.ts';
import type { Remedy } from '../errors.ts';
import { fewestScopes } from '../hubspot/oauth/fewest-scopes.ts';
import { ScopeSet } from '../hubspot/oauth/scope-set.ts';
import type { Installation } from '../storage/installation.ts';

/** The scopes that one field needs. */
export interface RequiredScopes {
  readonly coordinate: string;
  readonly anyOf: ScopeRequirement;
}

export interface RefusedField {
  readonly coordinate: string;
  readonly requiredScopes: ScopeRequirement;
  readonly missingScopes: readonly string[];
}

/** Which fields of an operation a portal would answer. */
export interface Access {
  readonly allowed: boolean;
  /** The smallest sufficient set of scopes; granted scopes are preferred. */
  readonly scopes: readonly string[];
  readonly missingScopes: readonly string[];
  readonly refusedFields: readonly RefusedField[];
  /** Null when the operation is allowed. */
  readonly remedy: Remedy | null;
}

/** The smallest set of scopes that suffices for all fields. It contains other scopes than `preferred` only if it must. */
export function leastScopes(fields: readonly RequiredScopes[], preferred: readonly string[] = []): readonly string[] {
  const requirements = fields.map(({ anyOf }) => anyOf);
  return preferred.length > 0 ? fewestScopes(requirements, new ScopeSet(preferred)) : fewestScopes(requirements);
}

/** Compares the scopes that fields need with the granted ones, without a HubSpot call. */
export function accessTo(installation: Installation, fields: readonly RequiredScopes[]): Access {
  const granted = ScopeSet.of(installation.grantedScopes);
  const scopes = fewestScopes(
    fields.map(({ anyOf }) => anyOf),
    granted,
  );
  const missingScopes = granted.missing(scopes);
  const refusedFields = fields
    .filter(({ anyOf }) => !granted.satisfies(anyOf))
    .map(({ coordinate, anyOf }) => ({
      coordinate,
      requiredScopes: anyOf,
      missingScopes: granted.missingFor(anyOf),
    }));
  const allowed = installation.status === 'ACTIVE' && refusedFields.length === 0;
  const input = { installationId: installation.id, scopes: granted.union(missingScopes).toArray() };
  return {
    allowed,
    scopes,
    missingScopes,
    refusedFields,
    remedy: allowed ? null : { mutation: 'connectHubSpot', input },
  };
}
