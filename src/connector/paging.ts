import { GatewayError } from '../errors.ts';
import type { Association, AssociationPage } from '../hubspot/crm/associations.ts';
import { type HubspotRecord, type InlineAssociations, MAX_PAGE, type RecordPage } from '../hubspot/crm/objects.ts';
import type { PromiseOrValue } from '../lib/promise-or-value.ts';

/**
 * A position in a list: after the item `id` (absent: the start) of the page at HubSpot's cursor `after` (absent: the first
 * page). HubSpot's cursors identify only pages; this identifies each item.
 */
export interface CursorPosition {
  readonly after?: string | undefined;
  readonly id?: string | undefined;
  /** The number of all results of a search when its first page was read. */
  readonly total?: number | undefined;
}

export interface PageItem<T> {
  readonly value: T;
  /** The position after this item. */
  readonly position: CursorPosition;
}

export interface Page<T> {
  readonly items: readonly PageItem<T>[];
  readonly hasNextPage: boolean;
  /** The number of all items, if HubSpot reports it. */
  readonly totalCount?: number;
}

/** The page with its values mapped. Items whose new value is `null` are left out. */
export function mapPage<T, U>(page: Page<T>, toValue: (value: T, index: number) => U | null): Page<U> {
  const items: PageItem<U>[] = [];
  for (const [index, { value, position }] of page.items.entries()) {
    const mapped = toValue(value, index);
    if (mapped !== null) items.push({ value: mapped, position });
  }
  return { ...page, items };
}

/**
 * The page with the records that were read for its items. Deleted records are left out, and so are duplicates: two items
 * can lead to one record when the id of one was merged into the other.
 */
export function mapRecords<T, R extends { readonly recordId: string }, U>(
  page: Page<T>,
  records: readonly (R | null)[],
  toValue: (record: R, value: T) => U,
): Page<U> {
  const ids = new Set<string>();
  return mapPage(page, (value, index) => {
    const record = records[index];
    if (!record || ids.has(record.recordId)) return null;
    ids.add(record.recordId);
    return toValue(record, value);
  });
}

/** The error for a cursor of another connection. */
export function invalidCursor(): GatewayError {
  return new GatewayError('BAD_USER_INPUT', 'after is not a cursor of this connection.', { argument: 'after' });
}

/** Reads up to `first` items after `start`, from as many of HubSpot's pages as that takes. */
async function collectPage<T extends { readonly id: string }>(
  first: number,
  start: CursorPosition,
  readPage: (after: string | undefined, limit: number) => Promise<{ values: readonly T[]; next: string | undefined }>,
): Promise<Page<T>> {
  const items: PageItem<T>[] = [];
  let { after, id: afterId } = start;
  for (;;) {
    const { values, next } = await readPage(after, first - items.length);
    const rest = afterId === undefined ? values : valuesAfter(values, afterId);
    for (const [index, value] of rest.entries()) {
      if (items.length === first) return { items, hasNextPage: true };
      const endsPage = index === rest.length - 1 && next !== undefined;
      items.push({ value, position: endsPage ? { after: next } : { after, id: value.id } });
    }
    if (next === undefined) return { items, hasNextPage: false };
    if (items.length === first) return { items, hasNextPage: true };
    [after, afterId] = [next, undefined];
  }
}

/** The values after an item. If that was deleted, they are the ones with larger ids, since HubSpot's ids ascend. */
function valuesAfter<T extends { readonly id: string }>(values: readonly T[], id: string): readonly T[] {
  const index = values.findIndex((value) => value.id === id);
  return index >= 0 ? values.slice(index + 1) : values.filter((value) => compareIds(value.id, id) > 0);
}

/** A page of records in HubSpot's order. */
export function pageRecords(
  first: number,
  start: CursorPosition,
  list: (after: string | undefined, limit: number) => Promise<RecordPage>,
): Promise<Page<HubspotRecord>> {
  return collectPage(first, start, async (after, limit) => {
    // A page that is continued after an item is read in full, since the index of the item is unknown.
    const isContinued = start.id !== undefined && after === start.after;
    const { records, next } = await list(after, isContinued ? MAX_PAGE : Math.min(limit, MAX_PAGE));
    return { values: records, next };
  });
}

/**
 * The associations of one record, ordered by id within each of HubSpot's pages. If `inline`, which was read with the
 * record, contains all of them, no promise is returned.
 */
export function pageAssociations(
  first: number,
  start: CursorPosition,
  inline: InlineAssociations | undefined,
  load: (after: string | undefined) => Promise<AssociationPage>,
): PromiseOrValue<Page<Association>> {
  const known = inline && start.after === undefined ? pageInlineAssociations(first, inline, start) : undefined;
  if (known) return known;
  return collectPage(first, start, async (after) => {
    const { associations, next } = await load(after);
    return { values: [...associations].sort(byId), next };
  });
}

/** A page of the associations that were read with their record; `undefined` when HubSpot has more of them. */
export function pageInlineAssociations(
  first: number,
  inline: InlineAssociations,
  start: CursorPosition = {},
): Page<Association> | undefined {
  if (inline.paging !== undefined) return undefined;
  if (start.id !== undefined) return pageKnown(first, start, sorted(inline));
  const known = firstPages.get(inline);
  if (known?.first === first) return known.page;
  const page = pageKnown(first, start, sorted(inline));
  firstPages.set(inline, { first, page });
  return page;
}

/** The page that was requested last, cached because all requests that share the record need it, each twice. */
const firstPages = new WeakMap<InlineAssociations, { readonly first: number; readonly page: Page<Association> }>();

/** A page of a complete list. */
export function pageKnown<T extends { readonly id: string }>(
  first: number,
  { id: afterId }: CursorPosition,
  values: readonly T[],
): Page<T> {
  const rest = afterId === undefined ? values : valuesAfter(values, afterId);
  const items = rest.slice(0, first).map((value) => ({ value, position: { id: value.id } }));
  return { items, hasNextPage: rest.length > first };
}

function byId(a: Association, b: Association): number {
  return compareIds(a.id, b.id);
}

const sortedAssociations = new WeakMap<InlineAssociations, readonly Association[]>();

/** The associations ordered by id, cached because all requests that share the record use them, each twice. */
function sorted(inline: InlineAssociations): readonly Association[] {
  let associations = sortedAssociations.get(inline);
  if (!associations) {
    associations = distinct(inline).sort(byId);
    sortedAssociations.set(inline, associations);
  }
  return associations;
}

/** HubSpot lists an associated record once for each association type. */
function distinct({ results }: InlineAssociations): Association[] {
  const ids = new Set<string>();
  const associations: Association[] = [];
  for (const { id } of results) {
    if (ids.has(id)) continue;
    ids.add(id);
    associations.push({ id, labels: NO_LABELS });
  }
  return associations;
}

const NO_LABELS: readonly string[] = [];

/** Ids are digits: the longer one is the larger one. */
function compareIds(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}
