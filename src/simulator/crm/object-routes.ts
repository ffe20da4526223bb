import { Hono } from 'hono';
import { json, missingScope, notFound, validationError } from '../answers.ts';
import { ALL_MISSING_STATUS } from '../assumptions.ts';
import { type Portal, presentProperties, type StoredRecord } from '../portal.ts';
import type { World } from '../world.ts';
import { type ObjectTypeFacts, objectType } from './object-types.ts';
import { type CrmEnv, jsonBody, objectTypeOf, scopeFailure } from './session.ts';

const MAX_LIMIT = 100;
const DEFAULT_LIMIT = 10;
const MAX_BATCH = 100;
const MAX_INLINE_ASSOCIATIONS = 100;

/** Records: list, get and batch read. https://developers.hubspot.com/docs/guides/api/crm/using-object-apis */
export function objectRoutes({ clock }: Pick<World, 'clock'>): Hono<CrmEnv> {
  const routes = new Hono<CrmEnv>();

  routes.get('/crm/objects/:version/:type', (c) => {
    const type = objectTypeOf(c, 'type');
    if (type instanceof Response) return type;
    const { portal, scopes } = c.get('session');
    const view = parseView(type, (name) => c.req.query(name));
    if (view instanceof Response) return view;
    const refused = scopeFailure(c.get('session'), [readScope(type), ...view.associations.map(readScope)]);
    if (refused) return scopes.includes(readScope(type)) ? refused : missingScope([readScope(type)]);
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

  routes.get('/crm/objects/:version/:type/:id', (c) => {
    const type = objectTypeOf(c, 'type');
    if (type instanceof Response) return type;
    const refused = scopeFailure(c.get('session'), [readScope(type)]);
    if (refused) return refused;
    const { portal } = c.get('session');
    const view = parseView(type, (name) => c.req.query(name));
    if (view instanceof Response) return view;
    const record = find(portal, type, c.req.param('id'), c.req.query('idProperty'));
    if (!record || (record.archivedAt !== undefined) !== view.archived) return notFound(c.req.param('id'));
    return json(200, present(portal, type, record, view));
  });

  routes.post('/crm/objects/:version/:type/batch/read', async (c) => {
    const type = objectTypeOf(c, 'type');
    if (type instanceof Response) return type;
    const refused = scopeFailure(c.get('session'), [readScope(type)]);
    if (refused) return refused;
    const body = await jsonBody(c);
    if (body instanceof Response) return body;
    const inputs = Array.isArray(body.inputs)
      ? body.inputs.map((input: { id?: unknown }) => String(input?.id ?? ''))
      : [];
    if (inputs.length > MAX_BATCH)
      return validationError(`The maximum number of inputs supported in a batch request is ${MAX_BATCH}.`);
    const { portal } = c.get('session');
    const idProperty = typeof body.idProperty === 'string' ? body.idProperty : undefined;
    const view = { ...NOTHING, properties: strings(body.properties) };
    const startedAt = new Date(clock.now()).toISOString();
    const found = new Map(
      inputs.flatMap((id) => {
        const record = find(portal, type, id, idProperty);
        return record && !record.archivedAt ? [[id, record] as const] : [];
      }),
    );
    const missing = [...new Set(inputs)].filter((id) => !found.has(id));
    const status = missing.length === 0 ? 200 : found.size === 0 ? ALL_MISSING_STATUS : 207;
    return json(status, {
      status: 'COMPLETE',
      results: [...new Set(found.values())].map((record) => present(portal, type, record, view)),
      ...(missing.length > 0 && { numErrors: 1, errors: [missingError(type, missing)] }),
      startedAt,
      completedAt: new Date(clock.now()).toISOString(),
    });
  });

  return routes;
}

interface View {
  readonly properties: readonly string[];
  readonly associations: readonly ObjectTypeFacts[];
  readonly archived: boolean;
}

const NOTHING: View = { properties: [], associations: [], archived: false };

function parseView(type: ObjectTypeFacts, query: (name: string) => string | undefined): View | Response {
  const associations = commaList(query('associations')).map((name) => objectType(name));
  if (associations.includes(undefined))
    return validationError(`There is no association from ${type.name} to that type.`);
  return {
    properties: commaList(query('properties')),
    associations: associations.filter((facts) => facts !== undefined),
    archived: query('archived') === 'true',
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
    const neighbours = portal.neighbours(type.name, record.id, to.name);
    const results = neighbours.slice(0, MAX_INLINE_ASSOCIATIONS).flatMap(([id, types]) =>
      types.length > 1 && types.some(({ label }) => label === 'Primary')
        ? [
            { id, type: `${type.singular}_to_${to.singular}` },
            { id, type: `${type.singular}_to_${to.singular}_unlabeled` },
          ]
        : [{ id, type: `${type.singular}_to_${to.singular}` }],
    );
    const rest = neighbours[MAX_INLINE_ASSOCIATIONS];
    return results.length > 0
      ? [[to.name, { results, ...(rest && { paging: { next: { after: rest[0] } } }) }] as const]
      : [];
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

function commaList(text = ''): string[] {
  return text.split(',').filter((word) => word !== '');
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
