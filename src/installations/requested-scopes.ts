import type { ScopeRequirement } from '../crm/scopes.ts';
import { GatewayError } from '../errors.ts';
import { fewestScopes } from '../hubspot/oauth/fewest-scopes.ts';
import { ScopeSet } from '../hubspot/oauth/scope-set.ts';

/** What the app registered at HubSpot. */
export interface RegisteredScopes {
  readonly required: readonly string[];
  readonly optional: readonly string[];
}

export interface ScopeWishes {
  /** Defaults to what the app registered as required. */
  readonly scopes?: readonly string[] | undefined;
  /** Defaults to what the app registered as optional; with `granted` or `needs`, to none. */
  readonly optionalScopes?: readonly string[] | undefined;
  /** What the frontend's operations need; the least of it that the app registered is asked for. */
  readonly needs?: readonly ScopeRequirement[] | undefined;
  /** Granted already, when the flow reconnects or steps up an installation: kept. */
  readonly granted?: readonly string[] | undefined;
}

export interface RequestedScopes {
  readonly scopes: readonly string[];
  readonly optionalScopes: readonly string[];
}

/**
 * Splits wishes as HubSpot demands: `scope` must name every scope the app registered as required, and a scope may
 * stand only where the app registered it; any other split ends on an error page of HubSpot.
 * @throws GatewayError BAD_USER_INPUT for a scope that the app did not register
 */
export function requestedScopes(registered: RegisteredScopes, wishes: ScopeWishes): RequestedScopes {
  const { granted, needs } = wishes;
  const required = new ScopeSet(registered.required);
  const optional = new ScopeSet(registered.optional);
  const known = required.union(registered.optional);
  const needed = fewestScopes(needs ?? [], known, new ScopeSet(granted ?? []), required);
  refuseUnregistered(known, 'scopes', wishes.scopes ?? []);
  refuseUnregistered(known, 'optionalScopes', wishes.optionalScopes ?? []);
  refuseUnregistered(known, 'documents', needed);

  const optionalWishes = wishes.optionalScopes ?? (granted || needs ? [] : registered.optional);
  // A granted scope that the app no longer registers cannot be asked for again.
  const all = new ScopeSet([...(wishes.scopes ?? []), ...needed, ...optionalWishes, ...(granted ?? [])]);
  return {
    scopes: required.toArray(),
    optionalScopes: all.toArray().filter((scope) => optional.has(scope) && !required.has(scope)),
  };
}

function refuseUnregistered(registered: ScopeSet, argument: string, scopes: readonly string[]): void {
  const unknown = registered.missing(scopes);
  if (unknown.length > 0) {
    throw new GatewayError(
      'BAD_USER_INPUT',
      `The app did not register at HubSpot: ${unknown.map((scope) => scope.slice(0, 128)).join(', ')}. Register the scope there, then add it to HUBSPOT_OPTIONAL_SCOPES.`,
      { argument },
    );
  }
}
