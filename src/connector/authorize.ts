import type { Stage } from '../hubspot/client.ts';
import type { TokenManager } from '../installations/token-manager.ts';
import type { Installation } from '../storage/installation-store.ts';

/** Puts a fresh access token on the call: the last stage before the wire, so that it cannot expire in a queue. */
export function authorize(tokens: TokenManager, installation: Installation): Stage {
  return (next) => async (call) => {
    const { value } = await tokens.accessToken(installation);
    return next({ ...call, accessToken: value });
  };
}
