import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Stack } from '../helpers/stack.ts';

/** One company with a hundred contacts: ordinary data. */
let stack: Stack;
let company: string;
beforeAll(async () => {
  stack = await Stack.start({ env: { MAX_ANSWER_ROWS: '25000' } });
  await stack.connect();
  const { data } = await stack.query(
    '{ contacts(first: 100) { nodes { hubspotId } } companies(first: 1) { nodes { hubspotId } } }',
  );
  const { contacts, companies } = data as unknown as Record<
    'contacts' | 'companies',
    { nodes: { hubspotId: string }[] }
  >;
  company = companies.nodes[0]?.hubspotId ?? '';
  const associations = contacts.nodes.map(
    ({ hubspotId }, index) => `a${index}: associate(input: {
    from: { objectType: CONTACT, id: "${hubspotId}" }, to: { objectType: COMPANY, id: "${company}" } }) { userErrors { code } }`,
  );
  for (let from = 0; from < associations.length; from += 20) {
    await stack.query(`mutation { ${associations.slice(from, from + 20).join(' ')} }`);
  }
});
afterAll(() => stack.stop());
beforeEach(() => stack.simulator.log.clear());

const calls = () => stack.simulator.log.crm().length;
const nested = (levels: number, first = 100) =>
  `{ company(id: ${company}) { ${`contacts(first: ${first}) { nodes { companies(first: ${first}) { nodes { `.repeat(levels)} hubspotId ${'} } } } '.repeat(levels)} } }`;

describe('rows are bounded before anything is read', () => {
  it.each([
    ['circles of associations', () => nested(2)],
    ['pages of pages', () => '{ contacts(first: 500) { nodes { deals(first: 51) { nodes { id } } } } }'],
    [
      'values by the hundred',
      () => `{ contacts(first: 500) { nodes { properties(names: [${'"email" '.repeat(50)}]) { raw } } } }`,
    ],
    [
      'aliases',
      () =>
        `{ ${Array.from({ length: 20 }, (_, i) => `a${i}: contacts(first: 500) { nodes { deals { nodes { id } } } }`).join(' ')} }`,
    ],
  ])('%s', async (_case, query) => {
    const { raw, answer } = await stack.send(query());
    expect(raw.status).toBe(422);
    expect(answer.data).toBeUndefined();
    expect(answer.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(answer.errors?.[0]?.message).toMatch(
      /may answer with \d+ rows, and this gateway answers with 25000 at most/,
    );
    expect(calls()).toBe(0);
  });

  it('fragments that repeat a field ask for its rows once', async () => {
    const names = Array.from({ length: 30 }, (_, index) => `F${index}`);
    const fragments = names.map((name) => `fragment ${name} on Contact { deals(first: 20) { nodes { id } } }`);
    const spreads = names.map((name) => `...${name}`).join(' ');
    const { errors } = await stack.query(`{ contacts(first: 100) { nodes { ${spreads} } } } ${fragments.join(' ')}`);
    expect(errors).toBeUndefined();
  });

  it('by the page sizes that the variables have, on both ways in', async () => {
    const query = 'query ($first: Int) { contacts(first: 500) { nodes { deals(first: $first) { nodes { id } } } } }';
    for (let use = 0; use < 25; use += 1) {
      expect((await stack.query(query, { first: 100 })).errors).toMatchObject([
        { extensions: { code: 'BAD_USER_INPUT' } },
      ]);
    }
    expect(calls()).toBe(0);
    expect((await stack.query(query, { first: 10 })).errors).toBeUndefined();
    expect((await stack.query(query)).errors).toBeUndefined();
    expect((await stack.query(query, { first: 100 })).errors).toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT' } },
    ]);
  });

  it('by the default values of variables', async () => {
    const query = 'query ($n: Int = 100) { contacts(first: 500) { nodes { deals(first: $n) { nodes { id } } } } }';
    expect((await stack.query(query)).errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(calls()).toBe(0);
    expect((await stack.query(query, { n: 2 })).errors).toBeUndefined();
  });

  it('as `access` reports', async () => {
    const access = async (document: string) => {
      const { data } = await stack.query(
        'query ($document: String!) { installation { access(document: $document) { maxRows } } }',
        { document },
      );
      return (data as unknown as { installation: { access: { maxRows: number } } }).installation.access.maxRows;
    };
    expect(
      await access('{ contacts { nodes { deals { nodes { id } } companies(first: 5) { edges { node { id } } } } } }'),
    ).toBe(20 + 20 * 20 + 20 * 5);
    expect(await access('query ($n: Int) { contacts(first: $n) { nodes { id } } owners { nodes { id } } }')).toBe(600);
    expect(
      await access(
        '{ node(id: 1) { ... on Contact { deals { nodes { id } } } ... on Deal { contacts(first: 30) { nodes { id } } } } }',
      ),
    ).toBe(30);
    expect(await access('{ contacts { nodes { properties(names: ["a", "b", "c"]) { raw } } } }')).toBe(20 + 60);
  });
});
