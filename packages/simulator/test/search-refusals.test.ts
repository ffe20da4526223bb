import { beforeEach, describe, expect, it } from 'vitest';
import { CRM_READ, SearchedPortal, type SearchFailure } from './helpers/searched-portal.ts';

const EMAIL = { propertyName: 'email', operator: 'EQ', value: 'a' };
const NOT_JSON = 'Invalid input JSON on line 1, column 1: ';
const NOT_A_FILTER = `${NOT_JSON}Cannot construct instance of \`com.hubspot.inbounddb.publicobject.core.v3.search.Filter\`, problem: `;
const PROBLEM = 'There was a problem with the request.';

let searched: SearchedPortal;

beforeEach(() => {
  searched = new SearchedPortal();
});

async function refusal(body: unknown): Promise<SearchFailure> {
  const answer = await searched.search<SearchFailure>(body);
  expect(answer.status).toBe(400);
  expect(answer.body).toMatchObject({
    status: 'error',
    category: 'VALIDATION_ERROR',
    correlationId: expect.any(String),
  });
  return answer.body;
}

const groups = (...sizes: readonly number[]) => ({
  filterGroups: sizes.map((size) => ({ filters: Array.from({ length: size }, () => EMAIL) })),
});

/** A body of exactly so many characters, Unicode ones among them. */
function bodyOf(characters: number): string {
  const empty = JSON.stringify({ query: '' });
  return JSON.stringify({ query: 'ü'.repeat(characters - empty.length) });
}

describe('a search at its limits', () => {
  it.each<[string, unknown]>([
    ['5 groups', groups(1, 1, 1, 1, 1)],
    ['6 filters in a group', groups(6)],
    ['18 filters', groups(6, 6, 6)],
    ['18 filters with those at the top level', { ...groups(6, 6), filters: Array.from({ length: 6 }, () => EMAIL) }],
    ['3,000 characters', bodyOf(3_000)],
    ['200 records a page', { limit: 200 }],
    ['1 record a page', { limit: 1 }],
    ['one sort', { sorts: ['email'] }],
  ])('is run: %s', async (_case, body) => {
    expect((await searched.search(body)).status).toBe(200);
  });

  it.each<[string, unknown, string]>([
    ['6 groups', groups(1, 1, 1, 1, 1, 1), 'A search has at most 5 filter groups.'],
    [
      '5 groups and filters at the top level',
      { ...groups(1, 1, 1, 1, 1), filters: [EMAIL] },
      'A search has at most 5 filter groups.',
    ],
    ['7 filters in a group', groups(1, 7), 'A filter group has at most 6 filters.'],
    ['19 filters', groups(6, 6, 6, 1), 'A search has at most 18 filters.'],
    ['3,001 characters', bodyOf(3_001), 'The request body must not be longer than 3000 characters.'],
    ['201 records a page', { limit: 201 }, 'limit must be between 1 and 200.'],
    ['no records a page', { limit: 0 }, 'limit must be between 1 and 200.'],
    ['10,001 results', { after: '9991', limit: 10 }, 'Searches do not page beyond 10000 results.'],
    ['two sorts', { sorts: ['email', 'createdate'] }, 'Only one sort is supported.'],
  ])('is refused one step beyond: %s', async (_case, body, message) => {
    expect(await refusal(body)).toMatchObject({ message });
  });
});

