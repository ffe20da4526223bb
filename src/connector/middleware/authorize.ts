import type { HubspotCall, HubspotResponse, Middleware, Send } from '../../hubspot/client.ts';
import { TokenRefusedError } from '../../hubspot/oauth/token-refused-error.ts';
import type { AccessToken, TokenManager } from '../../installations/token-manager.ts';
import { untilCancelled } from '../../lib/cancellation.ts';
import type { PromiseOrValue } from '../../lib/promise-or-value.ts';
import type { Installation } from '../../storage/installation.ts';

/**
 * Waits for a usable token before the call acquires a permit. So a tenant whose token cannot be refreshed holds no permits
 * that other tenants of the portal need.
 */
export function awaitToken(tokens: Pick<TokenManager, 'accessToken'>, installation: Installation): Middleware {
  return (next) => async (call) => {
    const token = tokens.accessToken(installation);
    if (token instanceof Promise) await untilCallCancelled(call, token);
    return next(call);
  };
}

/**
 * Adds a fresh access token to the call. It is the last middleware before the request, so that the token cannot expire in
 * a queue. After a 401, it replaces the token and repeats the call, once: the 401 proves that the call had no effect. A
 * cancelled call is not sent.
 */
export function authorize(tokens: TokenManager, installation: Installation): Middleware {
  return (next) => async (call) => {
    const token = await untilCallCancelled(call, tokens.accessToken(installation));
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
    const replacement = await untilCallCancelled(call, tokens.replacement(installation, token, refusal.isExpired));
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

/** Waits for the token until the call is cancelled. The refresh continues, since other calls can share it. */
function untilCallCancelled<T>({ callContext }: HubspotCall, token: PromiseOrValue<T>): PromiseOrValue<T> {
  return token instanceof Promise ? untilCancelled(callContext?.cancellation, token) : token;
}
