import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { failure, json } from '../../answers.ts';
import { GROUP_FAILURES, PROPERTY_FAILURES } from '../../assumptions.ts';
import { jsonBody } from '../json-body.ts';
import { type CrmEnv, permittedType } from '../session.ts';
import { definitionReaders, definitionWriters } from './definition-scopes.ts';

const GROUPS = '/crm/properties/:version{(?:2026-0[39]|v3)}/:type/groups';
const Changes = z.object({ label: z.string().min(1).exactOptional(), displayOrder: z.int().exactOptional() });
const NewGroup = z.object({
  name: z.string().regex(/^[a-z][a-z0-9_]*$/),
  label: z.string().min(1),
  displayOrder: z.int().default(-1),
});

/** Routes for groups of properties. https://developers.hubspot.com/docs/guides/api/crm/properties */
export function propertyGroupRoutes(): Hono<CrmEnv> {
  const routes = new Hono<CrmEnv>();

  routes.get(GROUPS, (c) => {
    const type = permittedType(c, definitionReaders);
    return type instanceof Response ? type : json(200, { results: c.get('session').portal.groups[type.name] });
  });

  routes.get(`${GROUPS}/:name`, (c) => {
    const found = groupOf(c, definitionReaders);
    return found instanceof Response ? found : json(200, found.group);
  });

  routes.post(GROUPS, async (c) => {
    const type = permittedType(c, definitionWriters);
    if (type instanceof Response) return type;
    const input = await jsonBody(c, NewGroup);
    if (input instanceof Response) return input;
    const groups = c.get('session').portal.groups[type.name];
    if (groups.some(({ name }) => name === input.name)) return failure(409, GROUP_FAILURES.exists(input.name));
    const group = { ...input, archived: false };
    groups.push(group);
    return json(201, group);
  });

  routes.patch(`${GROUPS}/:name`, async (c) => {
    const found = groupOf(c, definitionWriters);
    if (found instanceof Response) return found;
    const changes = await jsonBody(c, Changes);
    if (changes instanceof Response) return changes;
    const changed = { ...found.group, ...changes };
    found.groups.splice(found.groups.indexOf(found.group), 1, changed);
    return json(200, changed);
  });

  routes.delete(`${GROUPS}/:name`, (c) => {
    const found = groupOf(c, definitionWriters);
    if (found instanceof Response) return found;
    const { group, groups, type } = found;
    const live = c.get('session').portal.definitions(type.name);
    if (live.some(({ groupName }) => groupName === group.name)) return failure(400, GROUP_FAILURES.inUse(group.name));
    groups.splice(groups.indexOf(group), 1);
    return json(204, undefined);
  });

  return routes;
}

/** The group in the path, or HubSpot's error. */
function groupOf(c: Context<CrmEnv>, scopes: typeof definitionReaders) {
  const type = permittedType(c, scopes);
  if (type instanceof Response) return type;
  const name = c.req.param('name') ?? '';
  const groups = c.get('session').portal.groups[type.name];
  const group = groups.find((candidate) => candidate.name === name);
  return group ? { type, groups, group } : failure(404, PROPERTY_FAILURES.unknown(name));
}
