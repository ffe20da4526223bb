import type { Portal } from '../../portal.ts';
import type { ObjectTypeFacts } from '../object-types.ts';
import { queryTest } from './query.ts';
import { recordTest, searchable } from './record-test.ts';
import type { SearchRequest } from './request.ts';
import { byAge, sortBy } from './sort.ts';

/**
 * A function that returns the ids of all results of a search in order.
 * @throws Refusal when the search is invalid for the portal.
 */
export function prepareSearch(
  portal: Portal,
  type: ObjectTypeFacts,
  { query, groups, sort }: SearchRequest,
): () => readonly string[] {
  const tests = groups.map((filters) => filters.map((filter) => recordTest(portal, type, filter)));
  const sortedBy = sort && searchable(portal, type, sort.propertyName);
  const fitsQuery = queryTest(type.name, query);
  const mayView = portal.within('view');
  return () => {
    const hits = [...portal.searchIndex.records(type.name)]
      .filter(mayView)
      .filter((record) => tests.length === 0 || tests.some((group) => group.every((fits) => fits(record))))
      .filter(fitsQuery)
      .sort(byAge);
    const ordered = sort && sortedBy ? sortBy(sortedBy, sort, hits) : hits;
    return ordered.map(({ id }) => id);
  };
}
