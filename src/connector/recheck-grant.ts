import { isGatewayError } from '../errors.ts';
import type { Stage } from '../hubspot/client.ts';
import { ScopeSet } from '../hubspot/scope-set.ts';
import type { GrantKeeper } from '../installations/grant-keeper.ts';
import type { TokenManager } from '../installations/token-manager.ts';
import type { Installation } from '../storage/installation-store.ts';
import { missingScopes } from './scope-gate.ts';

/**
 * HubSpot refuses a call although the grant looked sufficient: it is read again, once. When it has shrunk, the refusal
 * becomes the one that says what is missing; HubSpot's own list of scopes is a hint, not the truth.
 */
export function recheckGrant(grants: GrantKeeper, tokens: TokenManager, installation: Installation): Stage {
  return (next) => async (call) => {
    try {
      return await next(call);
    } catch (error) {
      if (!isGatewayError(error, 'HUBSPOT_FORBIDDEN')) throw error;
      const { value } = await tokens.accessToken(installation);
      const current = await grants.recheck(installation, value);
      if (!ScopeSet.of(current.grantedScopes).satisfies(call.scopes)) {
        throw missingScopes(current, call.scopes, call.name);
      }
      throw error;
    }
  };
}
