import { Hono } from 'hono';
import { json, notFound, validationError } from '../answers.ts';
import { OWNER_LIMIT_MAX } from '../assumptions.ts';
import { type CrmEnv, scopeFailure } from './session.ts';

const OWNERS = '/crm/owners/:version{(?:2026-0[39]|v3)}';
export const OWNERS_READ = 'crm.objects.owners.read';
const DEFAULT_LIMIT = 100;

/**
 * Routes that read owners. HubSpot has none that write them. https://developers.hubspot.com/docs/guides/api/crm/owners
 */
export function ownerRoutes(): Hono<CrmEnv> {
  const routes = new Hono<CrmEnv>();

  routes.get(OWNERS, (c) => {
    const session = c.get('session');
    const refused = scopeFailure(session, [[OWNERS_READ]]);
    if (refused) return refused;
    const limit = Number(c.req.query('limit') ?? DEFAULT_LIMIT);
    if (!Number.isInteger(limit) || limit < 1 || limit > OWNER_LIMIT_MAX) {
      return validationError(`limit must be between 1 and ${OWNER_LIMIT_MAX}.`);
    }
    const after = c.req.query('after') ?? '0';
    if (!/^\d+$/.test(after)) return validationError('The after parameter is invalid.');
    const email = c.req.query('email')?.toLowerCase();
    const archived = c.req.query('archived') === 'true';
    const rest = session.portal.owners
      .filter((owner) => owner.archived === archived && Number(owner.id) >= Number(after))
      .filter((owner) => email === undefined || owner.email.toLowerCase() === email)
      .sort((a, b) => Number(a.id) - Number(b.id));
    const next = rest[limit]?.id;
    return json(200, {
      results: rest.slice(0, limit),
      ...(next !== undefined && {
        paging: { next: { after: next, link: `https://api.hubapi.com/crm/v3/owners?after=${next}` } },
      }),
    });
  });

  routes.get(`${OWNERS}/:ownerId`, (c) => {
    const session = c.get('session');
    const refused = scopeFailure(session, [[OWNERS_READ]]);
    if (refused) return refused;
    const id = c.req.param('ownerId');
    const idProperty = c.req.query('idProperty') ?? 'id';
    if (idProperty !== 'id' && idProperty !== 'userId') return validationError('idProperty must be id or userId.');
    const archived = c.req.query('archived') === 'true';
    const owner = session.portal.owners
      .filter((candidate) => candidate.archived === archived)
      .find((candidate) => String(idProperty === 'id' ? candidate.id : candidate.userIdIncludingInactive) === id);
    return owner ? json(200, owner) : notFound(id);
  });

  return routes;
}
