import { expect, it } from 'vitest';
import { callBudget } from '../../src/connector/call-budget.ts';
import type { HubspotCall } from '../../src/hubspot/client.ts';

const call: HubspotCall = { name: 'contacts.list', method: 'GET', path: '/', scopes: [[]] };

it('lets the budgeted calls out and refuses the next one before it leaves', async () => {
  let sent = 0;
  const send = callBudget(3)(async () => {
    sent += 1;
    return { status: 200, body: {} };
  });
  const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => send(call)));
  expect(sent).toBe(3);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected', 'rejected']);
  expect(outcomes[3]).toMatchObject({ reason: { code: 'BAD_USER_INPUT' } });
});
