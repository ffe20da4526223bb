import { afterEach, beforeEach, expect, it } from 'vitest';
import { Stack } from '../helpers/stack.ts';

const MINUTE = 60_000;
const QUERY = '{ contacts(first: 1) { nodes { hubspotId } } }';

let stack: Stack;
beforeEach(async () => {
  stack = await Stack.start();
  await stack.connect();
});
afterEach(() => stack.stop());

const refreshes = () => stack.simulator.log.tokenCalls('refresh_token').length;

it('uses the token of the consent while it lives', async () => {
  stack.clock.advance(20 * MINUTE);
  expect((await stack.query(QUERY)).errors).toBeUndefined();
  expect(refreshes()).toBe(0);
});

it('refreshes an expired token once, however many ask', async () => {
  stack.clock.advance(31 * MINUTE);
  const answers = await Promise.all(Array.from({ length: 50 }, () => stack.query(QUERY)));
  expect(answers.every(({ errors }) => errors === undefined)).toBe(true);
  expect(refreshes()).toBe(1);
  expect(stack.simulator.log.crm().every(({ status }) => status === 200)).toBe(true);
});

it('refreshes ahead of the expiry while the old token still serves', async () => {
  await stack.query(QUERY);
  stack.clock.advance(28 * MINUTE);
  expect((await stack.query(QUERY)).errors).toBeUndefined();
  await stack.gateway.close();
  expect(refreshes()).toBe(1);
});
