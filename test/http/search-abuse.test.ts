import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Stack } from '../helpers/stack.ts';
import { expectUnharmed } from '../helpers/unharmed.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start();
  await stack.connect({ optionalScopes: ['crm.objects.companies.read'] });
});
afterAll(() => stack.stop());
beforeEach(() => stack.simulator.log.clear());
afterEach(() => expectUnharmed(stack));

const calls = () => stack.simulator.log.crm();

const QUERY = `query ($filter: ContactFilter, $query: String, $orderBy: ContactOrder, $first: Int = 1) {
  contacts(first: $first, filter: $filter, query: $query, orderBy: $orderBy) { totalCount nodes { id } }
}`;

/** The errors' extensions; whatever was asked, HubSpot was not. */
async function refusal(variables: object): Promise<unknown> {
  const { raw, answer } = await stack.send(QUERY, variables);
  expect(raw.status).toBeLessThan(500);
  expect(answer.errors).toHaveLength(1);
  expect(JSON.stringify(answer).length).toBeLessThan(2_000);
  expect(calls()).toEqual([]);
  return answer.errors?.[0]?.extensions;
}

const texts = (count: number) => Array.from({ length: count }, (_, index) => `value ${index}`);
const pair = (index: number) => ({ or: [{ city: { eq: `a${index}` } }, { zip: { eq: `b${index}` } }] });

function nested(levels: number, innermost: object = {}): object {
  return levels === 0 ? innermost : { and: [nested(levels - 1, innermost)] };
}

describe('B52 filters', () => {
  it.each<[string, object]>([
    ['10,000 values', { city: { in: texts(10_000) } }],
    ['10,000 values to leave out', { property: [{ name: 'city', notIn: texts(10_000) }] }],
    ['a value of 900 kB', { city: { eq: 'x'.repeat(900_000) } }],
    ['19 groups', { or: texts(19).map((eq) => ({ city: { eq } })) }],
    ['6 groups', { or: texts(6).map((eq) => ({ city: { eq } })) }],
    ['7 filters in a group', { and: texts(7).map((neq) => ({ city: { neq } })) }],
    [
      '19 filters',
      { or: [0, 1, 2, 3].map((group) => ({ and: texts(5).map((neq) => ({ city: { neq: `${group}${neq}` } })) })) },
    ],
    ['two to the twentieth groups', { and: texts(20).map((_, index) => pair(index)) }],
    ['two to the hundredth groups', { and: texts(66).map((_, index) => pair(index)) }],
    ['11 levels', nested(11, { city: { eq: 'a' } })],
    ['1,000 parts', { or: new Array(1_000).fill({}) }],
    ['1,000 properties', { property: new Array(1_000).fill({ name: 'city' }) }],
    ['an empty text', { city: { eq: '' } }],
    ['a test of null', { city: { eq: null } }],
    ['a range of one end', { createdAt: { between: ['2026-01-01T00:00:00Z'] } }],
    ['a foreign name', { property: [{ name: 'associations.company', eq: '1' }] }],
    [
      'a number that is none',
      {
        property: [
          { name: 'hubspot_owner_id', eq: 'ok' },
          { name: 'createdate', eq: 'x' },
        ],
      },
    ],
  ])('refuses %s', async (_title, filter) => {
    expect(await refusal({ filter })).toEqual({ code: 'BAD_USER_INPUT', argument: 'filter' });
  });

  it.each<[string, object]>([
    ['an unknown operator', { city: { regex: '.*' } }],
    ['an unknown field', { ssn: { eq: '1' } }],
    ['an operator that the type does not have', { createdAt: { contains: '2026' } }],
    ['a field that is a text', { city: 'Oslo' }],
    ['a list where one value stands', { city: { eq: ['a', 'b'] } }],
    ['a value that is an object', { city: { eq: { $ne: '' } } }],
    ['an unknown object type', { associatedWith: { objectType: 'TICKET', id: '1' } }],
    ['a property without a name', { property: [{ eq: 'a' }] }],
    ['more parts than are read', { or: new Array(100_000).fill({}) }],
    ['more levels than are read', nested(2_000)],
  ])('B52 refuses %s', async (_title, filter) => {
    expect(await refusal({ filter })).toEqual({ code: 'BAD_USER_INPUT' });
    const literal = JSON.stringify(filter).replace(/"(\$?\w+)":/g, '$1:');
    if (literal.length > 500) return;
    const { answer } = await stack.send(`{ contacts(filter: ${literal}) { totalCount } }`);
    expect(answer.errors?.[0]?.extensions?.code).toMatch(/^GRAPHQL_(VALIDATION|PARSE)_FAILED$/);
    expect(calls()).toEqual([]);
  });

  it.each([
    '.*',
    '^(a+)+$',
    '(?<x>a)\\k<x>',
    '[',
    '\\',
    '**********a',
    `\${7*7}`,
    "' OR 1=1 --",
    '<b>',
    '\u0000',
    '\ud800',
    'é',
  ])('B52 B53 hands on %j as the text that it is', async (text) => {
    for (const operator of ['eq', 'contains', 'notContains']) {
      const { data, errors } = await stack.query(QUERY, { filter: { city: { [operator]: text } } });
      expect(errors).toBeUndefined();
      expect(data).toHaveProperty('contacts.totalCount');
    }
    expect(calls().map(({ body }) => (body as Body).filterGroups[0]?.filters[0]?.value)).toEqual([text, text, text]);
  });

  interface Body {
    readonly filterGroups: readonly { readonly filters: readonly { readonly value: string }[] }[];
  }

  it('B47 pollutes nothing', async () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'prototype']) {
      const filter = JSON.parse(`{"property":[{"name":"${name}","eq":"1"}],"${name}":{"polluted":1}}`);
      const { raw } = await stack.send(QUERY, { filter });
      expect(raw.status).toBeLessThan(500);
      const { answer } = await stack.send(QUERY, { filter: { property: [{ name, eq: '1' }] } });
      expect(answer.errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', argument: 'filter' });
    }
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
    expect(calls().filter(({ path }) => path.endsWith('/search'))).toEqual([]);
  });
});

