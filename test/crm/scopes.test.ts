import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  allOf,
  anyOf,
  definitionScopes,
  pipelineScopes,
  readScopes,
  valueScopes,
  writeScopes,
} from '../../src/crm/scopes.ts';
import { ScopeSet } from '../../src/hubspot/oauth/scope-set.ts';

describe('the scopes of a CRM object', () => {
  it.each(['contacts', 'deals', 'companies'] as const)('of %s are named after it', (type) => {
    expect(readScopes(type)).toEqual([[`crm.objects.${type}.read`]]);
    expect(writeScopes(type)).toEqual([[`crm.objects.${type}.write`]]);
    expect(pipelineScopes(type)).toEqual([[`crm.objects.${type}.read`], [`crm.schemas.${type}.read`]]);
    expect(definitionScopes(type)).toEqual([...pipelineScopes(type), [`crm.objects.${type}.write`]]);
  });

  it('of two objects are those of both, each once', () => {
    expect(readScopes('contacts', 'deals')).toEqual([['crm.objects.contacts.read', 'crm.objects.deals.read']]);
    expect(writeScopes('deals', 'deals')).toEqual([['crm.objects.deals.write']]);
  });
});

describe('allOf', () => {
  it('is nothing for nothing, and the requirement itself for one', () => {
    expect(allOf([])).toEqual([[]]);
    expect(allOf([[['a'], ['b', 'c']]])).toEqual([['a'], ['b', 'c']]);
  });

  it('names every way to satisfy them all', () => {
    expect(
      allOf([
        [['a'], ['b']],
        [['b'], ['c']],
      ]),
    ).toEqual([['a', 'b'], ['a', 'c'], ['b'], ['b', 'c']]);
  });

  it('is satisfied by exactly the sets that satisfy each', () => {
    const scope = fc.constantFrom('a', 'b', 'c', 'd');
    const requirement = fc.array(fc.uniqueArray(scope), { maxLength: 3 });
    fc.assert(
      fc.property(fc.uniqueArray(scope), fc.array(requirement, { maxLength: 3 }), (scopes, requirements) => {
        const set = new ScopeSet(scopes);
        expect(set.satisfies(allOf(requirements))).toBe(requirements.every((each) => set.satisfies(each)));
      }),
    );
  });
});

it('takes alternatives that stand twice once', () => {
  expect(
    anyOf([
      [['a'], ['b']],
      [['b'], ['c']],
    ]),
  ).toEqual([['a'], ['b'], ['c']]);
});

it('demands a scope for sensitive values, in either of its forms, and none for others', () => {
  expect(valueScopes('contacts', 'non_sensitive')).toEqual([[]]);
  expect(valueScopes('contacts', 'sensitive')).toEqual([
    ['crm.objects.contacts.sensitive.read'],
    ['crm.objects.contacts.sensitive.read.v2'],
  ]);
  expect(valueScopes('companies', 'highly_sensitive')).toEqual([
    ['crm.objects.companies.highly_sensitive.read'],
    ['crm.objects.companies.highly_sensitive.read.v2'],
  ]);
});
