import { Hono } from 'hono';
import { failure, json } from './answers.ts';
import { type ObjectTypeName, objectType } from './crm/object-types.ts';
import type { Portal } from './portal.ts';
import type { World } from './world.ts';

const NO_PORTAL = 'The simulator has no such portal.';
const NO_SCOPES = 'The body has scopes, a list of strings.';
const NO_RECORD = 'The portal has no such record.';
const NO_PROPERTIES = 'The body has properties, an object of strings with names that the portal defines.';

/** Routes that do from other processes what people do in HubSpot: its users, admins, and other apps of a portal. */
export function portalControlRoutes({ portals, grants, limits }: World): Hono {
  const routes = new Hono();
  const portalOf = (hubId: string): Portal | undefined => portals.find((portal) => String(portal.hubId) === hubId);

  routes.get('/_simulator/portals', () =>
    json(
      200,
      portals.map(({ hubId, domain, user }) => ({ hubId, domain, user })),
    ),
  );

  routes.post('/_simulator/portals/:hubId/uninstall', (c) => {
    const portal = portalOf(c.req.param('hubId'));
    if (!portal) return failure(404, { message: NO_PORTAL });
    grants.uninstall(portal.hubId);
    return json(204, undefined);
  });

  routes.post('/_simulator/portals/:hubId/scopes/remove', async (c) => {
    const portal = portalOf(c.req.param('hubId'));
    if (!portal) return failure(404, { message: NO_PORTAL });
    const { scopes } = await bodyOf(c.req);
    if (!isTexts(scopes)) return failure(400, { message: NO_SCOPES });
    grants.takeScopes(portal.hubId, scopes);
    return json(204, undefined);
  });

  routes.post('/_simulator/portals/:hubId/limits/use-up', (c) => {
    const portal = portalOf(c.req.param('hubId'));
    if (!portal) return failure(404, { message: NO_PORTAL });
    limits.of(portal.hubId).useUp();
    return json(204, undefined);
  });

  routes.patch('/_simulator/portals/:hubId/records/:type/:id', async (c) => {
    const portal = portalOf(c.req.param('hubId'));
    if (!portal) return failure(404, { message: NO_PORTAL });
    const id = c.req.param('id');
    const type = objectType(c.req.param('type'))?.name;
    const record = type && portal.record(type, id);
    if (!record) return failure(404, { message: NO_RECORD });
    const { properties } = await bodyOf(c.req);
    if (!isValuesOf(portal, type, properties)) return failure(400, { message: NO_PROPERTIES });
    portal.update(type, record, properties);
    return json(200, { id, properties: Object.fromEntries(record.properties) });
  });

  return routes;
}

/** The members of a JSON object; none for another body. */
async function bodyOf(request: { json(): Promise<unknown> }): Promise<Readonly<Record<string, unknown>>> {
  const body = await request.json().catch(() => undefined);
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isValuesOf(portal: Portal, type: ObjectTypeName, value: unknown): value is Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.entries(value).every(([name, text]) => typeof text === 'string' && portal.definition(type, name));
}
