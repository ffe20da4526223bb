import { expect, it } from 'vitest';
import type { HubspotCall } from '../../src/hubspot/client.ts';
import { CancellationSource } from '../../src/lib/cancellation.ts';
import { request } from '../helpers/batching.ts';
import { FakeApi } from '../helpers/fake-api.ts';

const ORIGIN = { fairnessKey: 'acme\nalice', priority: 'interactive', deadlineAt: 25_000 } as const;
const CALL: HubspotCall = { name: 'contacts.list', method: 'GET', path: '/', scopes: [[]] };

it('lets the budgeted calls out, each with its origin, and refuses the next one before it leaves', async () => {
  const api = new FakeApi(() => ({}));
  const alone = request({ ...ORIGIN, maxCalls: 3 });
  const { send, version } = alone.charged(api, new CancellationSource());
  const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => send(CALL)));
  expect(version).toBe(api.version);
  expect(api.calls).toEqual(
    Array.from({ length: 3 }, () => ({ ...CALL, callContext: expect.objectContaining(ORIGIN) })),
  );
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected', 'rejected']);
  expect(outcomes[3]).toMatchObject({ reason: { code: 'BAD_USER_INPUT' } });
});
