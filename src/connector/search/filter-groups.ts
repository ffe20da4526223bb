import { GatewayError } from '../../errors.ts';
import { type FilterGroup, SEARCH_LIMITS, type SearchFilter } from '../../hubspot/crm/search.ts';
import type { Condition } from './condition.ts';

/** Filters by their spelling: all must hold. */
type Conjunction = ReadonlyMap<string, SearchFilter>;

/** Groups, and filters in one, on the way to those that are left: what comes later may make them needless. */
const MAX_INTERMEDIATE = 64;

/**
 * The condition as HubSpot takes it, an OR of ANDs: no group at all when nothing can fit, one empty group when
 * everything does. What is said twice, and groups that another one covers, are left out.
 * @throws GatewayError BAD_USER_INPUT for what HubSpot's limits do not allow
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

/** Each alternative of the one with each of the other. */
function and(groups: readonly Conjunction[], condition: Condition): readonly Conjunction[] {
  const others = expand(condition);
  if (groups.length * others.length > MAX_INTERMEDIATE) throw tooManyGroups();
  const combined = groups.flatMap((group) => others.map((other) => new Map([...group, ...other])));
  if (combined.some(({ size }) => size > MAX_INTERMEDIATE)) throw tooLargeGroup();
  return bounded(combined);
}

function bounded(groups: readonly Conjunction[]): readonly Conjunction[] {
  const needed = groups.filter((group, index) => !groups.some((other, place) => covers(other, group, place < index)));
  if (needed.length > MAX_INTERMEDIATE) throw tooManyGroups();
  return needed;
}

/** Whoever fits `narrow` fits `wide`, too. Of equals the first stands for both. */
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