describe('a filter is refused', () => {
  const filtered = (filter: unknown) => ({ filterGroups: [{ filters: [filter] }] });

  it.each<[string, object, string]>([
    ['an EQ without a value', { operator: 'EQ' }, 'operator EQ requires a value'],
    ['an EQ of null', { operator: 'EQ', value: null }, 'operator EQ requires a value'],
    ['an EQ with values', { operator: 'EQ', value: 'a', values: ['a'] }, 'operator EQ does not support values'],
    [
      'an EQ with a high value',
      { operator: 'EQ', value: 'a', highValue: 'b' },
      'operator EQ does not support highValue',
    ],
    ['a BETWEEN without a high value', { operator: 'BETWEEN', value: '1' }, 'operator BETWEEN requires a highValue'],
    ['a BETWEEN without a value', { operator: 'BETWEEN', highValue: '1' }, 'operator BETWEEN requires a value'],
    ['an IN without values', { operator: 'IN' }, 'operator IN requires values'],
    ['an IN of nothing', { operator: 'IN', values: [] }, 'operator IN requires values'],
    ['an IN with a value', { operator: 'NOT_IN', values: ['a'], value: 'a' }, 'operator NOT_IN does not support value'],
    [
      'a presence with a value',
      { operator: 'NOT_HAS_PROPERTY', value: '' },
      'operator NOT_HAS_PROPERTY does not support value',
    ],
  ])('when its operands do not fit its operator: %s', async (_case, rest, problem) => {
    const { message } = await refusal(filtered({ propertyName: 'email', ...rest }));
    expect(message).toBe(`${NOT_A_FILTER}${problem}`);
  });

  it.each<[string, object, string]>([
    ['no name', { operator: 'EQ', value: 'a' }, '[propertyName]'],
    ['no operator', { propertyName: 'email', value: 'a' }, '[operator]'],
    ['neither', { value: 'a' }, '[propertyName, operator]'],
  ])('when something is missing: %s', async (_case, filter, missing) => {
    const { message } = await refusal(filtered(filter));
    expect(message).toBe(`${NOT_JSON}Cannot build Filter, some of required attributes are not set ${missing}`);
  });

  it.each(['CONTAINS', 'eq', 'toString', ''])('when its operator is unknown: %j', async (operator) => {
    const { message } = await refusal(filtered({ propertyName: 'email', operator, value: 'a' }));
    expect(message).toContain(`from String "${operator}": not one of the values accepted for Enum class: [EQ, NEQ, `);
  });

  it.each<[string, unknown]>([
    ['a text', 'email'],
    ['a value that is an object', { ...EMAIL, value: {} }],
    ['a value that is a list', { ...EMAIL, value: ['a'] }],
    ['values that are a text', { propertyName: 'email', operator: 'IN', values: 'a' }],
    ['values with null among them', { propertyName: 'email', operator: 'IN', values: ['a', null] }],
  ])('when it has another shape: %s', async (_case, filter) => {
    expect((await refusal(filtered(filter))).message).toMatch(/^Invalid input JSON .* Cannot deserialize/);
  });

  it.each<[string, string, object]>([
    ['an unknown property', 'no_such_property', { operator: 'EQ', value: 'a' }],
    ['the presence of an unknown property', 'no_such_property', { operator: 'HAS_PROPERTY' }],
    ['a number that is a text', 'num_associated_deals', { operator: 'GT', value: 'many' }],
    ['a number with commas', 'num_associated_deals', { operator: 'EQ', value: '1,000' }],
    ['a number of immense size', 'num_associated_deals', { operator: 'EQ', value: '1e9999' }],
    ['no number', 'num_associated_deals', { operator: 'EQ', value: '' }],
    ['one number that is a text', 'num_associated_deals', { operator: 'IN', values: ['1', 'x'] }],
    ['a high value that is a text', 'num_associated_deals', { operator: 'BETWEEN', value: '1', highValue: 'x' }],
    ['a date that is a text', 'createdate', { operator: 'LT', value: 'yesterday' }],
    ['a date that does not exist', 'createdate', { operator: 'LT', value: '2026-13-01' }],
    ['a local time', 'createdate', { operator: 'LT', value: '2026-11-01T10:00:00' }],
    ['an unknown associated record', 'associations.tickets', { operator: 'EQ', value: '1' }],
    ['the absence of associated records', 'associations.company', { operator: 'NOT_HAS_PROPERTY' }],
    ['other associated records', 'associations.company', { operator: 'NEQ', value: '1' }],
  ])('when the portal cannot answer it: %s', async (_case, propertyName, rest) => {
    const { message, errors } = await refusal(filtered({ propertyName, ...rest }));
    expect(message).toBe(PROBLEM);
    expect(errors).toEqual([{ message: expect.any(String), context: { propertyName: [propertyName] } }]);
  });
});

