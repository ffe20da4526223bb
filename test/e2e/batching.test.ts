import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { ALICE, SMALL_PORTAL, Stack } from '../helpers/stack.ts';
import { install } from '../helpers/token-faults.ts';

const size = { contacts: 300, deals: 60, companies: 0 };
const ONE = 'query ($id: ID!) { contact(id: $id) { hubspotId email } }';

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start({ simulator: { portals: [{ ...SMALL_PORTAL, size }] } });
  await install(stack);
  await stack.query(ONE, { id: '100001' });
});
afterAll(() => stack.stop());
beforeEach(() => stack.simulator.log.clear());

interface Contact {
  readonly contact: { readonly hubspotId: string; readonly email: string };
}

const idsOf = (call: { readonly body: unknown }) =>
  (call.body as { inputs: { id: string }[] }).inputs.map(({ id }) => id); // The shape of every batch read.

it('answers 200 concurrent requests for one contact each with two batch reads while another is in flight', async () => {
  const held = stack.simulator.faults.add({ match: '^POST /crm', fault: { kind: 'hold' } });
  // One viewer may have 200 operations in flight.
  const first = stack.query(ONE, { id: '100300' }, { ...ALICE, sub: 'bob' });
  await held.reached(1);
  const ids = Array.from({ length: 200 }, (_, index) => String(100_001 + index));
  const answers = Promise.all(ids.map((id) => stack.query(ONE, { id })));
  await held.reached(3);
  held.remove();
  const contacts = (await answers).map(({ data }) => (data as unknown as Contact).contact);
  const [portal] = stack.simulator.portals;
  expect(contacts).toEqual(
    ids.map((id) => ({ hubspotId: id, email: portal?.record('contacts', id)?.properties.get('email') })),
  );
  expect((await first).errors).toBeUndefined();
  const calls = stack.simulator.log.crm().map(idsOf);
  expect(calls.map(({ length }) => length).sort()).toEqual([1, 100, 100]);
  expect(calls.flat().sort()).toEqual([...ids, '100300']);
});

it('does not ask for what only a client wanted that went away', async () => {
  const held = stack.simulator.faults.add({ match: '^POST /crm', fault: { kind: 'hold' } });
  const first = stack.query(ONE, { id: '100300' });
  await held.reached(1);
  const client = new AbortController();
  const gone = fetch(`${stack.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${stack.token()}` },
    body: JSON.stringify({ query: ONE, variables: { id: '100299' } }),
    signal: client.signal,
  });
  await stack.query('{ viewer { id } }');
  client.abort();
  await expect(gone).rejects.toThrow();
  await expect.poll(() => stack.logs.some((line) => line.includes('"status":499'))).toBe(true);
  held.remove();
  await first;
  await stack.query(ONE, { id: '100298' });
  expect(stack.simulator.log.crm().flatMap(idsOf)).toEqual(['100300', '100298']);
  expect(stack.logs.filter((line) => line.includes('"level":"error"'))).toEqual([]);
});
