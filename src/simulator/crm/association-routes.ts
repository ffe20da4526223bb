import { Hono } from 'hono';
import { json, notFound, validationError } from '../answers.ts';
import { ASSOCIATION_PAGE } from '../assumptions.ts';
import type { AssociationType, Portal } from '../portal.ts';
import type { World } from '../world.ts';
import { readScope } from './object-routes.ts';
import type { ObjectTypeName } from './object-types.ts';
import { type CrmEnv, jsonBody, objectTypeOf, scopeFailure } from './session.ts';

const MAX_INPUTS = 1_000;
const MAX_LIMIT = 500;

/** Reading associations. https://developers.hubspot.com/docs/guides/api/crm/associations/associations-v4 */
export function associationRoutes({ clock }: Pick<World, 'clock'>): Hono<CrmEnv> {
  const routes = new Hono<CrmEnv>();

  routes.get('/crm/objects/:version/:from/:id/associations/:to', (c) => {
    const [from, to] = [objectTypeOf(c, 'from'), objectTypeOf(c, 'to')];
    if (from instanceof Response) return from;
    if (to instanceof Response) return to;
    const refused = scopeFailure(c.get('session'), [readScope(from), readScope(to)]);
    if (refused) return refused;
    const { portal } = c.get('session');
    const id = c.req.param('id');
    if (!portal.record(from.name, id)) return notFound(id);
    const limit = Number(c.req.query('limit') ?? MAX_LIMIT);
    if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT)
      return validationError(`limit must be between 1 and ${MAX_LIMIT}.`);
    const { page, paging } = neighbourPage(portal, from.name, id, to.name, c.req.query('after'), limit);
    return json(200, { results: page, ...(paging && { paging }) });
  });

  routes.post('/crm/associations/:version/:from/:to/batch/read', async (c) => {
    const [from, to] = [objectTypeOf(c, 'from'), objectTypeOf(c, 'to')];
    if (from instanceof Response) return from;
    if (to instanceof Response) return to;
    const refused = scopeFailure(c.get('session'), [readScope(from), readScope(to)]);
    if (refused) return refused;
    const body = await jsonBody(c);
    if (body instanceof Response) return body;
    const inputs: { id?: unknown; after?: unknown }[] = Array.isArray(body.inputs) ? body.inputs : [];
    if (inputs.length > MAX_INPUTS)
      return validationError(`The maximum number of inputs supported in a batch request is ${MAX_INPUTS}.`);
    const { portal } = c.get('session');
    const startedAt = new Date(clock.now()).toISOString();
    const results = inputs.flatMap(({ id, after }) => {
      const start = after === undefined ? undefined : String(after);
      const { page, paging } = neighbourPage(portal, from.name, String(id), to.name, start, ASSOCIATION_PAGE);
      return page.length > 0 ? [{ from: { id: String(id) }, to: page, ...(paging && { paging }) }] : [];
    });
    return json(200, { status: 'COMPLETE', results, startedAt, completedAt: new Date(clock.now()).toISOString() });
  });

  return routes;
}

/** The cursor is opaque, as HubSpot's is: the id to start at in base64. Ids come as numbers, as in HubSpot's samples. */
function neighbourPage(
  portal: Portal,
  from: ObjectTypeName,
  id: string,
  to: ObjectTypeName,
  after: string | undefined,
  limit: number,
): { page: { toObjectId: number; associationTypes: AssociationType[] }[]; paging?: { next: { after: string } } } {
  const all = portal.neighbours(from, id, to).sort(([a], [b]) => Number(a) - Number(b));
  const start = after === undefined ? 0 : Number(Buffer.from(after, 'base64').toString());
  const rest = all.filter(([neighbour]) => Number(neighbour) >= start);
  const next = rest[limit]?.[0];
  return {
    page: rest
      .slice(0, limit)
      .map(([neighbour, associationTypes]) => ({ toObjectId: Number(neighbour), associationTypes })),
    ...(next !== undefined && { paging: { next: { after: Buffer.from(next).toString('base64') } } }),
  };
}
