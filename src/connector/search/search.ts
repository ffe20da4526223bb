import type { ObjectType } from '../../crm/objects.ts';
import { GatewayError } from '../../errors.ts';
import {
  associatedTypes,
  type FilterGroup,
  SEARCH_LIMITS,
  type SearchSort,
  searchBody,
} from '../../hubspot/crm/search.ts';
import { ALWAYS, type Condition } from './condition.ts';
import { toFilterGroups } from './filter-groups.ts';

/** What is looked for, and in which order. */
export interface SearchCriteria {
  readonly condition?: Condition | undefined;
  readonly query?: string | undefined;
  readonly sort?: SearchSort | undefined;
}

/** A search that HubSpot takes. Plain data, spelt alike for whatever means the same to HubSpot. */
export interface Search {
  readonly query: string | undefined;
  /** As `toFilterGroups` makes them: none when nothing can be found. */
  readonly groups: readonly FilterGroup[];
  readonly sort: SearchSort;
  /** Types of associated records that the filter asks about. */
  readonly associatedTypes: readonly ObjectType[];
}

/** The one order that has no ties, so that what follows a record is known whatever happens to the others. */
const BY_ID: SearchSort = { propertyName: 'hs_object_id', direction: 'ASCENDING' };

/** @throws GatewayError BAD_USER_INPUT for what HubSpot's limits do not allow */
export function toSearch({ condition = ALWAYS, query, sort }: SearchCriteria): Search {
  const groups = toFilterGroups(condition);
  const search = { query, groups, sort: sort ?? BY_ID, associatedTypes: associatedTypes(groups) };
  if (!fits(search, [])) {
    const argument = query !== undefined && query.length > JSON.stringify(groups).length ? 'query' : 'filter';
    const message = `HubSpot takes a search of at most ${SEARCH_LIMITS.bodyCharacters} characters.`;
    throw new GatewayError('BAD_USER_INPUT', message, { argument });
  }
  return search;
}

/** Whether the search is in the order of ids, up or down. */
export function isSortedById({ sort }: Search): boolean {
  return sort.propertyName === BY_ID.propertyName;
}

/** The same search for what comes behind the record `id` in the order of ids. */
export function afterId(search: Search, id: string): Search {
  const operator = search.sort.direction === 'ASCENDING' ? 'GT' : 'LT';
  const beyond = { propertyName: BY_ID.propertyName, operator, value: id } as const;
  return { ...search, groups: search.groups.map((filters) => [...filters, beyond]) };
}

/** Whether every page can be the search `behind` an id: that takes a place in each group of the filter. */
export function supportsKeyset(search: Search): boolean {
  const next = afterId(search, LONGEST_ID);
  return (
    isSortedById(search) &&
    next.groups.every((filters) => filters.length <= SEARCH_LIMITS.filtersPerGroup) &&
    next.groups.flat().length <= SEARCH_LIMITS.filters &&
    fits(next, [])
  );
}

/** Whether the properties can be asked for with every page. What is left then is their batch read. */
export function takesProperties(search: Search, properties: readonly string[]): boolean {
  return fits(supportsKeyset(search) ? afterId(search, LONGEST_ID) : search, properties);
}

const LONGEST_ID = '9'.repeat(20);

function fits(search: Search, properties: readonly string[]): boolean {
  const { page: limit, results: after } = SEARCH_LIMITS;
  const body = searchBody({ ...search, properties, limit, after });
  return JSON.stringify(body).length <= SEARCH_LIMITS.bodyCharacters;
}
