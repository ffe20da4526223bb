import type { ObjectType } from '../../crm/objects.ts';
import { isText, type PropertyKind } from '../../crm/property.ts';
import { associationFilter, type SearchFilter, type SearchOperator } from '../../hubspot/crm/search.ts';

/** A condition on records: a conjunction, a disjunction, or one HubSpot filter. */
export type Condition = { readonly all: readonly Condition[] } | { readonly any: readonly Condition[] } | SearchFilter;

export const ALWAYS: Condition = { all: [] };
export const NEVER: Condition = { any: [] };

const UNARY = {
  eq: 'EQ',
  neq: 'NEQ',
  lt: 'LT',
  lte: 'LTE',
  gt: 'GT',
  gte: 'GTE',
  contains: 'CONTAINS_TOKEN',
  notContains: 'NOT_CONTAINS_TOKEN',
} as const satisfies Readonly<Record<string, SearchOperator>>;

/** Compares with one value. Date-times are epoch milliseconds as text. */
export function compared(propertyName: string, operator: keyof typeof UNARY, value: string): Condition {
  return { propertyName, operator: UNARY[operator], value };
}

/** Includes both bounds. */
export function between(propertyName: string, value: string, highValue: string): Condition {
  return { propertyName, operator: 'BETWEEN', value, highValue };
}

/** The value is one of `values`; `NEVER` for an empty list. HubSpot compares lower-case strings with values in any case. */
export function oneOf(propertyName: string, kind: PropertyKind, values: readonly string[]): Condition {
  return values.length > 0 ? { propertyName, operator: 'IN', values: listed(kind, values) } : NEVER;
}

/** The value is none of `values`; `ALWAYS` for an empty list. */
export function noneOf(propertyName: string, kind: PropertyKind, values: readonly string[]): Condition {
  return values.length > 0 ? { propertyName, operator: 'NOT_IN', values: listed(kind, values) } : ALWAYS;
}

export function present(propertyName: string, exists: boolean): Condition {
  return { propertyName, operator: exists ? 'HAS_PROPERTY' : 'NOT_HAS_PROPERTY' };
}

export function associatedWith(to: ObjectType, id: string): Condition {
  return associationFilter(to, id);
}

/** IN and NOT_IN need lower-case strings: https://developers.hubspot.com/docs/guides/api/crm/search#filter-search-results */
function listed(kind: PropertyKind, values: readonly string[]): readonly string[] {
  const distinct = new Set(isText(kind) ? values.map((value) => value.toLowerCase()) : values);
  return [...distinct];
}
