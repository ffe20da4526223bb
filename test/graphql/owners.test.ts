import type { Owner } from 'hubspot-graphql-gateway-simulator';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SMALL_PORTAL, Stack } from '../helpers/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start({
    simulator: { portals: [{ ...SMALL_PORTAL, size: { contacts: 2, deals: 2, companies: 2 } }] },
  });
  const [portal] = stack.simulator.portals;
  const [someone] = portal?.owners ?? [];
  if (!someone) throw new TypeError('a portal has owners');
  const owner = (index: number): Owner => ({
    ...someone,
    id: String(1_000 + index),
    email: `owner.${index}@one.example`,
  });
  portal?.owners.splice(0, Number.POSITIVE_INFINITY, ...Array.from({ length: 130 }, (_, index) => owner(index)));
  const scopes = ['crm.objects.companies.read', 'crm.objects.owners.read'];
  await stack.connect({ optionalScopes: scopes }, undefined, { granted: scopes });
});
afterAll(() => stack.stop());
beforeEach(() => stack.simulator.log.clear());

interface Page {
  readonly owners: {
    readonly totalCount: number;
    readonly nodes: readonly { readonly hubspotId: string }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
  };
}

async function page(args: string): Promise<Page['owners']> {
  const { data } = await stack.query(
    `{ owners${args} { totalCount nodes { hubspotId } pageInfo { hasNextPage endCursor } } }`,
  );
  return (data as unknown as Page).owners; // The shape of the query above.
}

describe('owners', () => {
  it('come a hundred at a time, with their number, each exactly once', async () => {
    const first = await page('');
    expect(first).toMatchObject({ totalCount: 130, pageInfo: { hasNextPage: true } });
    expect(await page('(first: null)')).toEqual(first);
    const rest = await page(`(after: "${first.pageInfo.endCursor}")`);
    expect(rest).toMatchObject({ totalCount: 130, pageInfo: { hasNextPage: false } });
    expect([...first.nodes, ...rest.nodes].map(({ hubspotId }) => hubspotId)).toEqual(
      Array.from({ length: 130 }, (_, index) => String(1_000 + index)),
    );
    expect(first.nodes).toHaveLength(100);
  });

  it('are found by an e-mail address in any case', async () => {
    expect(await page('(email: "OWNER.7@one.example")')).toMatchObject({
      totalCount: 1,
      nodes: [{ hubspotId: '1007' }],
    });
    expect(await page('(email: "nobody@one.example")')).toMatchObject({ totalCount: 0, nodes: [] });
  });

  it.each([0, 501])('are not asked for by %i', async (first) => {
    const { data, errors } = await stack.query(`{ owners(first: ${first}) { nodes { id } } }`);
    expect(data).toEqual({ owners: null });
    expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', argument: 'first' });
  });
});

describe('a deactivated owner', () => {
  it('has the id of its user all the same, which joins it with other data; a queue has none', async () => {
    const own = await Stack.start({
      simulator: { portals: [{ ...SMALL_PORTAL, size: { contacts: 0, deals: 0, companies: 0 } }] },
    });
    const scopes = ['crm.objects.owners.read'];
    await own.connect({ optionalScopes: scopes }, undefined, { granted: scopes });
    const owners = own.simulator.portals[0]?.owners ?? [];
    const [someone] = owners;
    if (!someone) throw new TypeError('a portal has owners');
    const without = { userId: null, userIdIncludingInactive: null };
    const left = { ...someone, id: '1', userId: null, userIdIncludingInactive: 77, archived: true };
    // Deactivated a moment ago, and among the active ones still.
    const idle = { ...left, id: '2', userIdIncludingInactive: 78, archived: false };
    owners.push(left, idle, { ...someone, ...without, id: '3', type: 'QUEUE' });
    const fields = ['1', '2', '3'].map((id) => `o${id}: owner(id: "${id}") { userId archived }`);
    expect(await own.query(`{ ${fields.join(' ')} }`)).toEqual({
      data: {
        o1: { userId: '77', archived: true },
        o2: { userId: '78', archived: false },
        o3: { userId: null, archived: false },
      },
    });
    await own.stop();
  });
});

describe('node', () => {
  it('reads every object with a global id by that id', async () => {
    const { data: ids } = await stack.query(`{
      installation { id } contacts(first: 1) { nodes { id } } deals(first: 1) { nodes { id } }
      companies(first: 1) { nodes { id } } owners(first: 1) { nodes { id } }
    }`);
    const all = [...JSON.stringify(ids).matchAll(/"id":"([^"]+)"/g)].map(([, id]) => id ?? '');
    expect(all.map((id) => id.split(':')[0])).toEqual(['Installation', 'Contact', 'Deal', 'Company', 'Owner']);
    for (const id of all) {
      const { data, errors } = await stack.query('query ($id: ID!) { node(id: $id) { __typename id } }', { id });
      expect({ data, errors }).toEqual({ data: { node: { __typename: id.split(':')[0], id } } });
    }
  });
});
