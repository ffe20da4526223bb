import type { ScopeRequirement } from '../../crm/scopes.ts';
import { GatewayError, isGatewayError } from '../../errors.ts';
import type { Middleware } from '../../hubspot/client.ts';
import { ScopeSet } from '../../hubspot/oauth/scope-set.ts';
import type { GrantMonitor } from '../../installations/grant-monitor.ts';
import type { TokenManager } from '../../installations/token-manager.ts';
import { untilCancelled } from '../../lib/cancellation.ts';
import type { Installation } from '../../storage/installation.ts';

/**
 * HubSpot refused a call because the grant has lost scopes. A read can be answered in part with the current grant. A write
 * had no effect.
 */
export class GrantShrunkError extends GatewayError<'HUBSPOT_FORBIDDEN'> {
  /** With the current grant. */
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
 * Reads the grant again when HubSpot refuses a call although the known grant suffices. The scopes that HubSpot lists in
 * its refusal are not reliable.
 * @throws GrantShrunkError when the grant has lost any scope: sensitive properties need scopes that the call does not list
 */
export function recheckGrant(grants: GrantMonitor, tokens: TokenManager, installation: Installation): Middleware {
  return (next) => async (call) => {
    try {
      return await next(call);
    } catch (error) {
      // A 400 is about the permissions of HubSpot's user, which the grant does not contain.
      if (!isGatewayError(error, 'HUBSPOT_FORBIDDEN') || error.extensions.hubspot?.status === 400) throw error;
      const recheck = async () => grants.recheck(installation, (await tokens.accessToken(installation)).value);
      const current = await untilCancelled(call.callContext?.cancellation, recheck());
      const holds = ScopeSet.of(current.grantedScopes).satisfies([installation.grantedScopes]);
      throw holds ? error : new GrantShrunkError(error, current, call.scopes);
    }
  };
}
