import { afterEach, describe, expect, it } from 'vitest';
import { authorize } from '../../src/connector/authorize.ts';
import type { HubspotCall } from '../../src/hubspot/client.ts';
import { TokenRefused } from '../../src/hubspot/token-refused.ts';
import type { TokenManager } from '../../src/installations/token-manager.ts';
import { DATABASE_KINDS } from '../helpers/databases.ts';
import { Stack, type StackOptions } from '../helpers/stack.ts';
import { EXPIRED, install, READ, refreshes } from '../helpers/token-faults.ts';

let stack: Stack;
afterEach(() => stack.stop());

const code = (answer: Awaited<ReturnType<Stack['query']>>) => answer.errors?.[0]?.extensions?.code;
const reads = () => stack.simulator.log.crm();

async function start(options: StackOptions): Promise<Stack> {
  stack = await Stack.start(options);
  await install(stack);
  return stack;
}

describe.each(DATABASE_KINDS)('a 401 of the API on %s', (database) => {
  it('F33 replaces a token that was ended early: one refresh, one repeat, success', async () => {
    await start({ database });
    await stack.query(READ);
    stack.simulator.grants.revokeAccessTokens();
    stack.simulator.log.clear();
    expect((await stack.query(READ)).errors).toBeUndefined();
    expect(refreshes(stack)).toBe(1);
    expect(reads().map(({ status }) => status)).toEqual([401, 200]);
  });

  it('F34 ends in an error when every token is refused, and makes no loop of it', async () => {
    await start({ database });
    const body = '{"category":"INVALID_AUTHENTICATION"}';
    const headers = { 'content-type': 'application/json' };
    const refused = stack.simulator.faults.add({
      match: '^GET /crm',
      fault: { kind: 'answer', status: 401, body, headers },
    });
    expect(code(await stack.query(READ))).toBe('HUBSPOT_UNAUTHORIZED');
    expect([refreshes(stack), refused.hits]).toEqual([1, 2]);
    for (let turn = 0; turn < 5; turn += 1) expect(code(await stack.query(READ))).toBe('HUBSPOT_UNAUTHORIZED');
    expect(refreshes(stack)).toBe(1);
    refused.remove();
    expect((await stack.query(READ)).errors).toBeUndefined();
  });

  it('F34 does not refresh at all for a token of the wrong kind', async () => {
    await start({ database });
    const body = JSON.stringify({
      category: 'EXPIRED_AUTHENTICATION',
      context: { 'expire time': ['1970-01-01T00:00:00Z'] },
    });
    const headers = { 'content-type': 'application/json' };
    const refused = stack.simulator.faults.add({
      match: '^GET /crm',
      fault: { kind: 'answer', status: 401, body, headers },
    });
    expect(code(await stack.query(READ))).toBe('HUBSPOT_UNAUTHORIZED');
    expect([refreshes(stack), refused.hits]).toEqual([0, 1]);
  });

  it('F36 renews a token that expires between two pages: none is missing, none is repeated', async () => {
    await start({ database });
    const held = stack.simulator.faults.add({ match: '^GET /crm', times: 1, fault: { kind: 'hold', processed: true } });
    const answer = stack.query('{ contacts(first: 120) { nodes { hubspotId } } }');
    await held.reached(1);
    stack.clock.advance(EXPIRED);
    held.remove();
    const { data, errors } = await answer;
    expect(errors).toBeUndefined();
    const { contacts } = data as unknown as { contacts: { nodes: { hubspotId: string }[] } };
    expect(contacts.nodes.map(({ hubspotId }) => Number(hubspotId))).toEqual(
      Array.from({ length: 120 }, (_, index) => 100_001 + index),
    );
    expect(reads().map(({ status, query }) => [status, query.after])).toEqual([
      [200, undefined],
      [200, '100101'],
    ]);
    expect(refreshes(stack)).toBe(1);
  });

  it('F36 renews a token that HubSpot finds expired in the middle of a batch', async () => {
    await start({ database });
    await stack.query(READ);
    stack.simulator.grants.revokeAccessTokens();
    const fields = Array.from(
      { length: 20 },
      (_, index) => `c${index}: contact(id: "${100_001 + index}") { hubspotId email }`,
    );
    const { data, errors } = await stack.query(`{ ${fields.join(' ')} }`);
    expect(errors).toBeUndefined();
    expect(Object.keys(data ?? {})).toHaveLength(20);
    expect(refreshes(stack)).toBe(1);
  });
});

it('F35 refreshes once for 100 calls that are refused at once on three replicas', async () => {
  await start({ database: 'postgres', replicas: 3 });
  await Promise.all([0, 1, 2].map((replica) => stack.queryOn(replica, READ)));
  stack.simulator.grants.revokeAccessTokens();
  stack.simulator.log.clear();
  const answers = await stack.settle(
    Promise.all(Array.from({ length: 100 }, (_, index) => stack.queryOn(index % 3, READ))),
  );
  expect(answers.filter(({ errors }) => errors)).toEqual([]);
  expect(refreshes(stack)).toBe(1);
  expect(stack.simulator.log.maxRefreshOverlap).toBe(1);
  expect(reads().length).toBeLessThanOrEqual(200);
});

it('F37 repeats a write once, because the 401 proves that it did nothing, and for no other reason', async () => {
  stack = await Stack.start();
  const installation = await install(stack);
  const tokens: Pick<TokenManager, 'accessToken' | 'replacement'> = {
    accessToken: async () => ({ value: 'old', version: 1 }),
    replacement: async (_installation, version) => ({ value: 'new', version: version + 1 }),
  };
  const write: HubspotCall = {
    name: 'contacts.create',
    method: 'POST',
    path: '/crm/objects/2026-09/contacts',
    body: {},
    scopes: [[]],
  };
  const send = async (outcomes: (() => Promise<{ status: number; body: unknown }>)[]) => {
    const sent: (string | undefined)[] = [];
    const stage = authorize(
      tokens as TokenManager,
      installation,
    )(async ({ accessToken }) => {
      sent.push(accessToken);
      return (outcomes.shift() ?? (() => Promise.reject(new Error('one call too many'))))();
    });
    const outcome = await stage(write).then(
      ({ status }) => status,
      (error: Error) => error.name,
    );
    return { sent, outcome };
  };
  const created = async () => ({ status: 201, body: {} });
  const refused = () => Promise.reject(new TokenRefused({ status: 401 }, {}));
  const broken = () => Promise.reject(new TypeError('the connection broke'));
  expect(await send([created])).toEqual({ sent: ['old'], outcome: 201 });
  expect(await send([refused, created])).toEqual({ sent: ['old', 'new'], outcome: 201 });
  expect(await send([refused, refused, created])).toEqual({ sent: ['old', 'new'], outcome: 'GatewayError' });
  expect(await send([broken, created])).toEqual({ sent: ['old'], outcome: 'TypeError' });
});
