import { factsOf, type ObjectTypeName } from '../object-types.ts';
import type { IndexedRecord } from './search-index.ts';
import { parts, tokens } from './tokens.ts';

/** Whether every part of the query begins a word of the record, which HubSpot leaves open: it may rank instead. */
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
