import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ScopeRequirement } from '../../../src/crm/scopes.ts';
import { fewestScopes } from '../../../src/hubspot/oauth/fewest-scopes.ts';
import { ScopeSet } from '../../../src/hubspot/oauth/scope-set.ts';

describe('the fewest scopes', () => {
  it.each<[string, readonly ScopeRequirement[], readonly string[]]>([
    ['of nothing are none', [], []],
    ['are the union where there is no choice', [[['b', 'a']], [['c']]], ['a', 'b', 'c']],
    ['use what is needed anyway', [[['x'], ['a']], [['a']]], ['a']],
    ['prefer one scope to two', [[['a', 'b'], ['z']]], ['z']],
    [
      'are shared between alternatives',
      [
        [['p'], ['s']],
        [['q'], ['s']],
      ],
      ['s'],
    ],
    ['are the first by name among equals', [[['z'], ['y']]], ['y']],
  ])('%s', (_title, requirements, scopes) => {
    expect(fewestScopes(requirements)).toEqual(scopes);
    expect(fewestScopes(requirements.toReversed().map((requirement) => requirement.toReversed()))).toEqual(scopes);
  });

  it('avoid what is not preferred, even when that takes more of them', () => {
    expect(fewestScopes([[['a', 'b'], ['z']]], new ScopeSet(['a', 'b']))).toEqual(['a', 'b']);
    expect(fewestScopes([[['a'], ['b'], ['c']]], new ScopeSet(['b', 'c']), new ScopeSet(['c']))).toEqual(['c']);
  });

  it('are no more than any other choice that is enough', () => {
    const scope = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    const requirement = fc.array(fc.uniqueArray(scope, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(fc.array(requirement, { maxLength: 5 }), (requirements) => {
        const chosen = fewestScopes(requirements);
        const isEnough = (scopes: readonly string[]) =>
          requirements.every((alternatives) => new ScopeSet(scopes).satisfies(alternatives));
        expect(isEnough(chosen)).toBe(true);
        for (let subset = 0; subset < 32; subset += 1) {
          const other = ['a', 'b', 'c', 'd', 'e'].filter((_, bit) => subset & (1 << bit));
          if (isEnough(other)) expect(other.length).toBeGreaterThanOrEqual(chosen.length);
        }
      }),
    );
  });
});
