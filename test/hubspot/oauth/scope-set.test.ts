import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ScopeSet } from '../../../src/hubspot/oauth/scope-set.ts';

describe('a scope set', () => {
  const granted = new ScopeSet(['oauth', 'contacts.read', 'deals.read', 'oauth']);

  it('knows what it has, by the exact name', () => {
    expect(granted.has('contacts.read')).toBe(true);
    expect(granted.has('contacts')).toBe(false);
    expect(granted.has('CONTACTS.READ')).toBe(false);
    expect(granted.has('')).toBe(false);
  });

  it.each([
    [[['contacts.read']], true],
    [[['contacts.read', 'deals.read']], true],
    [[['contacts.read', 'companies.read']], false],
    [[['companies.read'], ['deals.read']], true],
    [[['companies.read'], ['owners.read']], false],
    [[[]], true],
    [[], false],
  ])('satisfies %j: %j', (requirement, satisfied) => {
    expect(granted.satisfies(requirement)).toBe(satisfied);
  });

  it('names what is missing in the order asked', () => {
    expect(granted.missing(['z.read', 'oauth', 'a.read'])).toEqual(['z.read', 'a.read']);
    expect(granted.missing([])).toEqual([]);
  });

  it.each([
    ['nothing, when one alternative is satisfied', [['a', 'b'], ['oauth']], []],
    ['the shorter way', [['a', 'b'], ['c']], ['c']],
    [
      'the way that lacks less, not the one that needs less',
      [
        ['a', 'b'],
        ['oauth', 'contacts.read', 'c'],
      ],
      ['c'],
    ],
    ['the first of equals', [['a'], ['b']], ['a']],
    ['nothing, where nothing is required', [[]], []],
  ])('lacks %s', (_case, requirement, missing) => {
    expect(granted.missingFor(requirement)).toEqual(missing);
  });

  it('joins others into a new set and stays as it is', () => {
    expect(granted.union(['a.read', 'oauth']).toArray()).toEqual(['a.read', 'contacts.read', 'deals.read', 'oauth']);
    expect(granted.toArray()).toEqual(['contacts.read', 'deals.read', 'oauth']);
  });

  it('does not change with the list it was made of', () => {
    const scopes = ['oauth'];
    const set = new ScopeSet(scopes);
    scopes.push('contacts.read');
    expect(set.has('contacts.read')).toBe(false);
  });

  it('is satisfied as soon as it is given what it lacks, and not before', () => {
    const scope = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    const requirements = fc.array(fc.uniqueArray(scope), { minLength: 1 });
    fc.assert(
      fc.property(fc.uniqueArray(scope), requirements, (scopes, requirement) => {
        const set = new ScopeSet(scopes);
        const missing = set.missingFor(requirement);
        expect(set.satisfies(requirement)).toBe(missing.length === 0);
        expect(set.union(missing).satisfies(requirement)).toBe(true);
        for (const [index] of missing.entries()) {
          expect(set.union(missing.toSpliced(index, 1)).satisfies(requirement)).toBe(false);
        }
      }),
    );
  });
});
