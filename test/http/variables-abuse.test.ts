import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Stack } from '../helpers/stack.ts';
import { expectUnharmed } from '../helpers/unharmed.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start();
  await stack.connect();
});
afterAll(() => stack.stop());

afterEach(() => expectUnharmed(stack));

async function post(body: unknown) {
  const response = await fetch(`${stack.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${stack.token()}` },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  const { data, errors = [] } = JSON.parse(text);
  const codes = errors.map(({ extensions }: { extensions: { code: unknown } }) => extensions.code);
  return { status: response.status, text, data, codes };
}

/** What HubSpot was asked while `work` ran. */
async function callsDuring(work: () => Promise<unknown>): Promise<number> {
  const before = stack.simulator.log.crm().length;
  await work();
  return stack.simulator.log.crm().length - before;
}

describe('requests', () => {
  it.each([
    ['of two', [{ query: '{ viewer { id } }' }, { query: '{ viewer { id } }' }]],
    ['of ten thousand', new Array(10_000).fill({ query: '{ viewer { id } }' })],
    ['of none', []],
  ])('B33 refuses a batch %s', async (_name, batch) => {
    const { status, codes, text } = await post(batch);
    expect({ status, codes }).toEqual({ status: 422, codes: ['BAD_USER_INPUT'] });
    expect(text).toContain('not supported');
  });

  it.each([
    ['an unknown name', { query: 'query a { viewer { id } }', operationName: 'b' }],
    ['a name that is no string', { query: 'query a { viewer { id } }', operationName: 5 }],
    ['no name for two operations', { query: 'query a { viewer { id } } query b { viewer { id } }' }],
    ['no name for an anonymous and a named one', { query: '{ viewer { id } } query b { viewer { id } }' }],
    ['a name of 500 kB', { query: 'query a { viewer { id } }', operationName: 'x'.repeat(500_000) }],
    ['a name of control characters', { query: 'query a { viewer { id } }', operationName: '\u0000\u001b[31m\n' }],
  ])('B37 B38 refuses %s', async (_name, body) => {
    const { status, codes, text } = await post(body);
    expect({ status, codes }).toEqual({ status: 422, codes: ['BAD_USER_INPUT'] });
    expect(text.length).toBeLessThan(1_000);
  });

  it('takes an empty name for none', async () => {
    const { status, codes } = await post({ query: 'query a { viewer { id } }', operationName: '' });
    expect({ status, codes }).toEqual({ status: 200, codes: [] });
  });

  it.each(['abc', 'x'.repeat(500_000)])('B43 knows no persisted documents (%#)', async (sha256Hash) => {
    const { status, codes } = await post({ extensions: { persistedQuery: { version: 1, sha256Hash } } });
    expect({ status, codes }).toEqual({ status: 200, codes: ['PERSISTED_QUERY_NOT_SUPPORTED'] });
  });

  it.each([
    ['variables', 'a string', 'x'],
    ['variables', 'JSON in a string', '{}'],
    ['variables', 'an array', []],
    ['variables', 'a number', 1],
    ['variables', 'a boolean', true],
    ['extensions', 'a string', 'x'],
    ['extensions', 'an array', []],
  ])('B46 refuses %s that are %s', async (name, _kind, value) => {
    const { status, codes } = await post({ query: '{ viewer { id } }', [name]: value });
    expect({ status, codes }).toEqual({ status: 422, codes: ['BAD_USER_INPUT'] });
  });
});

