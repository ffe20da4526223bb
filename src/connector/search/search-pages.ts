import { GatewayError } from '../../errors.ts';
import type { HubspotRecord } from '../../hubspot/crm/objects.ts';
import { SEARCH_LIMITS, type SearchOptions, type SearchPage } from '../../hubspot/crm/search.ts';
import { type CursorPosition, invalidCursor, type Page, type PageItem } from '../paging.ts';
import { afterId, isSortedById, type Search, supportsKeyset } from './search.ts';

type AskPage = (page: Pick<SearchOptions, 'groups' | 'limit' | 'after'>) => Promise<SearchPage>;

/**
 * Up to `first` results from `start` on, over as many of HubSpot's pages as that takes; none are asked for when nothing
 * can be found.
 * @throws GatewayError BAD_USER_INPUT where HubSpot's 10,000 results end, and for a `start` of another search
 */
export function readSearch(
  search: Search,
  first: number,
  start: CursorPosition,
  ask: AskPage,
): Promise<Page<HubspotRecord>> {
  if (search.groups.length === 0) return Promise.resolve({ items: [], hasNextPage: false, totalCount: 0 });
  return supportsKeyset(search) ? readById(search, first, start, ask) : readByCount(search, first, start, ask);
}

/**
 * Each page is a search of its own for larger ids (smaller ones, going down): no result is left out or told twice while
 * others come and go, and there is no end at 10,000. How many there are in all, the first page knows.
 */
async function readById(
  search: Search,
  first: number,
  start: CursorPosition,
  ask: AskPage,
): Promise<Page<HubspotRecord>> {
  if (start.after !== undefined || (start.id === undefined) !== (start.total === undefined)) throw invalidCursor();
  const items: PageItem<HubspotRecord>[] = [];
  let { id, total } = start;
  for (let skipped = 0; ; ) {
    const { groups } = id === undefined ? search : afterId(search, id);
    const limit = Math.min(first - items.length, SEARCH_LIMITS.page);
    const { records, next, total: found } = await ask({ groups, limit, after: skipped || undefined });
    total ??= found;
    for (const record of records) items.push({ value: record, position: { id: record.id, total } });
    if (next === undefined || items.length >= first) {
      return { items, hasNextPage: next !== undefined, totalCount: total };
    }
    // Results that were archived a moment ago are counted and not shown: a page of those has no id to go on from.
    skipped = records.length > 0 ? 0 : skipped + limit;
    id = records.at(-1)?.id ?? id;
  }
}

/** HubSpot's own paging: a place is how many results come before it, and there are 10,000 places. */
async function readByCount(
  search: Search,
  first: number,
  start: CursorPosition,
  ask: AskPage,
): Promise<Page<HubspotRecord>> {
  if (!/^\d{1,5}$/.test(start.after ?? '0') || (start.after === undefined) !== (start.id === undefined)) {
    throw invalidCursor();
  }
  const items: PageItem<HubspotRecord>[] = [];
  let { id } = start;
  let totalCount = 0;
  for (let before = Number(start.after ?? 0); before < SEARCH_LIMITS.results; ) {
    const limit = Math.min(first - items.length, SEARCH_LIMITS.page, SEARCH_LIMITS.results - before);
    const { records, next, total } = await ask({ groups: search.groups, limit, after: before || undefined });
    totalCount = total;
    // What was created meanwhile pushes results back: those that were handed out already are not handed out again.
    const known = records.findIndex((record) => record.id === id);
    for (const [index, record] of [...records.entries()].slice(known + 1)) {
      items.push({ value: record, position: { after: String(before + index + 1), id: record.id } });
    }
    const isEnd = next === undefined && (before + limit < SEARCH_LIMITS.results || total <= SEARCH_LIMITS.results);
    if (isEnd || items.length >= first) return { items, hasNextPage: !isEnd, totalCount };
    before += limit;
    id = records.at(-1)?.id ?? id;
  }
  if (items.length === 0) throw beyondResults(search);
  return { items, hasNextPage: true, totalCount };
}

function beyondResults(search: Search): GatewayError {
  const remedy = isSortedById(search)
    ? 'use a condition less, which leaves room to go on by id'
    : 'narrow the filter, or take the order HUBSPOT_ID, which has no end';
  const message = `HubSpot hands out the first ${SEARCH_LIMITS.results} results of this search: ${remedy}.`;
  return new GatewayError('BAD_USER_INPUT', message, { argument: 'after' });
}