describe('B52 queries and orders', () => {
  it.each(['x'.repeat(3_000), 'x'.repeat(900_000)])('refuse what makes the request too long (%#)', async (query) => {
    expect(await refusal({ query })).toEqual({ code: 'BAD_USER_INPUT', argument: 'query' });
  });

  it.each<[string, object]>([
    ['an unknown field', { field: 'PASSWORD' }],
    ['a property', { field: 'email' }],
    ['an unknown direction', { field: 'EMAIL', direction: 'SIDEWAYS' }],
    ['two fields', { field: ['EMAIL', 'CITY'] }],
    ['two orders', [{ field: 'EMAIL' }, { field: 'CITY' }]],
    ['no field', {}],
  ])('refuse %s', async (_title, orderBy) => {
    expect(await refusal({ orderBy })).toEqual({ code: 'BAD_USER_INPUT' });
  });

  it.each([0, -1, 501])('B45 refuse a first of %i', async (first) => {
    expect(await refusal({ query: 'a', first })).toEqual({ code: 'BAD_USER_INPUT', argument: 'first' });
  });
});

const NO_DATES = [
  '0000-00-00',
  '0000-00-00T00:00:00Z',
  '2026-02-31T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '275761-01-01T00:00:00Z',
  '2026-01-01T00:00:00-99:99',
  '2026-01-01T25:00:00Z',
  'now',
  ' ',
];

describe('B54 dates', () => {
  it.each([...NO_DATES, '', '2026-01-01', '1767225600', '1767225600000', 1_767_225_600, 1_767_225_600_000, true])(
    'refuses %j as a moment',
    async (date) => {
      for (const test of [{ eq: date }, { between: ['2026-01-01T00:00:00Z', date] }]) {
        expect(await refusal({ filter: { createdAt: test } })).toEqual({ code: 'BAD_USER_INPUT' });
      }
      const { answer } = await stack.send(
        `{ contacts(filter: { createdAt: { lt: ${JSON.stringify(date)} } }) { totalCount } }`,
      );
      expect(answer.errors?.[0]?.extensions).toEqual({ code: 'GRAPHQL_VALIDATION_FAILED' });
      expect(calls()).toEqual([]);
    },
  );

  it.each([...NO_DATES, '99999999999999999999'])('refuses %j as a value of a property of moments', async (date) => {
    for (const test of [{ gt: date }, { in: [date] }, { between: [date, '0'] }]) {
      expect(await refusal({ filter: { property: [{ name: 'createdate', ...test }] } })).toEqual({
        code: 'BAD_USER_INPUT',
        argument: 'filter',
      });
    }
  });

  it('hands on what a property of moments may be written as, in epoch milliseconds', async () => {
    for (const date of ['2026-01-01', '2026-01-01T00:00:00Z', '2026-01-01T01:00:00+01:00', '1767225600000']) {
      await stack.query(QUERY, { filter: { property: [{ name: 'createdate', gt: date }] } });
      expect(calls().at(-1)?.body).toMatchObject({ filterGroups: [{ filters: [{ value: '1767225600000' }] }] });
    }
  });
});

describe('B49 B50 ids in filters', () => {
  it.each([
    '',
    '1 OR 1=1',
    '1/../../owners',
    '00001',
    '-0',
    '1e3',
    '٣',
    '9'.repeat(21),
    'Company:1234567',
    'company:1234567:1',
  ])('refuses %j before any call', async (id) => {
    const filter = { associatedWith: { objectType: 'COMPANY', id } };
    expect(await refusal({ filter })).toEqual({ code: 'BAD_USER_INPUT', argument: 'filter' });
  });

  it('finds nothing by an id of another portal or type, without a call', async () => {
    for (const id of ['Company:7654321:200001', 'Contact:1234567:100001', 'Deal:1234567:300001']) {
      const answer = await stack.query(QUERY, { filter: { associatedWith: { objectType: 'COMPANY', id } } });
      expect(answer).toEqual({ data: { contacts: { totalCount: 0, nodes: [] } } });
    }
    expect(calls()).toEqual([]);
  });
});
