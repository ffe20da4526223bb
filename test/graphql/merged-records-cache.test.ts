import { mergeRecords, type Portal } from 'hubspot-graphql-gateway-simulator';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MergingPortal } from '../helpers/merging-portal.ts';
import type { Stack } from '../helpers/stack.ts';

let world: MergingPortal;
let stack: Stack;
let portal: Portal;
beforeAll(async () => {
  world = await MergingPortal.start({ CACHE_TTL_MS: '10000' });
  ({ stack, portal } = world);
});
afterAll(() => stack.stop());
beforeEach(() => stack.simulator.log.clear());

const ONE = 'query ($id: ID!) { contact(id: $id) { id hubspotId email } }';

describe('with CACHE_TTL_MS, a record that was merged', () => {
  it('is known under the id that was asked for, and as it is known under its own', async () => {
    const { id, old, email } = world.merged();
    const read = async (name: string) => (await stack.query(ONE, { id: name })).data;
    const expected = { contact: { id: expect.any(String), hubspotId: id, email } };
    expect(await read(old[0])).toEqual(expected);
    expect(await read(old[0])).toEqual(expected);
    expect(await read(id)).toEqual(expected);
    expect(stack.simulator.log.crm()).toHaveLength(1);
  });

  it('does not return the merged record from the cache once HubSpot has reported the merge', async () => {
    const [first = '', second = ''] = ['x', 'y'].map(
      (name) => portal.create('contacts', { email: `${name}@z.example` }).id,
    );
    await stack.query(ONE, { id: first });
    const { id } = mergeRecords(portal, 'contacts', second, first);
    const query = 'query ($id: ID!) { contact(id: $id) { hubspotId email phone } }';
    const expected = { contact: { hubspotId: id, email: 'y@z.example' } };
    expect((await stack.query(query, { id: first })).data).toMatchObject(expected);
    expect((await stack.query(ONE, { id: first })).data).toMatchObject(expected);
    expect(stack.simulator.log.crm()).toHaveLength(2);
  });
});
