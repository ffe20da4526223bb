import { HUBSPOT_LIMITS } from 'hubspot-graphql-gateway-simulator';
import { afterEach, expect, it } from 'vitest';
import { SMALL_PORTAL, Stack } from '../helpers/stack.ts';
import { codes, install } from '../helpers/token-faults.ts';

const ONE = 'query ($id: ID!) { contact(id: $id) { hubspotId email } }';
const size = { contacts: 300, deals: 0, companies: 0 };

let stack: Stack;
afterEach(() => stack.stop());

it('answers 200 concurrent queries for one contact each with few calls, and HubSpot never refuses one', async () => {
  const simulator = { limits: HUBSPOT_LIMITS, latencyMs: 100, portals: [{ ...SMALL_PORTAL, size }] };
  stack = await Stack.start({ rateLimited: true, simulator });
  await install(stack);
  const ids = Array.from({ length: 200 }, (_, index) => String(100_001 + index));
  const answers = await stack.settle(Promise.all(ids.map((id) => stack.query(ONE, { id }))));
  expect(answers.flatMap(codes)).toEqual([]);
  expect(answers.map(({ data }) => data)).toMatchObject(ids.map((hubspotId) => ({ contact: { hubspotId } })));
  const { log } = stack.simulator;
  expect(log.count429()).toBe(0);
  expect(log.maxInWindow(SMALL_PORTAL.hubId)).toBeLessThanOrEqual(110);
  expect(log.crm().length).toBeLessThanOrEqual(40);
});
