import { GatewayError } from '../../errors.ts';
import { type FilterGroup, SEARCH_LIMITS, type SearchFilter } from '../../hubspot/crm/search.ts';
import type { Condition } from './condition.ts';

/** Filters that must all match, by their JSON. */
type Conjunction = ReadonlyMap<string, SearchFilter>;

/** Groups, and filters of a group, during the expansion. A later step can remove some of them. */
const MAX_INTERMEDIATE = 64;

/**
 * Converts a condition to HubSpot's disjunctive normal form: no group when no record can match, one empty group when all
 * records do. Duplicate filters and redundant groups are left out.
 * @throws GatewayError BAD_USER_INPUT when the groups exceed HubSpot's limits
 */
export function toFilterGroups(condition: Condition): readonly FilterGroup[] {
  const groups = expand(condition).map((conjunction) => [...conjunction.values()]);
  if (groups.length > SEARCH_LIMITS.groups) throw tooManyGroups();
  if (groups.some((group) => group.length > SEARCH_LIMITS.filtersPerGroup)) throw tooLargeGroup();
  if (groups.flat().length > SEARCH_LIMITS.filters) {
    throw tooMuch(`at most ${SEARCH_LIMITS.filters} conditions in all alternatives together`);
  }
  return groups;
}

function expand(condition: Condition): readonly Conjunction[] {
  if ('all' in condition) return condition.all.reduce(and, [new Map()]);
  if ('any' in condition) return condition.any.reduce(or, []);
  return [new Map([[JSON.stringify(condition), condition]])];
}

function or(groups: readonly Conjunction[], condition: Condition): readonly Conjunction[] {
  return bounded([...groups, ...expand(condition)]);
}

/** Combines each alternative of the groups with each alternative of the condition. */
function and(groups: readonly Conjunction[], condition: Condition): readonly Conjunction[] {
  const alternatives = expand(condition);
  if (groups.length * alternatives.length > MAX_INTERMEDIATE) throw tooManyGroups();
  const combined = groups.flatMap((group) => alternatives.map((other) => new Map([...group, ...other])));
  if (combined.some(({ size }) => size > MAX_INTERMEDIATE)) throw tooLargeGroup();
  return bounded(combined);
}

function bounded(groups: readonly Conjunction[]): readonly Conjunction[] {
  const needed = groups.filter((group, index) => !groups.some((other, place) => covers(other, group, place < index)));
  if (needed.length > MAX_INTERMEDIATE) throw tooManyGroups();
  return needed;
}

/** True when every record that matches `narrow` matches `wide`. Of two equal groups, only the first covers the other. */
function covers(wide: Conjunction, narrow: Conjunction, first: boolean): boolean {
  if (wide.size > narrow.size || (wide.size === narrow.size && !first)) return false;
  return [...wide.keys()].every((filter) => narrow.has(filter));
}

function tooManyGroups(): GatewayError {
  return tooMuch(`at most ${SEARCH_LIMITS.groups} alternatives once it is multiplied out`);
}

function tooLargeGroup(): GatewayError {
  return tooMuch(`at most ${SEARCH_LIMITS.filtersPerGroup} conditions that must hold together`);
}

function tooMuch(limit: string): GatewayError {
  return new GatewayError('BAD_USER_INPUT', `HubSpot takes a filter of ${limit}.`, { argument: 'filter' });
}
