import type { ScopeRequirement } from '../../crm/scopes.ts';
import { GatewayError, isGatewayError } from '../../errors.ts';
import type { Middleware } from '../../hubspot/client.ts';
import { ScopeSet } from '../../hubspot/oauth/scope-set.ts';
import type { GrantMonitor } from '../../installations/grant-monitor.ts';
import type { TokenManager } from '../../installations/token-manager.ts';
import { untilCancelled } from '../../lib/cancellation.ts';
import type { Installation } from '../../storage/installation-store.ts';

/**
 * HubSpot refused a call, and its grant turned out to hold less than was known. What was to be read may be had in part
 * under the grant that holds now; what was to be written was not.
 */
export class GrantShrunkError extends GatewayError<'HUBSPOT_FORBIDDEN'> {
  /** With the grant that holds now. */
  readonly installation: Installation;
  /** The scopes that the call needs. */
  readonly scopes: ScopeRequirement;

  constructor(refusal: GatewayError<'HUBSPOT_FORBIDDEN'>, installation: Installation, scopes: ScopeRequirement) {
    super(refusal.code, refusal.message, refusal.extensions, { cause: refusal });
    this.installation = installation;
    this.scopes = scopes;
  }
}

/**
 * HubSpot refuses a call although the grant looked sufficient: it is read again, once. HubSpot's own list of scopes in
 * its refusal is a hint, not the truth.
 * @throws GrantShrunkError when it has lost any scope: what is sensitive in an answer needs more than the call shows
 */
export function recheckGrant(grants: GrantMonitor, tokens: TokenManager, installation: Installation): Middleware {
  return (next) => async (call) => {
    try {
      return await next(call);
    } catch (error) {
      if (!isGatewayError(error, 'HUBSPOT_FORBIDDEN')) throw error;
      const recheck = async () => grants.recheck(installation, (await tokens.accessToken(installation)).value);
      const current = await untilCancelled(call.callContext?.cancellation, recheck());
      const holds = ScopeSet.of(current.grantedScopes).satisfies([installation.grantedScopes]);
      throw holds ? error : new GrantShrunkError(error, current, call.scopes);
    }
  };
}
