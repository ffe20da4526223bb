import { GatewayError } from '../errors.ts';
import { ScopeSet } from '../hubspot/scope-set.ts';

/** What the app registered at HubSpot. */
export interface RegisteredScopes {
  readonly required: readonly string[];
  readonly optional: readonly string[];
}

export interface ScopeWishes {
  /** Defaults to what the app registered as required. */
  readonly scopes?: readonly string[] | undefined;
  /** Defaults to what the app registered as optional; with `granted`, to none. */
  readonly optionalScopes?: readonly string[] | undefined;
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
  const { granted } = wishes;
  const required = new ScopeSet(registered.required);
  const optional = new ScopeSet(registered.optional);
  refuseUnregistered(required.union(registered.optional), 'scopes', wishes.scopes ?? []);
  refuseUnregistered(required.union(registered.optional), 'optionalScopes', wishes.optionalScopes ?? []);

  const optionalWishes = wishes.optionalScopes ?? (granted ? [] : registered.optional);
  // A granted scope that the app no longer registers cannot be asked for again.
  const all = new ScopeSet([...(wishes.scopes ?? []), ...optionalWishes, ...(granted ?? [])]);
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
