import { GatewayError } from '../../errors.ts';
import type { HubspotRecord } from '../../hubspot/crm/objects.ts';
import { SEARCH_LIMITS, type SearchOptions, type SearchPage } from '../../hubspot/crm/search.ts';
import { type CursorPosition, invalidCursor, type Page, type PageItem } from '../paging.ts';
import { afterId, isSortedById, type Search, supportsKeyset } from './search.ts';

type ReadPage = (page: Pick<SearchOptions, 'groups' | 'limit' | 'after'>) => Promise<SearchPage>;

/**
 * Reads up to `first` results after `start`, from as many of HubSpot's pages as that takes. No page is read when no record
 * can match.
 * @throws GatewayError BAD_USER_INPUT after HubSpot's last result, the 10,000th, and for a `start` of another search
 */
export function readSearch(
  search: Search,
  first: number,
  start: CursorPosition,
  readPage: ReadPage,
): Promise<Page<HubspotRecord>> {
  if (search.groups.length === 0) return Promise.resolve({ items: [], hasNextPage: false, totalCount: 0 });
  return supportsKeyset(search)
    ? readByKeyset(search, first, start, readPage)
    : readByOffset(search, first, start, readPage);
}

/**
 * Keyset pagination: each page is a search for ids after the last one. So no result is skipped or repeated while records
 * change, and there is no limit of 10,000 results. The total count comes from the first page.
 */
async function readByKeyset(
  search: Search,
  first: number,
  start: CursorPosition,
  readPage: ReadPage,
): Promise<Page<HubspotRecord>> {
  if (start.after !== undefined || (start.id === undefined) !== (start.total === undefined)) throw invalidCursor();
  const items: PageItem<HubspotRecord>[] = [];
  let { id, total } = start;
  for (let skipped = 0; ; ) {
    const { groups } = id === undefined ? search : afterId(search, id);
    const limit = Math.min(first - items.length, SEARCH_LIMITS.page);
    const { records, next, total: found } = await readPage({ groups, limit, after: skipped || undefined });
    total ??= found;
    for (const record of records) items.push({ value: record, position: { id: record.id, total } });
    if (next === undefined || items.length >= first) {
      return { items, hasNextPage: next !== undefined, totalCount: total };
    }
    // HubSpot counts records that were just archived, but does not show them. A page of only such records has no last id.
    skipped = records.length > 0 ? 0 : skipped + limit;
    id = records.at(-1)?.id ?? id;
  }
}

/** HubSpot's own pagination: the cursor is the offset of a result, up to 10,000. */
async function readByOffset(
  search: Search,
  first: number,
  start: CursorPosition,
  readPage: ReadPage,
): Promise<Page<HubspotRecord>> {
  if (!/^\d{1,5}$/.test(start.after ?? '0') || (start.after === undefined) !== (start.id === undefined)) {
    throw invalidCursor();
  }
  const items: PageItem<HubspotRecord>[] = [];
  let { id } = start;
  let totalCount = 0;
  for (let offset = Number(start.after ?? 0); offset < SEARCH_LIMITS.results; ) {
    const limit = Math.min(first - items.length, SEARCH_LIMITS.page, SEARCH_LIMITS.results - offset);
    const { records, next, total } = await readPage({ groups: search.groups, limit, after: offset || undefined });
    totalCount = total;
    // Records that were created meanwhile move results to later pages. Results up to the last returned one are skipped.
    const lastIndex = records.findIndex((record) => record.id === id);
    for (const [index, record] of [...records.entries()].slice(lastIndex + 1)) {
      items.push({ value: record, position: { after: String(offset + index + 1), id: record.id } });
    }
    const isEnd = next === undefined && (offset + limit < SEARCH_LIMITS.results || total <= SEARCH_LIMITS.results);
    if (isEnd || items.length >= first) return { items, hasNextPage: !isEnd, totalCount };
    offset += limit;
    id = records.at(-1)?.id ?? id;
  }
  if (items.length === 0) throw beyondResults(search);
  return { items, hasNextPage: true, totalCount };
}

function beyondResults(search: Search): GatewayError {
  const remedy = isSortedById(search)
    ? 'remove a condition, which leaves room to continue by id'
    : 'narrow the filter, or use the order HUBSPOT_ID, which has no limit';
  const message = `HubSpot returns only the first ${SEARCH_LIMITS.results} results of this search: ${remedy}.`;
  return new GatewayError('BAD_USER_INPUT', message, { argument: 'after' });
}
