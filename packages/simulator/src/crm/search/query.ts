import { factsOf, type ObjectTypeName } from '../object-types.ts';
import type { IndexedRecord } from './search-index.ts';
import { parts, tokens } from './tokens.ts';

/** Whether each part of the query is the beginning of a word of the record. HubSpot does not document its matching. */
export function queryTest(type: ObjectTypeName, query: string): (record: IndexedRecord) => boolean {
  const wanted = parts(query.toLowerCase());
  return ({ properties }) => {
    if (wanted.length === 0) return true;
    const words = tokens(
      factsOf(type)
        .searchable.map((name) => properties.get(name) ?? '')
        .join(' ')
        .toLowerCase(),
    );
    return wanted.every((part) => words.some((word) => word.startsWith(part)));
  };
}
