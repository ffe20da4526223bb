import { afterAll, beforeAll, expect, it } from 'vitest';
import { Stack } from '../helpers/stack.ts';

const DEALS = 1_300;
const PAGE = /* GraphQL */ `
  query ($id: ID!, $after: String) {
    contact(id: $id) { deals(first: 100, after: $after) { nodes { hubspotId name } pageInfo { hasNextPage endCursor } } }
  }
`;

interface Page {
  readonly contact: {
    readonly deals: {
      readonly nodes: readonly { readonly hubspotId: string; readonly name: string }[];
      readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
    };
  };
}

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start();
  await stack.connect();
});
afterAll(() => stack.stop());

it(`pages through ${DEALS} deals of one contact, each exactly once and in order`, async () => {
  const [portal] = stack.simulator.portals;
  if (!portal) throw new TypeError('the simulator has no portal');
  const person = portal.create('contacts', { email: 'whale@meadowbrook.example' });
  const ids = Array.from({ length: DEALS }, (_, index) => {
    const deal = portal.create('deals', { dealname: `Deal ${index}` });
    portal.associate({ type: 'contacts', id: person.id }, { type: 'deals', id: deal.id });
    return deal.id;
  });
  const read: string[] = [];
  for (let after: string | null = null, pages = 0; pages < 2 * (DEALS / 100); pages += 1) {
    const answer = await stack.query(PAGE, { id: person.id, after });
    expect(answer.errors).toBeUndefined();
    const { deals } = (answer.data as unknown as Page).contact;
    expect(deals.nodes.every(({ name }) => name.startsWith('Deal '))).toBe(true);
    read.push(...deals.nodes.map(({ hubspotId }) => hubspotId));
    if (!deals.pageInfo.hasNextPage) break;
    after = deals.pageInfo.endCursor;
  }
  expect(read).toEqual(ids);
});
