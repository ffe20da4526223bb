import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Stack } from '../helpers/stack.ts';
import { expectUnharmed } from '../helpers/unharmed.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start();
  const scopes = stack.config.hubspot.optionalScopes;
  await stack.connect({ optionalScopes: scopes }, undefined, { granted: scopes });
});
afterAll(() => stack.stop());
beforeEach(() => stack.simulator.log.clear());
afterEach(() => expectUnharmed(stack));

const calls = () => stack.simulator.log.crm();

/** The one error's extensions. HubSpot was not asked anything. */
async function refusal(query: string, variables: object): Promise<unknown> {
  const { raw, answer } = await stack.send(query, variables);
  expect(raw.status).toBeLessThan(500);
  expect(answer.errors).toHaveLength(1);
  expect(JSON.stringify(answer).length).toBeLessThan(2_000);
  expect(calls()).toEqual([]);
  return answer.errors?.[0]?.extensions;
}

const ID = ['company', 'owner', 'contact', 'deal'].map(
  (field) => [field, `query ($x: ID!) { x: ${field}(id: $x) { id createdAt: __typename } }`] as const,
);

const BAD_IDS = [
  ...[
    '',
    '1 OR 1=1',
    '1/../../owners',
    '..%2f',
    '1?archived=true',
    '1#',
    '00001',
    '0',
    '-0',
    '1e3',
    '٣',
    ' 1',
    '1\u0000',
  ],
  ...[
    '9'.repeat(21),
    '9'.repeat(300),
    'x'.repeat(900_000),
    '__proto__',
    '\ud800',
    'Company:1234567:01',
    'owner:1234567:1',
  ],
];

describe('ids', () => {
  it.each(ID)('B49: %s takes none that is malformed', async (_field, query) => {
    for (const x of BAD_IDS) {
      expect([x, await refusal(query, { x })]).toEqual([x, { code: 'BAD_USER_INPUT', argument: 'id' }]);
    }
  });

  it.each(ID)('B49: %s takes no number of which JSON lost digits', async (_field, query) => {
    // What is left of 9007199254740993 is the id of another record.
    for (const x of [2 ** 53 + 1, 1e21]) expect(await refusal(query, { x })).toEqual({ code: 'BAD_USER_INPUT' });
  });

  it.each(ID)('B50: %s knows none of another portal or type', async (_field, query) => {
    for (const x of ['Contact:7654321:1', 'Owner:7654321:1', 'Company:7654321:1', 'Deal:7654321:1']) {
      expect(await stack.query(query, { x })).toEqual({ data: { x: null } });
    }
    expect(calls()).toEqual([]);
  });
});

const LISTS = ['companies', 'owners', 'contacts', 'deals'].map(
  (field) =>
    [
      field,
      `query ($first: Int, $after: String) { x: ${field}(first: $first, after: $after) { nodes { id } } }`,
    ] as const,
);

describe('pages', () => {
  it.each(LISTS)('B45: %s has none of no records, or of too many', async (_field, query) => {
    for (const first of [0, -1, 501, 2_147_483_647]) {
      expect(await refusal(query, { first })).toEqual({ code: 'BAD_USER_INPUT', argument: 'first' });
    }
  });

  it.each(LISTS)('B51: %s goes on after no cursor that it did not hand out', async (field, query) => {
    const other = field === 'deals' ? 'contacts' : 'deals';
    const { data } = await stack.query(`{ x: ${other}(first: 1) { pageInfo { endCursor } } }`);
    const foreign = (data as unknown as { x: { pageInfo: { endCursor: string } } }).x.pageInfo.endCursor;
    stack.simulator.log.clear();
    for (const after of ['', '1', 'null', 'W10', '\ud800', '\u0000', 'x'.repeat(900_000), foreign]) {
      expect([after, await refusal(query, { after })]).toEqual([after, { code: 'BAD_USER_INPUT', argument: 'after' }]);
    }
  });
});

const NAMES = [
  ['contact { property }', 'query ($x: String!) { contact(id: "100001") { property(name: $x) { raw } } }', 'name'],
  [
    'deals { properties }',
    'query ($x: String!) { deals { nodes { properties(names: ["amount", $x]) { raw } } } }',
    'names',
  ],
  [
    'company { properties }',
    'query ($x: String!) { company(id: "1") { properties(names: [$x]) { string } } }',
    'names',
  ],
] as const;

describe('names of properties', () => {
  it.each(NAMES)('B48: %s takes none that HubSpot could not have given', async (_field, query, argument) => {
    const bad = [
      '',
      '../',
      '%2e',
      'a&b=c',
      'a\r\nX: y',
      'a,b',
      'A',
      'é',
      'сity',
      'a\u0000',
      '\ud800',
      'x'.repeat(101),
      'x'.repeat(900_000),
    ];
    for (const x of bad) expect([x, await refusal(query, { x })]).toEqual([x, { code: 'BAD_USER_INPUT', argument }]);
  });

  it.each(NAMES)('B47: %s has nothing by a name of every object', async (_field, query) => {
    for (const x of ['__proto__', 'constructor', 'prototype']) {
      const { errors, data } = await stack.query(query, { x });
      expect(errors).toBeUndefined();
      expect(JSON.stringify(data)).not.toMatch(/function|native/);
    }
    expect(Reflect.get({}, 'raw')).toBeUndefined();
  });
});

describe('e-mail addresses', () => {
  const QUERY = 'query ($x: String!) { contactByEmail(email: $x) { id } }';
  const OWNERS = 'query ($x: String!) { owners(email: $x) { nodes { id } } }';

  it.each(['', '   ', `${'x'.repeat(320)}@c.example`, 'x'.repeat(900_000), '\ud800@c.example', 'a@\udc00'])(
    'B55: one that can be none is not looked for (%#)',
    async (x) => {
      expect(await refusal(QUERY, { x })).toEqual({ code: 'BAD_USER_INPUT', argument: 'email' });
      expect(await refusal(OWNERS, { x })).toEqual({ code: 'BAD_USER_INPUT', argument: 'email' });
    },
  );

  it.each([
    'zoë@bücher.example',
    'a+b@c.example',
    "o'neil@c.example",
    'a\u0000@c.example',
    'a\r\nX: y@c.example',
    `\${a}@c.example`,
  ])('B55: %j is looked for as it is, and found nowhere', async (x) => {
    expect(await stack.query(QUERY, { x })).toEqual({ data: { contactByEmail: null } });
    expect(calls()).toMatchObject([{ query: {}, body: { idProperty: 'email', inputs: [{ id: x.toLowerCase() }] } }]);
    expect(await stack.query(OWNERS, { x })).toEqual({ data: { owners: { nodes: [] } } });
  });
});
