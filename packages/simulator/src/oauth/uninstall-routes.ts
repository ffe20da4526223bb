import { Hono } from 'hono';
import { json } from '../answers.ts';
import { type CrmEnv, scopeFailure } from '../crm/session.ts';
import type { World } from '../world.ts';

/** The route that uninstalls the app from a portal. https://developers.hubspot.com/docs/api-reference/app-uninstalls */
export function uninstallRoutes({ grants }: World): Hono<CrmEnv> {
  const routes = new Hono<CrmEnv>();
  routes.delete('/appinstalls/:version/external-install', (c) => {
    const session = c.get('session');
    const refused = scopeFailure(session, [['oauth']]);
    if (refused) return refused;
    grants.uninstall(session.portal.hubId);
    return json(204, undefined);
  });
  return routes;
}
