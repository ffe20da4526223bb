import { Hono } from 'hono';
import { json } from './answers.ts';
import type { World } from './world.ts';

/** The simulator's own door for tests in other processes: what was asked, and tokens that end early. */
export function controlRoutes({ log, grants }: World): Hono {
  const routes = new Hono();
  routes.get('/_simulator/requests', () => json(200, log.all()));
  routes.delete('/_simulator/requests', () => {
    log.clear();
    return json(204, undefined);
  });
  routes.post('/_simulator/access-tokens/revoke', () => {
    grants.revokeAccessTokens();
    return json(204, undefined);
  });
  return routes;
}
