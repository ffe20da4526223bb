import { connect } from 'node:net';
import { DEFAULT_APP, REFRESH } from 'hubspot-graphql-gateway-simulator';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ALICE, SMALL_PORTAL, Stack } from '../helpers/stack.ts';
import { codes, EXPIRED, READ, SECOND } from '../helpers/token-faults.ts';

const HOLD = { kind: 'hold' } as const;
const OPTIONAL = DEFAULT_APP.optionalScopes;
const size = { contacts: 300, deals: 60, companies: 0 };
const LIST = '{ contacts(first: 200) { nodes { email } } }';
const OWNERS = '{ owners { nodes { email } } }';
const ONE = 'query ($id: ID!) { contact(id: $id) { email } }';

let stack: Stack;
beforeEach(async () => {
  stack = await Stack.start({ simulator: { portals: [{ ...SMALL_PORTAL, size }] } });
  await stack.connect({ optionalScopes: OPTIONAL }, ALICE, { granted: OPTIONAL });
});
afterEach(() => stack.stop());

const calls = () => stack.simulator.log.crm().length;
const noticed = () => stack.logs.filter((line) => line.includes('"status":499')).length;

/** A client in the middle of a request; `leave` resolves when the gateway has noticed that it is gone. */
function client(query: string, variables: object = {}) {
  const body = JSON.stringify({ query, variables });
  const socket = connect(Number(new URL(stack.url).port), '127.0.0.1');
  socket.write(
    [
      'POST /graphql HTTP/1.1',
      'Host: localhost',
      'Content-Type: application/json',
      `Authorization: Bearer ${stack.token()}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  );
  return {
    async leave() {
      const before = noticed();
      socket.destroy();
      await expect.poll(noticed).toBe(before + 1);
    },
  };
}

/** Whatever would still happen has happened. */
async function afterwards(): Promise<void> {
  stack.simulator.faults.clear();
  await stack.settle(stack.query('{ viewer { id } }'));
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  stack.clock.advance(30 * SECOND);
  await stack.query('{ viewer { id } }');
}

describe('a client that went away costs no further call', () => {
  it.each([
    ['new', 0],
    ['known', 1],
    ['compiled', 21],
  ])('between two pages of a list: a %s operation', async (_kind, uses) => {
    for (let use = 0; use < uses; use += 1) await stack.query(LIST);
    const before = calls();
    const page = stack.simulator.faults.add({ match: '^GET /crm', fault: HOLD });
    const reader = client(LIST);
    await page.reached(1);
    await reader.leave();
    await afterwards();
    expect(calls() - before).toBe(1);
  });

  it('between a call that failed and its repeat', async () => {
    const busy = { kind: 'answer', status: 503, body: '{}', headers: { 'retry-after': '5' } } as const;
    const failing = stack.simulator.faults.add({ match: '^GET /crm', times: 1, fault: busy });
    const reader = client(LIST);
    await failing.reached(1);
    await expect.poll(calls).toBe(1);
    await reader.leave();
    await afterwards();
    expect(calls()).toBe(1);
  });

  it.each<[string, string, object]>([
    ['a read', ONE, { id: '100300' }],
    ['a read of metadata', OWNERS, {}],
    ['a write', 'mutation { createContact(input: { firstName: "A" }) { created } }', {}],
  ])('while its call waits for its turn: %s', async (_what, query, variables) => {
    const held = stack.simulator.faults.add({ match: ' /crm', fault: HOLD });
    const before = calls();
    // Ten calls of a portal are under way at once.
    const busy = Array.from({ length: 10 }, (_, index) =>
      stack.query(`{ contacts(first: ${index + 1}) { nodes { id } } }`),
    );
    await held.reached(10);
    const waiting = client(query, variables);
    await stack.query('{ viewer { id } }');
    await waiting.leave();
    await afterwards();
    await Promise.all(busy);
    expect(calls() - before).toBe(10);
  });

  it('while its token is renewed: the renewal goes on', async () => {
    stack.clock.advance(EXPIRED);
    const refresh = stack.simulator.faults.add({ ...REFRESH, fault: HOLD });
    const before = calls();
    const reader = client(READ);
    await refresh.reached(1);
    await reader.leave();
    await afterwards();
    expect(calls() - before).toBe(0);
    stack.simulator.faults.clear();
    expect(codes(await stack.settle(stack.query(READ)))).toEqual([]);
    expect(stack.simulator.log.tokenCalls('refresh_token')).toHaveLength(1);
  });

  it('in the middle of a mutation: what has left is done, and what follows is not', async () => {
    const write = stack.simulator.faults.add({ match: '^POST /crm', fault: HOLD });
    const writer = client(
      'mutation { a: createContact(input: { email: "a@gone.example" }) { created } b: createContact(input: { email: "b@gone.example" }) { created } }',
    );
    await write.reached(1);
    await writer.leave();
    await afterwards();
    const [portal] = stack.simulator.portals;
    expect(portal?.recordBy('contacts', 'email', 'a@gone.example')).toBeDefined();
    expect(portal?.recordBy('contacts', 'email', 'b@gone.example')).toBeUndefined();
    expect(calls()).toBe(1);
  });
});

describe('a client that went away costs nobody else anything', () => {
  it.each<[string, string, object]>([
    ['a record that both want', ONE, { id: '100300' }],
    ['a list that both want', LIST, {}],
    ['metadata that both want', OWNERS, {}],
  ])('%s', async (_what, query, variables) => {
    await stack.query('{ viewer { id } }');
    const held = stack.simulator.faults.add({ match: ' /crm', fault: HOLD });
    // A call that flies makes the others wait for the next one, and share it.
    const first = client(query, variables);
    await held.reached(1);
    const second = stack.query(query, variables);
    const third = client(query, variables);
    await stack.query('{ viewer { id } }');
    await first.leave();
    await third.leave();
    stack.simulator.faults.clear();
    expect(codes(await stack.settle(second))).toEqual([]);
    await afterwards();
    const pages = query === LIST ? 3 : 2;
    expect(calls()).toBe(query === OWNERS ? 1 : pages);
  });
});
