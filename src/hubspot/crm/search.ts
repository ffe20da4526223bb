import { CRM_OBJECTS, type CrmObject, crmObject, type ObjectType } from '../../crm/objects.ts';
import { readScopes } from '../../crm/scopes.ts';
import { GatewayError } from '../../errors.ts';
import type { HubspotApi } from '../client.ts';
import { field } from '../json.ts';
import { parseRecordPage, type RecordPage } from './objects.ts';

/** The limits of HubSpot's search. https://developers.hubspot.com/docs/guides/api/crm/search#limitations */
export const SEARCH_LIMITS = {
  groups: 5,
  filtersPerGroup: 6,
  /** In all groups together. */
  filters: 18,
  bodyCharacters: 3_000,
  /** Records in one page. */
  page: 200,
  /** Records of one search, over all pages. */
  results: 10_000,
} as const;

/** https://developers.hubspot.com/docs/guides/api/crm/search#filter-search-results */
export type SearchOperator =
  | 'EQ'
  | 'NEQ'
  | 'LT'
  | 'LTE'
  | 'GT'
  | 'GTE'
  | 'BETWEEN'
  | 'IN'
  | 'NOT_IN'
  | 'CONTAINS_TOKEN'
  | 'NOT_CONTAINS_TOKEN'
  | 'HAS_PROPERTY'
  | 'NOT_HAS_PROPERTY';

/** One filter. Numbers, and date-times in epoch milliseconds, are strings of digits. */
export interface SearchFilter {
  readonly propertyName: string;
  readonly operator: SearchOperator;
  /** For `BETWEEN` the lower bound. Both bounds are included. */
  readonly value?: string;
  readonly highValue?: string;
  /** For `IN` and `NOT_IN`. */
  readonly values?: readonly string[];
}

/** Filters that must all match. */
export type FilterGroup = readonly SearchFilter[];

export interface SearchSort {
  readonly propertyName: string;
  readonly direction: 'ASCENDING' | 'DESCENDING';
}

export interface SearchOptions {
  /** Words to find in HubSpot's default search properties. */
  readonly query?: string | undefined;
  /** One of them must match, within `SEARCH_LIMITS`. No group or an empty group matches every record. */
  readonly groups: readonly FilterGroup[];
  /** Default: oldest first. */
  readonly sort?: SearchSort | undefined;
  readonly properties: readonly string[];
  /** 1 to 200. */
  readonly limit: number;
  /** The offset of the page. With `limit` at most 10,000. */
  readonly after?: number | undefined;
}

export interface SearchPage extends RecordPage {
  /** The number of all results. */
  readonly total: number;
}

/** Matches records that are associated with the record `id` of the type `to`, with any label. */
export function associationFilter(to: ObjectType, id: string): SearchFilter {
  return { propertyName: associationProperty(crmObject(to)), operator: 'EQ', value: id };
}

/** The object types in association filters. */
export function associatedTypes(groups: readonly FilterGroup[]): readonly ObjectType[] {
  const names = new Set(groups.flat().map(({ propertyName }) => propertyName));
  return CRM_OBJECTS.filter((object) => names.has(associationProperty(object))).map(({ objectType }) => objectType);
}

/** https://developers.hubspot.com/docs/guides/api/crm/search#search-through-associations */
function associationProperty({ singular }: CrmObject): string {
  return `associations.${singular}`;
}

/**
 * `POST /crm/objects/{version}/{objectType}/search`. A change shows after "a few moments", and archived records never do.
 * Association filters need the read scope of the associated type, so that a filter cannot reveal records without a grant.
 */
export async function searchRecords(
  api: HubspotApi,
  objectType: ObjectType,
  options: SearchOptions,
): Promise<SearchPage> {
  const { body } = await api.send({
    name: `${objectType}.search`,
    method: 'POST',
    path: `/crm/objects/${api.version}/${objectType}/search`,
    body: searchBody(options),
    scopes: readScopes(...new Set([objectType, ...associatedTypes(options.groups)])),
    budget: 'search',
    idempotent: true,
  });
  const total = field(body, 'total');
  if (typeof total !== 'number' || !Number.isSafeInteger(total) || total < 0) {
    throw new GatewayError('HUBSPOT_BAD_RESPONSE', 'HubSpot answered something that is not a page of a search.', {});
  }
  return { ...parseRecordPage(body), total };
}

/** The body of the request. HubSpot limits the length of its JSON. */
export function searchBody({ query, groups, sort, properties, limit, after }: SearchOptions): object {
  const filtering = groups.length > 0 && groups.every((filters) => filters.length > 0);
  return {
    ...(query !== undefined && { query }),
    ...(filtering && { filterGroups: groups.map((filters) => ({ filters })) }),
    ...(sort !== undefined && { sorts: [sort] }),
    properties,
    limit,
    ...(after !== undefined && { after: String(after) }),
  };
}
