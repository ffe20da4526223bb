import type { ScopeRequirement } from '../../crm/scopes.ts';
import { ScopeSet } from './scope-set.ts';

/**
 * The smallest set of scopes that satisfies every requirement, sorted. It has as few scopes outside each `preferred` set
 * as possible, and the first set has the most weight. Of equal sets the first by name is taken, so the choice is stable.
 */
export function fewestScopes(
  requirements: readonly ScopeRequirement[],
  ...preferred: readonly ScopeSet[]
): readonly string[] {
  // Requirements without alternatives come first, since their scopes can satisfy others.
  const open = distinct(requirements).sort((a, b) => a.length - b.length);
  let candidates = [new ScopeSet([])];
  for (const requirement of open) {
    candidates = candidates.flatMap((chosen) =>
      chosen.satisfies(requirement) ? [chosen] : requirement.map((alternative) => chosen.union(alternative)),
    );
  }
  const [best] = candidates
    .map((candidate) => candidate.toArray())
    .map((scopes) => ({ scopes, cost: [...preferred.map((set) => set.missing(scopes).length), scopes.length] }))
    .sort((a, b) => compare(a.cost, b.cost) || a.scopes.join().localeCompare(b.scopes.join(), 'en'));
  return best?.scopes ?? [];
}

function distinct(requirements: readonly ScopeRequirement[]): ScopeRequirement[] {
  return [...new Map(requirements.map((requirement) => [JSON.stringify(requirement), requirement])).values()];
}

function compare(a: readonly number[], b: readonly number[]): number {
  return a.map((value, index) => value - (b[index] ?? 0)).find((difference) => difference !== 0) ?? 0;
}
