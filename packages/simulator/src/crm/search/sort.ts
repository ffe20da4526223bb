import { EMPTY_SORTS_LAST } from '../../assumptions.ts';
import { invalid } from '../../refusal.ts';
import type { PropertyDefinition } from '../properties/property-definitions.ts';
import { isObject } from './json-object.ts';
import { incomplete, malformed } from './refusals.ts';
import type { IndexedRecord } from './search-index.ts';
import { valueKind } from './value-kinds.ts';

export interface Sort {
  readonly propertyName: string;
  readonly descending: boolean;
}

/**
 * The sorts of a search, at most one: an object, the name of a property, or `-name` for the descending order.
 * https://developers.hubspot.com/docs/guides/api/crm/search#sort-search-results
 * @throws Refusal
 */
export function parseSort(input: unknown): Sort | undefined {
  if (!Array.isArray(input)) throw malformed('Cannot deserialize value of type `sorts`');
  if (input.length > 1) throw invalid('Only one sort is supported.');
  const sort: unknown = input[0];
  if (sort === undefined) return undefined;
  if (typeof sort === 'string') return { propertyName: sort.replace(/^-/, ''), descending: sort.startsWith('-') };
  if (!isObject(sort)) throw malformed('Cannot deserialize value of type `Sort`');
  const { propertyName, direction = 'ASCENDING' } = sort;
  if (typeof propertyName !== 'string') throw incomplete('Sort', ['propertyName']);
  if (direction !== 'ASCENDING' && direction !== 'DESCENDING') {
    throw malformed(`"${direction}" is not one of the sort directions [ASCENDING, DESCENDING]`);
  }
  return { propertyName, descending: direction === 'DESCENDING' };
}

/** Sorts the oldest record first, like HubSpot by default. Records of the same age remain in the order of their ids. */
export function byAge(a: IndexedRecord, b: IndexedRecord): number {
  return a.createdAt - b.createdAt;
}

/** Sorts by the values of a property. The sort is stable. */
export function sortBy(
  { name, type }: Pick<PropertyDefinition, 'name' | 'type'>,
  { descending }: Sort,
  records: readonly IndexedRecord[],
): readonly IndexedRecord[] {
  const kind = valueKind(type);
  return records
    .map((record) => {
      const text = record.properties.get(name);
      return { record, value: text ? kind.read(text) : undefined };
    })
    .sort((a, b) => {
      if (a.value === undefined || b.value === undefined) {
        const emptiness = Number(a.value === undefined) - Number(b.value === undefined);
        return EMPTY_SORTS_LAST ? emptiness : -emptiness;
      }
      const order = kind.compare(a.value, b.value);
      return descending ? -order : order;
    })
    .map(({ record }) => record);
}
