import type { ScopeRequirement } from '../../crm/scopes.ts';
import { GatewayError } from '../../errors.ts';
import { fewestScopes } from '../../hubspot/oauth/fewest-scopes.ts';
import { ScopeSet } from '../../hubspot/oauth/scope-set.ts';
import { plainScope } from '../../lib/plain-scope.ts';

/** The scopes that the app registered at HubSpot. */
export interface RegisteredScopes {
  readonly required: readonly string[];
  readonly optional: readonly string[];
}

export interface ScopeOptions {
  /** Default: the scopes that the app registered as required. */
  readonly scopes?: readonly string[] | undefined;
  /** Default: the scopes that the app registered as optional; none with `granted` or `needs`. */
  readonly optionalScopes?: readonly string[] | undefined;
  /** The requirements of the frontend's operations. The smallest sufficient set of registered scopes is requested. */
  readonly needs?: readonly ScopeRequirement[] | undefined;
  /** The scopes of the installation that the flow reconnects. They are requested again. */
  readonly granted?: readonly string[] | undefined;
}

export interface RequestedScopes {
  readonly scopes: readonly string[];
  readonly optionalScopes: readonly string[];
}

/**
 * Splits scopes into required and optional ones as HubSpot expects: `scope` must contain every scope that the app
 * registered as required, and `optional_scope` only those that it registered as optional. Otherwise HubSpot shows an
 * error page.
 * @throws GatewayError BAD_USER_INPUT for a scope that the app did not register
 */
export function requestedScopes(registered: RegisteredScopes, options: ScopeOptions): RequestedScopes {
  const { granted, needs } = options;
  const required = new ScopeSet(registered.required);
  const optional = new ScopeSet(registered.optional);
  const known = required.union(registered.optional);
  const needed = fewestScopes(needs ?? [], known, new ScopeSet(granted ?? []), required);
  refuseUnregistered(known, 'scopes', options.scopes ?? []);
  refuseUnregistered(known, 'optionalScopes', options.optionalScopes ?? []);
  refuseUnregistered(known, 'documents', needed);

  const optionalScopes = options.optionalScopes ?? (granted || needs ? [] : registered.optional);
  // A granted scope that the app no longer registers cannot be requested again.
  const all = new ScopeSet(
    [...(options.scopes ?? []), ...needed, ...optionalScopes, ...(granted ?? [])].map(plainScope),
  );
  return {
    scopes: required.toArray(),
    // With the name that the app has registered.
    optionalScopes: optional.toArray().filter((scope) => all.has(plainScope(scope)) && !required.has(scope)),
  };
}

function refuseUnregistered(registered: ScopeSet, argument: string, scopes: readonly string[]): void {
  const known = new ScopeSet(registered.toArray().map(plainScope));
  const unknown = scopes.filter((scope) => !known.has(plainScope(scope)));
  if (unknown.length > 0) {
    throw new GatewayError(
      'BAD_USER_INPUT',
      `The app did not register at HubSpot: ${unknown.map((scope) => scope.slice(0, 128)).join(', ')}. Register the scope there, then add it to HUBSPOT_OPTIONAL_SCOPES.`,
      { argument },
    );
  }
}