describe('variables', () => {
  const CONTACT = 'query($id: ID!) { contact(id: $id) { id } }';

  it.each([
    ['is missing', {}],
    ['is null', { id: null }],
    ['is an object', { id: { id: '1' } }],
    ['is a list', { id: ['1', '2'] }],
    ['is a boolean', { id: true }],
    ['is a fraction', { id: 1.5 }],
    ['is too long a list', { id: new Array(100_000).fill('1') }],
    ['is too large an object', { id: { a: 'x'.repeat(900_000) } }],
  ])('B46 refuses an id that %s', async (_name, variables) => {
    const calls = await callsDuring(async () => {
      const { status, codes, text } = await post({ query: CONTACT, variables });
      expect({ status, codes }).toEqual({ status: 422, codes: ['BAD_USER_INPUT'] });
      expect(text.length).toBeLessThan(1_000);
    });
    expect(calls).toBe(0);
  });

  it.each([
    ['nested too deeply', `${'{"and":['.repeat(60)}1${']}'.repeat(60)}`],
    ['nested as deep as a body can be', `${'{"and":['.repeat(90_000)}1${']}'.repeat(90_000)}`],
    ['too many', `[${'{},'.repeat(300_000)}{}]`],
  ])('B46 refuses variables that are %s, whatever they are for', async (_name, json) => {
    const response = await fetch(`${stack.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${stack.token()}` },
      body: `{"query":"query($x: [String!]) { viewer { id } a: __typename @skip(if: $x) }","variables":{"x":${json}}}`,
    });
    expect(response.status).toBe(422);
    const { errors } = await response.json();
    expect(errors).toMatchObject([{ message: 'The variables hold too much.', extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  it('B46 ignores a variable that the operation does not name', async () => {
    const { codes, data } = await post({ query: '{ viewer { id } }', variables: { id: '1', more: [{}] } });
    expect({ codes, data }).toEqual({ codes: [], data: { viewer: { id: 'alice' } } });
  });
});

describe('first', () => {
  const CONTACTS = 'query($first: Int) { contacts(first: $first) { nodes { id } } }';
  const ASSOCIATED = 'query($first: Int) { contacts(first: 1) { nodes { deals(first: $first) { nodes { id } } } } }';

  it.each([0, -1, 501, 2_147_483_647])('B45 refuses %i at the root before any call', async (first) => {
    const calls = await callsDuring(async () => {
      for (const body of [
        { query: CONTACTS, variables: { first } },
        { query: `{ contacts(first: ${first}) { nodes { id } } }` },
      ]) {
        const { data, codes, text } = await post(body);
        expect({ data, codes }).toEqual({ data: { contacts: null }, codes: ['BAD_USER_INPUT'] });
        expect(JSON.parse(text).errors[0].extensions.argument).toBe('first');
      }
    });
    expect(calls).toBe(0);
  });

  it.each([0, -1, 101, 2_147_483_647])('B45 refuses %i below a record, and nulls nothing above it', async (first) => {
    const { data, codes } = await post({ query: ASSOCIATED, variables: { first } });
    expect({ data, codes }).toEqual({ data: { contacts: { nodes: [{ deals: null }] } }, codes: ['BAD_USER_INPUT'] });
  });

  it.each([2_147_483_648, 1.5, '10', [1], true, {}])('B45 refuses %j, which is no Int', async (first) => {
    const calls = await callsDuring(async () => {
      const { status, codes } = await post({ query: CONTACTS, variables: { first } });
      expect({ status, codes }).toEqual({ status: 422, codes: ['BAD_USER_INPUT'] });
      const literal = first instanceof Object && !Array.isArray(first) ? '{}' : JSON.stringify(first);
      expect((await post({ query: `{ contacts(first: ${literal}) { nodes { id } } }` })).codes).toEqual([
        'GRAPHQL_VALIDATION_FAILED',
      ]);
    });
    expect(calls).toBe(0);
  });

  it('B45 means twenty when it is null or left out', async () => {
    for (const variables of [{}, { first: null }]) {
      const { data } = await post({ query: CONTACTS, variables });
      expect(data.contacts.nodes).toHaveLength(20);
    }
  });

  it('B45 takes one and five hundred', async () => {
    expect((await post({ query: CONTACTS, variables: { first: 1 } })).data.contacts.nodes).toHaveLength(1);
    expect((await post({ query: CONTACTS, variables: { first: 500 } })).data.contacts.nodes).toHaveLength(120);
  });

  it('B45 bounds what nested lists of a hundred may cost', async () => {
    const query = `{ contacts(first: 500) { nodes { deals(first: 100) { nodes { contacts(first: 100) { nodes {
      deals(first: 100) { nodes { name } } } } } } } } }`;
    expect(await callsDuring(() => post({ query }))).toBeLessThanOrEqual(50);
  });
});
