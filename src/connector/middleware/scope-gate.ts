import type { ScopeRequirement } from '../../crm/scopes.ts';
import { GatewayError } from '../../errors.ts';
import type { Middleware } from '../../hubspot/client.ts';
import { ScopeSet } from '../../hubspot/oauth/scope-set.ts';
import type { Installation } from '../../storage/installation.ts';

/** Refuses a call before it is sent when the grant lacks its scopes. */
export function scopeGate(installation: Installation): Middleware {
  const granted = ScopeSet.of(installation.grantedScopes);
  return (next) => async (call) => {
    if (!granted.satisfies(call.scopes)) throw missingScopes(installation, call.scopes);
    return next(call);
  };
}

/**
 * The error for missing scopes. Its `remedy` is the input of a new consent for granted ∪ missing. The field adds its
 * coordinate where only the call is known.
 */
export function missingScopes(
  installation: Installation,
  requiredScopes: ScopeRequirement,
  coordinate = '',
): GatewayError<'MISSING_SCOPES'> {
  const granted = ScopeSet.of(installation.grantedScopes);
  const missing = granted.missingFor(requiredScopes);
  return new GatewayError('MISSING_SCOPES', messageOf(coordinate), {
    installationId: installation.id,
    coordinate,
    requiredScopes,
    missingScopes: missing,
    remedy: {
      mutation: 'connectHubSpot',
      input: { installationId: installation.id, scopes: granted.union(missing).toArray() },
    },
  });
}

/** The same error with the coordinate of a field. */
export function missingScopesAt(
  coordinate: string,
  { extensions }: GatewayError<'MISSING_SCOPES'>,
): GatewayError<'MISSING_SCOPES'> {
  return new GatewayError('MISSING_SCOPES', messageOf(coordinate), { ...extensions, coordinate });
}

function messageOf(coordinate: string): string {
  return `${coordinate || 'This field'} needs scopes that this portal has not granted.`;
}
