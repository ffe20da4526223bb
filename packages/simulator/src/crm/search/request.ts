import { invalid } from '../../refusal.ts';
import { type Filter, parseFilter } from './filter.ts';
import { isObject, type JsonObject } from './json-object.ts';
import { incomplete, malformed } from './refusals.ts';
import { parseSort, type Sort } from './sort.ts';

// https://developers.hubspot.com/docs/guides/api/crm/search#limitations
/** The most characters of the body. */
const MAX_BODY = 3_000;
const MAX_GROUPS = 5;
const MAX_FILTERS_PER_GROUP = 6;
const MAX_FILTERS = 18;
const DEFAULT_LIMIT = 10;
const MAX_LIMIT = 200;
/** The most results that the pages of a search can reach. */
const MAX_RESULTS = 10_000;

export interface SearchRequest {
  /** The words to search. Empty matches every record. */
  readonly query: string;
  /** A record matches when all filters of at least one group match, or when there is no group. */
  readonly groups: readonly (readonly Filter[])[];
  readonly sort: Sort | undefined;
  /** Names of the properties in the answer. Empty for the type's default properties. */
  readonly properties: readonly string[];
  readonly limit: number;
  /** The number of results before the page. */
  readonly after: number;
}

/** @throws Refusal when the body of a search is invalid or exceeds a limit. */
export function parseSearch(text: string): SearchRequest {
  if (text.length > MAX_BODY) throw invalid(`The request body must not be longer than ${MAX_BODY} characters.`);
  const body = parseBody(text);
  const { query = '' } = body;
  if (typeof query !== 'string') throw malformed('Cannot deserialize value of type `query`');
  const limit = wholeNumber(body, 'limit', DEFAULT_LIMIT);
  if (limit < 1 || limit > MAX_LIMIT) throw invalid(`limit must be between 1 and ${MAX_LIMIT}.`);
  const after = wholeNumber(body, 'after', 0);
  if (after + limit > MAX_RESULTS) throw invalid(`Searches do not page beyond ${MAX_RESULTS} results.`);
  return {
    query,
    groups: parseGroups(body),
    sort: parseSort(body.sorts ?? []),
    properties: list(body, 'properties').filter((name) => typeof name === 'string'),
    limit,
    after,
  };
}

/** A null field means the same as no field. */
function parseBody(text: string): JsonObject {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw malformed('Unexpected character');
  }
  if (!isObject(body)) throw malformed('Cannot deserialize value of type `PublicObjectSearchRequest`');
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
}

/** Filters at the top level, as in some of HubSpot's samples, are one more group. */
function parseGroups(body: JsonObject): readonly (readonly Filter[])[] {
  const groups = list(body, 'filterGroups').map((group) => {
    if (!isObject(group)) throw malformed('Cannot deserialize value of type `FilterGroup`');
    if (!Array.isArray(group.filters)) throw incomplete('FilterGroup', ['filters']);
    return group.filters.map(parseFilter);
  });
  if (body.filters !== undefined) groups.push(list(body, 'filters').map(parseFilter));
  if (groups.length > MAX_GROUPS) throw invalid(`A search has at most ${MAX_GROUPS} filter groups.`);
  if (groups.some((filters) => filters.length > MAX_FILTERS_PER_GROUP))
    throw invalid(`A filter group has at most ${MAX_FILTERS_PER_GROUP} filters.`);
  if (groups.flat().length > MAX_FILTERS) throw invalid(`A search has at most ${MAX_FILTERS} filters.`);
  return groups;
}

function list(body: JsonObject, name: string): readonly unknown[] {
  const value = body[name] ?? [];
  if (!Array.isArray(value)) throw malformed(`Cannot deserialize value of type \`${name}\``);
  return value;
}

/** A whole number, as a number or as text. */
function wholeNumber(body: JsonObject, name: string, otherwise: number): number {
  const value = body[name] ?? otherwise;
  const text = typeof value === 'number' || typeof value === 'string' ? String(value) : '';
  if (!/^\d{1,15}$/.test(text)) throw malformed(`Cannot deserialize value of type \`${name}\` from "${text}"`);
  return Number(text);
}
