import { Hono } from 'hono';
import { json, notFound, validationError } from '../answers.ts';
import { ALL_MISSING_STATUS } from '../assumptions.ts';
import { instant } from '../instant.ts';
import { type Portal, presentProperties, type StoredRecord } from '../portal.ts';
import type { World } from '../world.ts';
import { neighbourPage } from './neighbour-page.ts';
import { type ObjectTypeFacts, objectType } from './object-types.ts';
import { batchBody, type CrmEnv, objectTypeOf, scopeFailure } from './session.ts';

const OBJECTS = '/crm/objects/:version{2026-0[39]|v3}/:type';
const MAX_LIMIT = 100;
const DEFAULT_LIMIT = 10;
const MAX_BATCH = 100;
const MAX_INLINE_ASSOCIATIONS = 100;

/** Records: list, get and batch read. https://developers.hubspot.com/docs/guides/api/crm/using-object-apis */
export function objectRoutes({ clock }: Pick<World, 'clock'>): Hono<CrmEnv> {
  const routes = new Hono<CrmEnv>();

  routes.get(OBJECTS, (c) => {
    const type = objectTypeOf(c, 'type');
    if (type instanceof Response) return type;
    const { portal } = c.get('session');
    const view = parseView(type, c.req.queries());
    if (view instanceof Response) return view;
    const refused = scopeFailure(c.get('session'), [type, ...view.associations].map(readScope));
    if (refused) return refused;
    const limit = Number(c.req.query('limit') ?? DEFAULT_LIMIT);
    if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
      return validationError(`limit must be between 1 and ${MAX_LIMIT}.`);
    }
    const after = c.req.query('after');
    if (after !== undefined && !/^\d+$/.test(after)) return validationError('The after parameter is invalid.');
    const { page, next } = pageOf(portal.records(type.name), view.archived, limit, after);
    return json(200, {
      results: page.map((record) => present(portal, type, record, view)),
      ...(next && {
        paging: { next: { after: next, link: `https://api.hubapi.com/crm/v3/objects/${type.name}?after=${next}` } },
      }),
    });
  });

  routes.get(`${OBJECTS}/:id`, (c) => {
    const type = objectTypeOf(c, 'type');
    if (type instanceof Response) return type;
    const { portal } = c.get('session');
    const view = parseView(type, c.req.queries());
    if (view instanceof Response) return view;
    const refused = scopeFailure(c.get('session'), [type, ...view.associations].map(readScope));
    if (refused) return refused;
    const idProperty = c.req.query('idProperty');
    if (!identifies(type, idProperty)) return notUnique(idProperty);
    const record = find(portal, type, c.req.param('id'), idProperty);
    if (!record || (record.archivedAt !== undefined) !== view.archived) return notFound(c.req.param('id'));
    return json(200, present(portal, type, record, view));
  });

  routes.post(`${OBJECTS}/batch/read`, async (c) => {
    const type = objectTypeOf(c, 'type');
    if (type instanceof Response) return type;
    const refused = scopeFailure(c.get('session'), [readScope(type)]);
    if (refused) return refused;
    const batch = await batchBody(c, MAX_BATCH);
    if (batch instanceof Response) return batch;
    const idProperty = typeof batch.body.idProperty === 'string' ? batch.body.idProperty : undefined;
    if (!identifies(type, idProperty)) return notUnique(idProperty);
    const { portal } = c.get('session');
    const archived = c.req.query('archived') === 'true';
    const view: View = { properties: strings(batch.body.properties), associations: [], archived };
    const startedAt = instant(clock.now());
    const ids = new Set(batch.inputs.map(({ id }) => id));
    const found = new Map(
      [...ids].flatMap((id) => {
        const record = find(portal, type, id, idProperty);
        return record && (record.archivedAt !== undefined) === archived ? [[id, record] as const] : [];
      }),
    );
    const missing = [...ids].filter((id) => !found.has(id));
    const status = missing.length === 0 ? 200 : found.size === 0 ? ALL_MISSING_STATUS : 207;
    return json(status, {
      status: 'COMPLETE',
      results: byId(found.values()).map((record) => present(portal, type, record, view)),
      ...(missing.length > 0 && { numErrors: 1, errors: [missingError(type, missing)] }),
      startedAt,
      completedAt: instant(clock.now()),
    });
  });

  return routes;
}

