import { Hono } from 'hono';
import { json, notFound, validationError } from '../../answers.ts';
import { ALL_MISSING_STATUS } from '../../assumptions.ts';
import type { Portal } from '../../portal.ts';
import type { World } from '../../world.ts';
import { type ObjectTypeFacts, readScopes } from '../object-types.ts';
import { batchBody, type CrmEnv, objectTypeOf, scopeFailure } from '../session.ts';
import { batchAnswer, unknownIds } from './batch-answer.ts';
import { compareIds } from './record-ids.ts';
import type { StoredRecord } from './record-store.ts';
import {
  parseView,
  presentRecord,
  presentRecords,
  type RecordView,
  sensitiveFailure,
  viewFailure,
} from './record-view.ts';

const OBJECTS = '/crm/objects/:version{(?:2026-0[39]|v3)}/:type';
const MAX_LIMIT = 100;
const DEFAULT_LIMIT = 10;
const MAX_BATCH = 100;

/** Routes that list and read records. https://developers.hubspot.com/docs/guides/api/crm/using-object-apis */
export function objectRoutes({ clock }: Pick<World, 'clock'>): Hono<CrmEnv> {
  const routes = new Hono<CrmEnv>();

  routes.get(OBJECTS, (c) => {
    const type = objectTypeOf(c, 'type');
    if (type instanceof Response) return type;
    const session = c.get('session');
    const { portal } = session;
    const view = parseView(type, c.req.queries());
    if (view instanceof Response) return view;
    const refused = viewFailure(session, type, view);
    if (refused) return refused;
    const limit = Number(c.req.query('limit') ?? DEFAULT_LIMIT);
    if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
      return validationError(`limit must be between 1 and ${MAX_LIMIT}.`);
    }
    const after = c.req.query('after');
    if (after !== undefined && !/^\d+$/.test(after)) return validationError('The after parameter is invalid.');
    const { page, next } = pageOf(portal.records(type.name), view.archived, limit, after);
    return json(200, {
      results: presentRecords(portal, type, page, view),
      ...(next && {
        paging: { next: { after: next, link: `https://api.hubapi.com/crm/v3/objects/${type.name}?after=${next}` } },
      }),
    });
  });

  routes.get(`${OBJECTS}/:id`, (c) => {
    const type = objectTypeOf(c, 'type');
    if (type instanceof Response) return type;
    const session = c.get('session');
    const { portal } = session;
    const view = parseView(type, c.req.queries());
    if (view instanceof Response) return view;
    const refused = viewFailure(session, type, view);
    if (refused) return refused;
    const idProperty = c.req.query('idProperty');
    if (!identifies(portal, type, idProperty)) return notUnique(idProperty);
    const id = c.req.param('id');
    const record = portal.find(type.name, id, idProperty);
    if (!record || (record.archivedAt !== undefined) !== view.archived) return notFound(id);
    return json(200, presentRecord(portal, type, record, view));
  });

  routes.post(`${OBJECTS}/batch/read`, async (c) => {
    const type = objectTypeOf(c, 'type');
    if (type instanceof Response) return type;
    const session = c.get('session');
    const { portal } = session;
    const unscoped = scopeFailure(session, readScopes(type));
    if (unscoped) return unscoped;
    const batch = await batchBody(c, MAX_BATCH);
    if (batch instanceof Response) return batch;
    const idProperty = typeof batch.body.idProperty === 'string' ? batch.body.idProperty : undefined;
    if (!identifies(portal, type, idProperty)) return notUnique(idProperty);
    const archived = c.req.query('archived') === 'true';
    const view: RecordView = { properties: strings(batch.body.properties), associations: [], archived };
    const refused = sensitiveFailure(session, type, view.properties, 'read');
    if (refused) return refused;
    const startedAt = clock.now();
    const ids = new Set(batch.inputs.map(({ id }) => id));
    const found = new Map(
      [...ids].flatMap((id) => {
        const record = portal.find(type.name, id, idProperty);
        return record && (record.archivedAt !== undefined) === archived ? [[id, record] as const] : [];
      }),
    );
    const missing = [...ids].filter((id) => !found.has(id));
    return batchAnswer(
      200,
      {
        results: presentRecords(portal, type, byId(found.values()), view),
        errors: missing.length > 0 ? [unknownIds(type, missing)] : [],
        partial: found.size === 0 ? ALL_MISSING_STATUS : 207,
      },
      clock,
      startedAt,
    );
  });

  return routes;
}

/**
 * The results have no duplicates, also when several inputs name one record. Their order differs from the order of the
 * inputs, because HubSpot promises no order.
 */
function byId(records: Iterable<StoredRecord>): StoredRecord[] {
  return [...new Set(records)].sort((a, b) => compareIds(a.id, b.id));
}

/** `after` is the first id of the page. */
function pageOf(records: Iterable<StoredRecord>, archived: boolean, limit: number, after: string | undefined) {
  const start = after?.replace(/^0+/, '') ?? '';
  const page: StoredRecord[] = [];
  for (const record of records) {
    if (compareIds(record.id, start) < 0) continue;
    if ((record.archivedAt !== undefined) !== archived) continue;
    if (page.length === limit) return { page, next: record.id };
    page.push(record);
  }
  return { page, next: undefined };
}

/** Finds a record by its id, or by the value of a unique property. */
function identifies(portal: Portal, { name }: ObjectTypeFacts, idProperty: string | undefined): boolean {
  return idProperty === undefined || (portal.definition(name, idProperty)?.hasUniqueValue ?? false);
}

function notUnique(idProperty = ''): Response {
  return validationError(`Property "${idProperty}" is not a unique property.`);
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
