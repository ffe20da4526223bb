import { OAUTH } from '../../crm/scopes.ts';
import type { HubspotApi } from '../client.ts';

/** `DELETE /appinstalls/{version}/external-install` uninstalls the app. HubSpot sends an e-mail to the portal's admins. */
export async function uninstallApp(api: HubspotApi, accessToken: string): Promise<void> {
  await api.send({
    name: 'app.uninstall',
    method: 'DELETE',
    path: `/appinstalls/${api.version}/external-install`,
    scopes: [[OAUTH]],
    accessToken,
  });
}
