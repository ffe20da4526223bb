import type { HubspotCall, HubspotResponse, Middleware, Send } from '../../hubspot/client.ts';
import { TokenRefusedError } from '../../hubspot/oauth/token-refused-error.ts';
import type { AccessToken, TokenManager } from '../../installations/token-manager.ts';
import { untilCancelled } from '../../lib/cancellation.ts';
import type { PromiseOrValue } from '../../lib/promise-or-value.ts';
import type { Installation } from '../../storage/installation-store.ts';

/**
 * Waits until there is a usable token, before the call takes a slot: where one tenant's token cannot be renewed, others
 * on the same portal go on.
 */
export function awaitToken(tokens: Pick<TokenManager, 'accessToken'>, installation: Installation): Middleware {
  return (next) => async (call) => {
    const token = tokens.accessToken(installation);
    if (token instanceof Promise) await whileWanted(call, token);
    return next(call);
  };
}

/**
 * Puts a fresh access token on the call: the last stage before the wire, so that it cannot expire in a queue. A token
 * that HubSpot refuses all the same is replaced once and the call repeated once: the 401 proves that it did nothing.
 * Nothing leaves that nobody waits for any more.
 */
export function authorize(tokens: TokenManager, installation: Installation): Middleware {
  return (next) => async (call) => {
    const token = await whileWanted(call, tokens.accessToken(installation));
    try {
      return await send(next, call, token);
    } catch (error) {
      if (!(error instanceof TokenRefusedError) || !error.refreshable) throw error;
      return repeat(next, call, error, token);
    }
  };

  async function repeat(
    next: Send,
    call: HubspotCall,
    refusal: TokenRefusedError,
    token: AccessToken,
  ): Promise<HubspotResponse> {
    const replacement = await whileWanted(call, tokens.replacement(installation, token, refusal.isExpired));
    if (!replacement) throw refusal;
    return send(next, call, replacement);
  }

  async function send(next: Send, call: HubspotCall, token: AccessToken): Promise<HubspotResponse> {
    const reason = call.callContext?.cancellation?.reason;
    if (reason) throw reason;
    const response = await next({ ...call, accessToken: token.value });
    tokens.accepted(token);
    return response;
  }
}

/** A renewal that others share goes on; the call that nobody wants any more does not wait for it. */
function whileWanted<T>({ callContext }: HubspotCall, token: PromiseOrValue<T>): PromiseOrValue<T> {
  return token instanceof Promise ? untilCancelled(callContext?.cancellation, token) : token;
}
