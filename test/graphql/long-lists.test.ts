import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MAX_URL_CHARACTERS } from '../../src/hubspot/crm/objects.ts';
import { SMALL_PORTAL, Stack } from '../helpers/stack.ts';

const NAMES = Array.from(
  { length: 100 },
  (_, index) => `a_property_with_a_long_name_that_some_portal_made_up_once_${index}`,
);
const COUNT = 230;

let stack: Stack;
beforeAll(async () => {
  const size = { contacts: 0, deals: 0, companies: 0 };
  stack = await Stack.start({ simulator: { portals: [{ ...SMALL_PORTAL, size }] } });
  const [portal] = stack.simulator.portals;
  for (const name of NAMES) {
    portal?.defineProperty('contacts', {
      name,
      label: name,
      type: 'string',
      fieldType: 'text',
      groupName: 'contactinformation',
    });
  }
  const deal = portal?.create('deals', { dealname: 'Pilot' }).id ?? '';
  for (let index = 0; index < COUNT; index += 1) {
    const values = Object.fromEntries(NAMES.map((name) => [name, `${index} of ${name}`]));
    const id = portal?.create('contacts', { email: `p${index}@one.example`, ...values }).id ?? '';
    if (index === 1) portal?.associate({ type: 'contacts', id }, { type: 'deals', id: deal });
    if (index >= COUNT - 2) portal?.archive('contacts', id);
  }
  await stack.connect();
  await stack.query('{ contacts(first: 1) { nodes { property(name: "lifecyclestage") { label } } } }');
});
afterAll(() => stack.stop());
beforeEach(() => stack.simulator.log.clear());

const LIST = `query ($first: Int, $after: String, $names: [String!]!, $archived: Boolean = false) {
  contacts(first: $first, after: $after, archived: $archived) {
    edges { cursor node { email archived properties(names: $names) { raw } deals { nodes { name } } } }
    pageInfo { hasNextPage }
  }
}`;

interface Answer {
  readonly contacts: {
    readonly edges: readonly {
      readonly cursor: string;
      readonly node: { readonly email: string; readonly archived: boolean; readonly properties: { raw: string }[] };
    }[];
    readonly pageInfo: { readonly hasNextPage: boolean };
  };
}

async function list(variables: object): Promise<Answer['contacts']> {
  const { data, errors } = await stack.query(LIST, variables);
  expect(errors).toBeUndefined();
  return (data as unknown as Answer).contacts; // The shape of the query above.
}

function asked(): string[] {
  return stack.simulator.log.crm().map(({ method, path, query, status }) => {
    const archived = query.archived === 'true' ? '?archived' : '';
    return `${status} ${method} ${path.replace('/crm/objects/2026-09/', '')}${archived}`;
  });
}

const rowsOf = (index: number) => NAMES.map((name) => ({ raw: `${index} of ${name}` }));

describe('a list whose properties are too many for a URL', () => {
  it('is a list and one batch read a page, with associated records inline', async () => {
    expect(NAMES.join('%2C').length).toBeGreaterThan(MAX_URL_CHARACTERS);
    const { edges, pageInfo } = await list({ first: 100, names: NAMES });
    expect(edges.map(({ node }) => node.email)).toEqual(
      Array.from({ length: 100 }, (_, index) => `p${index}@one.example`),
    );
    expect(edges[7]?.node.properties).toEqual(rowsOf(7));
    expect(edges[1]?.node).toMatchObject({ deals: { nodes: [{ name: 'Pilot' }] } });
    expect(pageInfo.hasNextPage).toBe(true);
    expect(asked()).toEqual(['200 GET contacts', '200 POST contacts/batch/read', '200 POST deals/batch/read']);
  });

  it('pages through all records exactly once', async () => {
    const emails: string[] = [];
    for (let after: string | undefined, more = true; more; ) {
      const { edges, pageInfo } = await list({ first: 90, after, names: NAMES });
      emails.push(...edges.map(({ node }) => node.email));
      [after, more] = [edges.at(-1)?.cursor, pageInfo.hasNextPage];
    }
    expect(emails).toEqual(Array.from({ length: COUNT - 2 }, (_, index) => `p${index}@one.example`));
  });

  it('reads archived records from the archive', async () => {
    const { edges } = await list({ first: 10, names: NAMES, archived: true });
    expect(edges.map(({ node }) => [node.email, node.archived])).toEqual([
      [`p${COUNT - 2}@one.example`, true],
      [`p${COUNT - 1}@one.example`, true],
    ]);
    expect(edges[0]?.node.properties).toEqual(rowsOf(COUNT - 2));
    expect(asked()).toEqual(['200 GET contacts?archived', '200 POST contacts/batch/read?archived']);
  });

  it('fails entirely when the batch read fails', async () => {
    const fault = stack.simulator.faults.add({
      match: 'contacts/batch/read$',
      fault: { kind: 'answer', status: 400, body: '{}' },
    });
    const { data, errors } = await stack.query(LIST, { first: 3, names: NAMES });
    fault.remove();
    expect(data).toEqual({ contacts: null });
    expect(errors?.[0]?.extensions?.code).toBe('HUBSPOT_BAD_REQUEST');
  });

  it('is bounded beforehand', async () => {
    const names = NAMES.map((name) => `"${name}"`).join();
    const document = `{ contacts(first: 230) { nodes { properties(names: [${names}]) { raw } } } }`;
    const access = 'query ($document: String!) { installation { access(document: $document) { maxHubspotCalls } } }';
    const { data } = await stack.query(access, { document });
    await stack.query(document);
    // Definitions of three sensitivities may have to be read; here they are known.
    expect(data).toEqual({ installation: { access: { maxHubspotCalls: stack.simulator.log.crm().length + 3 } } });
  });
});

describe('a list whose properties fit', () => {
  it('is one call', async () => {
    await list({ first: 100, names: NAMES.slice(0, 80) });
    expect(asked().slice(0, 1)).toEqual(['200 GET contacts']);
    expect(asked()).not.toContain('200 POST contacts/batch/read');
  });
});

it('leaves out a record that vanished between the two calls', async () => {
  const [portal] = stack.simulator.portals;
  const held = stack.simulator.faults.add({ match: 'contacts/batch/read$', fault: { kind: 'hold' } });
  const answer = list({ first: 100, names: NAMES });
  await held.reached(1);
  portal?.erase('contacts', '100050');
  held.remove();
  const { edges, pageInfo } = await answer;
  expect(edges.map(({ node }) => node.email)).not.toContain('p49@one.example');
  expect({ rows: edges.length, ...pageInfo }).toEqual({ rows: 100, hasNextPage: true });
});