describe('a body is refused', () => {
  it.each<[string, unknown]>([
    ['nothing', ''],
    ['broken JSON', '{"filters":'],
    ['a list', '[]'],
    ['null', 'null'],
    ['a query that is a number', { query: 1 }],
    ['groups that are an object', { filterGroups: {} }],
    ['a group that is a list', { filterGroups: [[EMAIL]] }],
    ['a group without filters', { filterGroups: [{}] }],
    ['filters that are an object', { filters: EMAIL }],
    ['properties that are a text', { properties: 'email' }],
    ['a limit that is a text', { limit: 'ten' }],
    ['a limit with a fraction', { limit: 1.5 }],
    ['an offset below zero', { after: -1 }],
    ['an offset that is empty', { after: '' }],
    ['an offset that is a list', { after: ['10'] }],
    ['sorts that are a text', { sorts: 'email' }],
    ['a sort that is a number', { sorts: [1] }],
    ['a sort without a property', { sorts: [{ direction: 'ASCENDING' }] }],
    ['a sort in no direction', { sorts: [{ propertyName: 'email', direction: 'DOWN' }] }],
  ])('when it has another shape: %s', async (_case, body) => {
    expect((await refusal(body)).message).toMatch(/^Invalid input JSON on line 1, column 1: /);
  });

  it.each(['no_such_property', '-no_such_property'])('when it sorts by an unknown property: %s', async (sort) => {
    expect((await refusal({ sorts: [sort] })).errors?.[0]?.message).toBe('Property "no_such_property" does not exist.');
  });
});

describe('a search without the scope', () => {
  it('of its type is a 403, whatever its body', async () => {
    searched = new SearchedPortal({ scopes: ['crm.objects.deals.read'] });
    for (const body of [{}, 'nonsense']) {
      const answer = await searched.search<SearchFailure>(body);
      expect(answer.status).toBe(403);
      expect(answer.body.errors?.[0]?.context).toEqual({ requiredGranularScopes: ['crm.objects.contacts.read'] });
    }
    expect((await searched.search({}, 'deals')).status).toBe(200);
  });

  it('of a sensitive property that it shows, looks for or sorts by is a 403', async () => {
    const property = { name: 'blood_type', type: 'string', fieldType: 'text', dataSensitivity: 'sensitive' } as const;
    const bodies = [
      { properties: ['blood_type'] },
      { filters: [{ propertyName: 'blood_type', operator: 'EQ', value: 'ab' }] },
      { sorts: ['blood_type'] },
    ];
    for (const [scopes, status] of [
      [CRM_READ, 403],
      [[...CRM_READ, 'crm.objects.contacts.sensitive.read'], 200],
    ] as const) {
      searched = new SearchedPortal({ scopes });
      searched.portal.defineProperty('contacts', property);
      for (const body of bodies) expect((await searched.search(body)).status).toBe(status);
    }
  });

  it('cannot be made up for: a highly sensitive property is shown, not searched', async () => {
    searched = new SearchedPortal({ scopes: [...CRM_READ, 'crm.objects.contacts.highly_sensitive.read'] });
    searched.portal.defineProperty('contacts', {
      name: 'diagnosis',
      type: 'string',
      fieldType: 'text',
      dataSensitivity: 'highly_sensitive',
    });
    searched.portal.create('contacts', { diagnosis: 'none' });
    const { body } = await searched.search({ properties: ['diagnosis'] });
    expect(body.results[0]?.properties).toMatchObject({ diagnosis: 'none' });
    const filters = [{ propertyName: 'diagnosis', operator: 'HAS_PROPERTY' }];
    for (const refused of [{ filters }, { sorts: ['diagnosis'] }]) {
      expect((await refusal(refused)).errors?.[0]?.message).toBe('Property "diagnosis" is not searchable.');
    }
  });

  it('of a type that does not exist is a 400', async () => {
    const { status, body } = await searched.hubspot.post<SearchFailure>('/crm/objects/2026-09/aliens/search', {});
    expect(status).toBe(400);
    expect(body.message).toBe('Unable to infer object type from: aliens');
  });
});