/** Without repeats, and in an order that has nothing to do with the inputs', as HubSpot promises none. */
function byId(records: Iterable<StoredRecord>): StoredRecord[] {
  return [...new Set(records)].sort((a, b) => Number(a.id) - Number(b.id));
}

interface View {
  readonly properties: readonly string[];
  readonly associations: readonly ObjectTypeFacts[];
  readonly archived: boolean;
}

/** Lists come joined by commas, or as a parameter that is repeated, as HubSpot's SDK sends them. */
function parseView(type: ObjectTypeFacts, query: Readonly<Record<string, string[]>>): View | Response {
  const associations = commaList(query.associations).map((name) => objectType(name));
  if (associations.includes(undefined))
    return validationError(`There is no association from ${type.name} to that type.`);
  return {
    properties: commaList(query.properties),
    associations: associations.filter((facts) => facts !== undefined),
    archived: query.archived?.[0] === 'true',
  };
}

/** `after` is the id where the page starts. */
function pageOf(records: Iterable<StoredRecord>, archived: boolean, limit: number, after: string | undefined) {
  const page: StoredRecord[] = [];
  for (const record of records) {
    if ((record.archivedAt !== undefined) !== archived) continue;
    if (after !== undefined && Number(record.id) < Number(after)) continue;
    if (page.length === limit) return { page, next: record.id };
    page.push(record);
  }
  return { page, next: undefined };
}

function identifies(type: ObjectTypeFacts, idProperty: string | undefined): boolean {
  return idProperty === undefined || type.idProperties.includes(idProperty);
}

function notUnique(idProperty = ''): Response {
  return validationError(`Property "${idProperty}" is not a unique property.`);
}

function find(
  portal: Portal,
  type: ObjectTypeFacts,
  id: string,
  idProperty: string | undefined,
): StoredRecord | undefined {
  return idProperty === undefined ? portal.record(type.name, id) : portal.recordBy(type.name, idProperty, id);
}

function present(portal: Portal, type: ObjectTypeFacts, record: StoredRecord, view: View) {
  const associations = view.associations.flatMap((to) => {
    const from = { type: type.name, id: record.id };
    const { page, paging } = neighbourPage(portal, from, to.name, { limit: MAX_INLINE_ASSOCIATIONS });
    const results = page.flatMap(([id, types]) =>
      types.length > 1 && types.some(({ label }) => label === 'Primary')
        ? [
            { id, type: `${type.singular}_to_${to.singular}` },
            { id, type: `${type.singular}_to_${to.singular}_unlabeled` },
          ]
        : [{ id, type: `${type.singular}_to_${to.singular}` }],
    );
    return results.length > 0 ? [[to.name, { results, paging }] as const] : [];
  });
  return {
    id: record.id,
    properties: presentProperties(type.name, record, view.properties),
    createdAt: record.createdAt,
    updatedAt: record.updatedAt,
    archived: record.archivedAt !== undefined,
    ...(record.archivedAt !== undefined && { archivedAt: record.archivedAt }),
    url: `https://app.hubspot.com/contacts/${portal.hubId}/record/${type.typeId}/${record.id}`,
    ...(associations.length > 0 && { associations: Object.fromEntries(associations) }),
  };
}

function missingError(type: ObjectTypeFacts, ids: readonly string[]) {
  return {
    status: 'error',
    category: 'OBJECT_NOT_FOUND',
    message: `Could not get some ${type.singular.toUpperCase()} objects, they may be deleted or not exist. Check that ids are valid.`,
    context: { ids },
  };
}

export function readScope({ name }: ObjectTypeFacts): string {
  return `crm.objects.${name}.read`;
}

function commaList(values: readonly string[] = []): string[] {
  return values.flatMap((value) => value.split(',')).filter((word) => word !== '');
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
