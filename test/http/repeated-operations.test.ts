import { afterAll, beforeAll, expect, it } from 'vitest';
import { COMPILED_AT_USE } from '../../src/graphql/execution/operation-paths.ts';
import { ALICE, Stack } from '../helpers/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start();
  await stack.connect();
});
afterAll(() => stack.stop());

async function post(body: object, token = stack.token()): Promise<string> {
  const response = await fetch(`${stack.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });
  return `${response.status} ${response.headers.get('content-type')} ${await response.text()}`;
}

it.each([
  [
    'a list with associated records',
    '{ contacts(first: 3) { edges { cursor node { id email deals { totalCount nodes { name } } } } } }',
  ],
  ['what was not granted', '{ contacts(first: 3) { nodes { id owner { email } companies { nodes { name } } } } }'],
  [
    'an argument that is refused',
    '{ contact(id: "1 OR 1=1") { id } a: contacts(first: 0) { nodes { id } } viewer { id } }',
  ],
  ['a record that is absent', 'query ($id: ID! = "9999") { contact(id: $id) { id } }'],
  ['a write without its permission', 'mutation { archiveContact(input: { id: "1" }) { archivedId } }'],
])('answers %s to the letter alike, however often it is asked', async (_what, query) => {
  const first = await post({ query });
  for (let use = 0; use < COMPILED_AT_USE + 2; use += 1) expect(await post({ query })).toBe(first);
});

it('refuses variables alike, however often they come', async () => {
  const query = 'query ($first: Int!) { contacts(first: $first) { nodes { id } } }';
  const refused = await post({ query, variables: { first: '2' } });
  for (let use = 0; use < COMPILED_AT_USE + 2; use += 1) await post({ query, variables: { first: 2 } });
  expect(await post({ query, variables: { first: '2' } })).toBe(refused);
  expect(await post({ query, variables: {} })).toContain('$first');
});

it('writes only the fields of the input, at every execution', async () => {
  const query =
    'mutation ($first: String!, $last: String) { updateContact(input: { id: "100001", firstName: $first, lastName: $last }) { contact { id } } }';
  stack.simulator.log.clear();
  for (let use = 0; use < COMPILED_AT_USE + 2; use += 1) await post({ query, variables: { first: 'Ada' } });
  const bodies = stack.simulator.log.crm().map(({ body }) => JSON.stringify(body));
  expect(bodies).toHaveLength(COMPILED_AT_USE + 2);
  expect(new Set(bodies)).toEqual(new Set(['{"properties":{"firstname":"Ada"}}']));
});

it('does not accept a known operation without a token', async () => {
  const query = '{ contacts(first: 1) { nodes { id } } }';
  await post({ query });
  expect(await post({ query }, 'a.b.c')).toMatch(/^401 .*UNAUTHENTICATED/);
  expect(await post({ query }, stack.token({ ...ALICE, tenant: 'other' }))).toContain('NOT_CONNECTED');
});
