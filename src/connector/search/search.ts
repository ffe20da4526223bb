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

/** The filter and the order of a search. */
export interface SearchCriteria {
  readonly condition?: Condition | undefined;
  readonly query?: string | undefined;
  readonly sort?: SearchSort | undefined;
}

/** A search within HubSpot's limits. It is plain data, and equal searches have equal JSON. */
export interface Search {
  readonly query: string | undefined;
  /** From `toFilterGroups`: none when no record can match. */
  readonly groups: readonly FilterGroup[];
  readonly sort: SearchSort;
  /** Types of the associated records in the filter. */
  readonly associatedTypes: readonly ObjectType[];
}

/** The only order without ties, so that a page can continue after a record while other records change. */
const BY_ID: SearchSort = { propertyName: 'hs_object_id', direction: 'ASCENDING' };

/** @throws GatewayError BAD_USER_INPUT when the search exceeds HubSpot's limits */
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

/** True for a search in the order of ids, ascending or descending. */
export function isSortedById({ sort }: Search): boolean {
  return sort.propertyName === BY_ID.propertyName;
}

/** The search for the records after `id` in the order of ids. */
export function afterId(search: Search, id: string): Search {
  const operator = search.sort.direction === 'ASCENDING' ? 'GT' : 'LT';
  const beyond = { propertyName: BY_ID.propertyName, operator, value: id } as const;
  return { ...search, groups: search.groups.map((filters) => [...filters, beyond]) };
}

/** True when each page can be a search after an id, which needs one more filter in each group. */
export function supportsKeyset(search: Search): boolean {
  const next = afterId(search, LONGEST_ID);
  return (
    isSortedById(search) &&
    next.groups.every((filters) => filters.length <= SEARCH_LIMITS.filtersPerGroup) &&
    next.groups.flat().length <= SEARCH_LIMITS.filters &&
    fits(next, [])
  );
}

/** True when every page of the search has room for the property names. Otherwise a batch read gets the properties. */
export function takesProperties(search: Search, properties: readonly string[]): boolean {
  return fits(supportsKeyset(search) ? afterId(search, LONGEST_ID) : search, properties);
}

const LONGEST_ID = '9'.repeat(20);

function fits(search: Search, properties: readonly string[]): boolean {
  const { page: limit, results: after } = SEARCH_LIMITS;
  const body = searchBody({ ...search, properties, limit, after });
  return JSON.stringify(body).length <= SEARCH_LIMITS.bodyCharacters;
}
