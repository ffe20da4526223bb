import { isGatewayError } from '../errors.ts';
import type { HubspotApi } from '../hubspot/client.ts';
import { uninstallApp } from '../hubspot/oauth/app-installs.ts';
import { type OAuthClient, OAuthError } from '../hubspot/oauth/oauth-client.ts';

export interface HubspotGrants {
  readonly oauth: OAuthClient;
  readonly api: HubspotApi;
}

/**
 * Revokes a grant at HubSpot. `undefined` when it has ended, now or before; otherwise the failure, after which the caller
 * tries again.
 * @param uninstall also removes the app from the portal
 */
export async function endGrant(
  hubspot: HubspotGrants,
  refreshToken: string,
  uninstall: boolean,
): Promise<OAuthError | undefined> {
  try {
    await hubspot.oauth.revoke(uninstall ? await uninstalled(hubspot, refreshToken) : refreshToken);
    return undefined;
  } catch (error) {
    if (error instanceof OAuthError) return error.kind === 'invalid_grant' ? undefined : error;
    if (!isGatewayError(error)) throw error;
    return new OAuthError('unavailable', { status: 500, cause: error });
  }
}

/** The refresh token after the uninstall. */
async function uninstalled({ oauth, api }: HubspotGrants, refreshToken: string): Promise<string> {
  const answer = await oauth.refresh(refreshToken);
  await uninstallApp(api, answer.accessToken);
  return answer.refreshToken ?? refreshToken;
}
