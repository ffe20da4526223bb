import { afterEach, expect, it } from 'vitest';
import { faultsOf } from '../helpers/broken-replica.ts';
import { Stack } from '../helpers/stack.ts';
import { install } from '../helpers/token-faults.ts';

const FLOOD = 1_000;
const PATHS = ['/webhooks', '/webhooks/hubspot', '/hubspot/webhooks', '/graphql/webhooks'];

let stack: Stack;
afterEach(() => stack.stop());

// No route takes webhooks: an event that was answered with 200 would be lost.
it('F51 a flood of webhooks while the database is away is refused, and costs no statement', async () => {
  stack = await Stack.start();
  await install(stack);
  const faults = faultsOf(stack);
  faults.before = () => {
    throw new Error('the database is away');
  };
  const { statements } = faults;
  const statuses = new Set<number>();
  for (let sent = 0; sent < FLOOD; sent += 50) {
    const flood = Array.from({ length: 50 }, async (_, index) => {
      const response = await fetch(`${stack.url}${PATHS[index % PATHS.length]}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-hubspot-signature-v3': 'x' },
        body: JSON.stringify([{ eventId: sent + index, subscriptionType: 'contact.creation', portalId: 1_234_567 }]),
      });
      statuses.add(response.status);
      await response.text();
    });
    await Promise.all(flood);
  }
  expect([...statuses]).toEqual([404]);
  expect(faults.statements).toBe(statements);
  faults.clear();
  expect((await stack.query('{ installations { status } }')).data).toEqual({ installations: [{ status: 'ACTIVE' }] });
});
