import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Stack } from '../../helpers/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start();
  await stack.connect();
});
afterAll(() => stack.stop());
beforeEach(() => stack.simulator.log.clear());

const BAD_NAMES = [
  '',
  ' ',
  'Email',
  'e-mail',
  'email ',
  'email\n',
  'email,phone',
  'émail',
  'email\u0000',
  '../../deals',
  'a&archived=true',
  'associations.contact',
  'a'.repeat(101),
  'a'.repeat(100_000),
];

describe('a name that no property can have', () => {
  it.each(BAD_NAMES.map((name) => [name.slice(0, 20), name]))('%j is refused before any call', async (_title, name) => {
    for (const [argument, document] of [
      ['name', `{ contact(id: "100001") { email property(name: ${JSON.stringify(name)}) { raw } } }`],
      ['names', `{ deals { nodes { name properties(names: ["amount", ${JSON.stringify(name)}]) { raw } } } }`],
      [
        'names',
        `{ node(id: "Company:1234567:200001") { ... on CrmRecord { properties(names: [${JSON.stringify(name)}]) { raw } } } }`,
      ],
    ]) {
      const { errors } = await stack.query(document ?? '');
      expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code: 'BAD_USER_INPUT', argument }]);
      expect(JSON.stringify(errors).length).toBeLessThan(1_000);
    }
    expect(stack.simulator.log.crm()).toEqual([]);
  });

  it('is refused in variables, too, whatever their values were before', async () => {
    const query = 'query ($name: String!) { contact(id: "100001") { property(name: $name) { raw } } }';
    expect((await stack.query(query, { name: 'email' })).errors).toBeUndefined();
    stack.simulator.log.clear();
    const { data, errors } = await stack.query(query, { name: 'E' });
    expect(data).toEqual({ contact: null });
    expect(errors?.map(({ path, extensions }) => [path, extensions])).toEqual([
      [['contact'], { code: 'BAD_USER_INPUT', argument: 'name' }],
    ]);
    expect(stack.simulator.log.crm()).toEqual([]);
  });

  it('harms nothing where it is not selected', async () => {
    const { errors } = await stack.query(
      '{ contact(id: "100001") { email property(name: "A") @include(if: false) { raw } } }',
    );
    expect(errors).toBeUndefined();
  });
});

describe('names', () => {
  const query = 'query ($names: [String!]!) { contact(id: "100001") { properties(names: $names) { name } } }';

  it('may be 100 of 100 characters, and none', async () => {
    const names = Array.from({ length: 100 }, (_, index) => String(index).padStart(100, '_'));
    expect(await stack.query(query, { names })).toEqual({ data: { contact: { properties: [] } } });
    expect(await stack.query(query, { names: [] })).toEqual({ data: { contact: { properties: [] } } });
  });

  it('may not be more', async () => {
    const { data, errors } = await stack.query(query, { names: Array(101).fill('email') });
    expect(data).toEqual({ contact: null });
    expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', argument: 'names' });
    expect(stack.simulator.log.crm()).toEqual([]);
  });

  it('may be one without a list, as GraphQL has it', async () => {
    const { data } = await stack.query('{ contact(id: "100001") { properties(names: "city") { name } } }');
    expect(data).toEqual({ contact: { properties: [{ name: 'city' }] } });
  });
});
