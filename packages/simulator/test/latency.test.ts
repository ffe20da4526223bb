import { beforeEach, expect, it } from 'vitest';
import { createSimulator, type Simulator } from '../src/simulator.ts';
import { ManualClock } from '../src/time/manual-clock.ts';

const SIZE = { contacts: 1, deals: 0, companies: 0 };
const PORTALS = [{ hubId: 101, domain: 'one.example', user: 'a', size: SIZE }];
const CONTACTS = '/crm/objects/2026-09/contacts';

let clock: ManualClock;
let simulator: Simulator;
let token: string;

beforeEach(() => {
  clock = new ManualClock();
  simulator = createSimulator({ clock, portals: PORTALS, latencyMs: 40 });
  const [portal] = simulator.portals;
  token = portal ? simulator.grants.issueTokens({ portal, scopes: [] }).accessToken.token : '';
});

/** A call whose answer says when it came, in milliseconds from now. */
async function call(path: string, headers: Record<string, string> = {}): Promise<{ status: number; after: number }> {
  const startedAt = clock.now();
  const { status } = await simulator.fetch(new Request(`http://hubspot.test${path}`, { headers }));
  return { status, after: clock.now() - startedAt };
}

it('lets every CRM answer take so long, whatever it is', async () => {
  const calls = [call(CONTACTS), call(CONTACTS, { authorization: `Bearer ${token}` })];
  // All that comes before the wait needs no timer.
  await new Promise((resolve) => setImmediate(resolve));
  expect(simulator.log.crm()).toHaveLength(2);
  clock.advance(40);
  expect(await Promise.all(calls)).toEqual([
    { status: 401, after: 40 },
    { status: 403, after: 40 },
  ]);
});

it('answers everything else at once', async () => {
  expect(await call(`/oauth/v1/access-tokens/${token}`)).toEqual({ status: 200, after: 0 });
});
