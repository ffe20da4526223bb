import { GatewayError } from '../errors.ts';
import type { Association, AssociationPage } from '../hubspot/crm/associations.ts';
import { type HubspotRecord, type InlineAssociations, MAX_PAGE, type RecordPage } from '../hubspot/crm/objects.ts';
import type { PromiseOrValue } from '../lib/promise-or-value.ts';

/**
 * A place in a list of HubSpot's: in the page that starts at HubSpot's cursor `after` (absent: the first page), behind
 * the item `id` (absent: at the page's start). HubSpot's cursors name pages only; this names every item.
 */
export interface CursorPosition {
  readonly after?: string | undefined;
  readonly id?: string | undefined;
  /** How many a search found in all when its first page was read. */
  readonly total?: number | undefined;
}

export interface PageItem<T> {
  readonly value: T;
  /** Where a reader goes on behind this item. */
  readonly position: CursorPosition;
}

export interface Page<T> {
  readonly items: readonly PageItem<T>[];
  readonly hasNextPage: boolean;
  /** How many there are in all, where HubSpot tells. */
  readonly totalCount?: number;
}

/** The same slice of other values. Items whose value is `null` are left out. */
export function mapPage<T, U>(slice: Page<T>, toValue: (value: T, index: number) => U | null): Page<U> {
  const items: PageItem<U>[] = [];
  for (const [index, { value, position }] of slice.items.entries()) {
    const mapped = toValue(value, index);
    if (mapped !== null) items.push({ value: mapped, position });
  }
  return { ...slice, items };
}

/**
 * The same slice of what was read of its items. Left out are those that are gone, and a record that stands there already:
 * another item may name it by an id that was merged into its own.
 */
export function mapRecords<T, R extends { readonly recordId: string }, U>(
  slice: Page<T>,
  records: readonly (R | null)[],
  toValue: (record: R, value: T) => U,
): Page<U> {
  const ids = new Set<string>();
  return mapPage(slice, (value, index) => {
    const record = records[index];
    if (!record || ids.has(record.recordId)) return null;
    ids.add(record.recordId);
    return toValue(record, value);
  });
}

/** What to say to a cursor that was made elsewhere. */
export function invalidCursor(): GatewayError {
  return new GatewayError('BAD_USER_INPUT', 'after is not a cursor of this connection.', { argument: 'after' });
}

/** Reads up to `first` items from `start` on, over as many of HubSpot's pages as that takes. */
async function collectPage<T extends { readonly id: string }>(
  first: number,
  start: CursorPosition,
  readPage: (after: string | undefined, wanted: number) => Promise<{ values: readonly T[]; next: string | undefined }>,
): Promise<Page<T>> {
  const items: PageItem<T>[] = [];
  let { after, id: behind } = start;
  for (;;) {
    const { values, next } = await readPage(after, first - items.length);
    const rest = behind === undefined ? values : valuesAfter(values, behind);
    for (const [index, value] of rest.entries()) {
      if (items.length === first) return { items, hasNextPage: true };
      const endsPage = index === rest.length - 1 && next !== undefined;
      items.push({ value, position: endsPage ? { after: next } : { after, id: value.id } });
    }
    if (next === undefined) return { items, hasNextPage: false };
    if (items.length === first) return { items, hasNextPage: true };
    [after, behind] = [next, undefined];
  }
}

/** An item that vanished since leaves its place: HubSpot's ids rise, so what follows it is known all the same. */
function valuesAfter<T extends { readonly id: string }>(values: readonly T[], id: string): readonly T[] {
  const index = values.findIndex((value) => value.id === id);
  return index >= 0 ? values.slice(index + 1) : values.filter((value) => compareIds(value.id, id) > 0);
}

/** Records in HubSpot's own order. */
export function pageRecords(
  first: number,
  start: CursorPosition,
  list: (after: string | undefined, limit: number) => Promise<RecordPage>,
): Promise<Page<HubspotRecord>> {
  return collectPage(first, start, async (after, wanted) => {
    // Going on in the middle of a page, the page is read whole: how far in, only HubSpot knows.
    const limit = start.id !== undefined && after === start.after ? MAX_PAGE : Math.min(wanted, MAX_PAGE);
    const { records, next } = await list(after, limit);
    return { values: records, next };
  });
}

/**
 * Associated records of one record, in the order of their ids within a page of HubSpot's. `inline` are those that came with
 * the record; they serve at once when they are all there are.
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

/** Associated records that came with their record; `undefined` when these are not all that there are. */
export function pageInlineAssociations(
  first: number,
  inline: InlineAssociations,
  start: CursorPosition = {},
): Page<Association> | undefined {
  return inline.paging === undefined ? pageKnown(first, start, sorted(inline)) : undefined;
}

/** Up to `first` of values that are all known. */
export function pageKnown<T extends { readonly id: string }>(
  first: number,
  { id: behind }: CursorPosition,
  values: readonly T[],
): Page<T> {
  const rest = behind === undefined ? values : valuesAfter(values, behind);
  const items = rest.slice(0, first).map((value) => ({ value, position: { id: value.id } }));
  return { items, hasNextPage: rest.length > first };
}

function byId(a: Association, b: Association): number {
  return compareIds(a.id, b.id);
}

const sortedAssociations = new WeakMap<InlineAssociations, readonly Association[]>();

/** In the order of their ids. A page is looked at by all requests that share it, and twice by each. */
function sorted(inline: InlineAssociations): readonly Association[] {
  let associations = sortedAssociations.get(inline);
  if (!associations) {
    associations = distinct(inline).sort(byId);
    sortedAssociations.set(inline, associations);
  }
  return associations;
}

/** One associated record stands once per association type. */
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
