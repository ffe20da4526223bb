import { Hono } from 'hono';
import { LRUCache } from 'lru-cache';
import { json } from '../../answers.ts';
import type { Portal } from '../../portal.ts';
import { type ObjectTypeFacts, readScopes } from '../object-types.ts';
import { presentRecords, sensitiveFailure } from '../records/record-view.ts';
import { type CrmEnv, objectTypeOf, scopeFailure } from '../session.ts';
import { prepareSearch } from './hits.ts';
import { parseSearch, type SearchRequest } from './request.ts';

/** Caches results, because each page of a search needs the same results. */
const REMEMBERED_SEARCHES = 16;

/** Routes that search records. https://developers.hubspot.com/docs/guides/api/crm/search */
export function searchRoutes(): Hono<CrmEnv> {
  const routes = new Hono<CrmEnv>();
  const remembered = new LRUCache<string, readonly string[]>({ max: REMEMBERED_SEARCHES });

  routes.post('/crm/objects/:version{(?:2026-0[39]|v3)}/:type/search', async (c) => {
    const type = objectTypeOf(c, 'type');
    if (type instanceof Response) return type;
    const session = c.get('session');
    const unscoped = scopeFailure(session, readScopes(type));
    if (unscoped) return unscoped;
    const request = parseSearch(await c.req.text());
    const refused = sensitiveFailure(session, type, namedProperties(request), 'read');
    return refused ?? json(200, answer(session.portal, type, request, remembered));
  });

  return routes;
}

/** A search by a value reveals the value, so it needs the scope of the value. */
function namedProperties({ groups, sort, properties }: SearchRequest): readonly string[] {
  return [
    ...properties,
    ...groups.flat().map(({ propertyName }) => propertyName),
    ...(sort ? [sort.propertyName] : []),
  ];
}

/**
 * The index decides which records match, and the answer has their current values. A record that was just archived counts
 * in the total but is not in the page, as in recorded traffic. A record that has just changed may no longer match the
 * search (https://github.com/estuary/connectors/pull/2210).
 */
function answer(
  portal: Portal,
  type: ObjectTypeFacts,
  request: SearchRequest,
  remembered: LRUCache<string, readonly string[]>,
) {
  const { query, groups, sort, properties, limit, after } = request;
  const find = prepareSearch(portal, type, request);
  const { hubId, person, searchIndex } = portal;
  const key = JSON.stringify([hubId, person, type.name, searchIndex.version(), query, groups, sort]);
  const hits = remembered.get(key) ?? find();
  remembered.set(key, hits);
  const end = after + limit;
  const shown = hits.slice(after, end).flatMap((id) => {
    const record = portal.record(type.name, id);
    return record && record.archivedAt === undefined ? [record] : [];
  });
  return {
    total: hits.length,
    results: presentRecords(portal, type, shown, { properties, associations: [], archived: false }),
    ...(end < hits.length && { paging: { next: { after: String(end) } } }),
  };
}
