import { FAULTS, type Fault } from 'hubspot-graphql-gateway-simulator';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { retry } from '../../src/connector/middleware/retry.ts';
import { isGatewayError } from '../../src/errors.ts';
import { createHubspotPool, createTransport, type HubspotCall } from '../../src/hubspot/client.ts';
import { contact } from '../helpers/batching.ts';
import { type Answer as LoopbackAnswer, respond, startLoopback } from '../helpers/loopback.ts';
import { ALICE, Stack } from '../helpers/stack.ts';
import { codes, install, READ, SECOND } from '../helpers/token-faults.ts';

const BOB = { ...ALICE, sub: 'bob', tenant: 'globex' };

let stack: Stack;
beforeEach(async () => {
  stack = await Stack.start();
  await install(stack);
});
afterEach(() => stack.stop());

const reset = (at: 'before' | 'after-headers' | 'mid-body'): Fault => ({ kind: 'reset', at });
const status = (code: number): Fault => ({ kind: 'answer', status: code, body: '{}' });

describe.each<[string, string, readonly Fault[]]>([
  ['F39', 'fails', [status(500), FAULTS.badGatewayHtml, status(503), status(504)]],
  ['F42', 'loses its connection', [reset('before'), reset('after-headers'), reset('mid-body')]],
])('%s', (row, what, faults) => {
  it.each(faults)(`${row} a read that ${what} once or twice is repeated and answered: %j`, async (fault) => {
    for (const times of [1, 2]) {
      const rule = stack.simulator.faults.add({ match: '^GET /crm', times, fault });
      expect(codes(await stack.settle(stack.query(READ)))).toEqual([]);
      expect(rule.hits).toBe(times);
      rule.remove();
    }
  });

  it.each(faults)(`${row} a read that ${what} again and again is given up after two repeats: %j`, async (fault) => {
    const rule = stack.simulator.faults.add({ match: '^GET /crm', fault });
    const [code, ...others] = codes(await stack.settle(stack.query(READ)));
    expect(['HUBSPOT_UNAVAILABLE', 'HUBSPOT_TIMEOUT']).toContain(code);
    expect([others, rule.hits]).toEqual([[], 3]);
  });
});

it.each<[string, LoopbackAnswer]>([
  ['F39 a write that HubSpot answers with a 500', respond(500, {})],
  ['F39 a write that HubSpot answers with a 502', respond(502, '<html></html>')],
  ['F42 a write whose connection is lost', (response) => response.destroy()],
])('%s is sent once', async (_case, answer) => {
  const hubspot = await startLoopback();
  hubspot.answerWith(answer);
  const pool = createHubspotPool(hubspot.url);
  const { clock } = stack;
  const create: HubspotCall = {
    name: 'contacts.create',
    method: 'POST',
    path: '/crm/objects/2026-09/contacts',
    body: {},
    scopes: [[]],
    callContext: { fairnessKey: 'alice', priority: 'interactive', deadlineAt: clock.monotonic() + 25 * SECOND },
  };
  const outcome = retry(clock)(createTransport({ pool, clock }))(create).catch((error: unknown) => error);
  expect(isGatewayError(await stack.settle(outcome), 'HUBSPOT_UNAVAILABLE')).toBe(true);
  expect(hubspot.received).toHaveLength(1);
  await pool.close();
  await hubspot.close();
});

describe('F40 a portal that answers too slowly', () => {
  beforeEach(async () => {
    await stack.stop();
    stack = await Stack.start();
    await install(stack);
  });

  it.each<[string, Fault]>([
    ['after 30 seconds', { kind: 'hold' }],
    ['a byte at a time', { kind: 'drip', bytesPerSecond: 1 }],
  ])('F40 %s costs the fields that needed it, and no others', async (_case, fault) => {
    const slow = stack.simulator.faults.add({ match: '^POST /crm/objects/[^/]+/contacts', fault });
    const query = '{ contact(id: "100001") { email } deal(id: "300001") { name } }';
    const { data, errors } = await stack.settle(stack.query(query));
    expect(data).toMatchObject({ contact: null, deal: { name: expect.any(String) } });
    expect(errors).toMatchObject([{ path: ['contact'], extensions: { code: 'HUBSPOT_TIMEOUT' } }]);
    expect(slow.hits).toBeLessThanOrEqual(3);
  });

  it('F40 holds up nobody else meanwhile', async () => {
    await install(stack, BOB.tenant);
    const slow = stack.simulator.faults.add({ match: '^POST /crm', times: 1, fault: { kind: 'hold' } });
    const waits = stack.query('{ contact(id: "100001") { email } }');
    await slow.reached(1);
    const from = stack.clock.monotonic();
    for (let turn = 0; turn < 10; turn += 1) {
      expect(codes(await stack.query('{ contact(id: "100002") { email } }', {}, BOB))).toEqual([]);
    }
    expect(stack.clock.monotonic()).toBe(from);
    expect(codes(await stack.settle(waits))).toEqual([]);
  });
});

it('F43 a batch that is answered in part fails the records that HubSpot names, and no others', async () => {
  const body = {
    status: 'COMPLETE',
    results: [contact('100001', { email: 'ada@one.example' })],
    numErrors: 2,
    errors: [
      { status: 'error', category: 'OBJECT_NOT_FOUND', message: '', context: { ids: ['100002'] } },
      { status: 'error', category: 'INTERNAL_ERROR', message: '', context: { ids: ['100003'] } },
    ],
  };
  const fault = { kind: 'answer', status: 207, body: JSON.stringify(body) } as const;
  stack.simulator.faults.add({ match: '^POST /crm', times: 1, fault });
  const fields = [1, 2, 3].map((id) => `c${id}: contact(id: "10000${id}") { email }`);
  const { data, errors } = await stack.query(`{ ${fields.join(' ')} }`);
  expect(data).toEqual({ c1: { email: 'ada@one.example' }, c2: null, c3: null });
  expect(errors?.map(({ path }) => path)).toEqual([['c3']]);
});
