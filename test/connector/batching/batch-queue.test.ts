import { beforeEach, describe, expect, it } from 'vitest';
import { RecordBatcher } from '../../../src/connector/batching/record-batcher.ts';
import { GatewayError } from '../../../src/errors.ts';
import { hubspotError } from '../../../src/hubspot/failed-answer.ts';
import { contactsFor, FakeHubspot, type OperationFacts, quiet, request } from '../../helpers/batching.ts';
import type { Ask, FakeLimiter } from '../../helpers/fake-limiter.ts';

let hubspot: FakeHubspot;
let limiter: FakeLimiter;
let batcher: RecordBatcher;
beforeEach(() => {
  hubspot = new FakeHubspot();
  limiter = hubspot.limiter;
  limiter.open = false;
  hubspot.autoAnswer = contactsFor;
  batcher = new RecordBatcher(hubspot.context(), 'contacts');
});

const load = (id: string, facts: OperationFacts = {}) => outcome(id, request(facts));
const outcome = (id: string, by: ReturnType<typeof request>) =>
  batcher.load({ id, properties: ['email'] }, by).then(
    (record) => record?.properties.email ?? null,
    (error: GatewayError) => error.code,
  );
const ids = (count: number, from = 1) => Array.from({ length: count }, (_, index) => String(from + index));

/** The only one that asks for a permit. */
function asking(): Ask {
  const [ask, ...others] = limiter.waiting;
  if (!ask || others.length > 0) throw new Error(`${limiter.waiting.length} ask for a permit`);
  return ask;
}

const rateLimited = new GatewayError('RATE_LIMITED', 'Too many.', { retryAfterMs: 1_000 });

describe('a cancelled request', () => {
  it('is removed from the batch at once; records of no other request are not read', async () => {
    const client = new AbortController();
    const [given, also, kept, shared] = [
      load('1', { signal: client.signal }),
      load('2', { signal: client.signal }),
      load('3'),
      load('2'),
    ];
    await quiet();
    client.abort();
    expect(await Promise.all([given, also])).toEqual(['HUBSPOT_UNAVAILABLE', 'HUBSPOT_UNAVAILABLE']);
    asking().grant();
    expect(await Promise.all([kept, shared])).toEqual(['email of 3', 'email of 2']);
    expect(hubspot.requestedIds).toEqual([['3', '2']]);
  });

  it('cancels the permit request when it was the only one; the next load makes a new one', async () => {
    const client = new AbortController();
    const given = ids(3).map((id) => load(id, { signal: client.signal }));
    await quiet();
    expect(limiter.waiting).toHaveLength(1);
    client.abort();
    await Promise.all(given);
    await quiet();
    expect([limiter.waiting, hubspot.requestedIds]).toEqual([[], []]);
    const next = load('4');
    await quiet();
    asking().grant();
    expect(await next).toBe('email of 4');
    expect(limiter.released).toBe(0);
  });

  it('returns a permit that was granted too late', async () => {
    const client = new AbortController();
    const given = load('1', { signal: client.signal });
    await quiet();
    asking().grant();
    client.abort();
    await given;
    await quiet();
    expect([limiter.released, hubspot.requestedIds]).toEqual([1, []]);
  });

  it('changes nothing for the other requests of a call in flight', async () => {
    hubspot.autoAnswer = undefined;
    const client = new AbortController();
    const [given, kept] = [load('1', { signal: client.signal }), load('1')];
    await quiet();
    asking().grant();
    await quiet();
    client.abort();
    hubspot.last().answer(contactsFor(hubspot.last().call));
    expect(await Promise.all([given, kept])).toEqual(['HUBSPOT_UNAVAILABLE', 'email of 1']);
  });

  it('makes no call afterwards', async () => {
    expect(await load('1', { signal: AbortSignal.abort() })).toBe('HUBSPOT_UNAVAILABLE');
    await quiet();
    expect(limiter.waiting).toEqual([]);
  });
});

describe('turns', () => {
  it('alternate between viewers: a large load waits behind itself', async () => {
    const greedy = request({ fairnessKey: 'greedy' });
    void ids(250).map((id) => outcome(id, greedy));
    const modest = [load('1001'), load('1002')];
    await quiet();
    asking().grant();
    expect(await Promise.all(modest)).toEqual(['email of 1001', 'email of 1002']);
    expect(hubspot.requestedIds).toEqual([['1', '1001', '1002', ...ids(97, 2)]]);
  });

  it('take interactive loads first, and fill the batch with background ones', async () => {
    void ids(99).map((id) => load(id, { priority: 'background' }));
    const interactive = ids(99, 1_000).map((id) => load(id));
    await quiet();
    asking().grant();
    await Promise.all(interactive);
    expect(hubspot.requestedIds).toEqual([[...ids(99, 1_000), '1']]);
    expect(hubspot.last().call.callContext?.priority).toBe('interactive');
  });

  it('request a new permit, as interactive, when an interactive load joins background ones', async () => {
    const background = load('1', { priority: 'background' });
    await quiet();
    expect(asking().callContext.priority).toBe('background');
    const interactive = load('2');
    await quiet();
    expect(asking().callContext.priority).toBe('interactive');
    asking().grant();
    expect(await Promise.all([background, interactive])).toEqual(['email of 1', 'email of 2']);
    expect(hubspot.requestedIds).toEqual([['2', '1']]);
  });
});

describe('a deadline', () => {
  it('is that of the load that has waited longest; a refusal fails the loads due then, and the others wait for a new permit', async () => {
    const [first, soon, late] = [
      load('1', { deadlineAt: 5_000 }),
      load('2', { deadlineAt: 5_250 }),
      load('3', { deadlineAt: 5_251 }),
    ];
    await quiet();
    expect(asking().callContext.deadlineAt).toBe(5_000);
    asking().refuse(rateLimited);
    expect(await Promise.all([first, soon])).toEqual(['RATE_LIMITED', 'RATE_LIMITED']);
    await quiet();
    expect(asking().callContext.deadlineAt).toBe(5_251);
    asking().grant();
    expect(await late).toBe('email of 3');
    expect(hubspot.requestedIds).toEqual([['3']]);
    expect(hubspot.last().call.callContext?.deadlineAt).toBe(5_251);
  });

  it('of the call is the latest one of its loads', async () => {
    void [load('1', { deadlineAt: 2_000 }), load('2', { deadlineAt: 9_000 })];
    await quiet();
    asking().grant();
    await quiet();
    expect(hubspot.last().call.callContext?.deadlineAt).toBe(9_000);
  });

  it('applies while the call is in flight: each load fails at its own', async () => {
    limiter.open = true;
    hubspot.autoAnswer = undefined;
    const outcomes = new Map<string, string | null>();
    for (const [id, deadlineAt] of Object.entries({ 1: 9_000, 2: 2_000, 3: 2_100, 4: 5_000 })) {
      void load(id, { deadlineAt, clock: hubspot.clock }).then((answer) => outcomes.set(id, answer));
    }
    await quiet();
    hubspot.clock.advance(1_999);
    await quiet();
    expect(outcomes).toEqual(new Map());
    hubspot.clock.advance(251);
    await quiet();
    expect(outcomes).toEqual(new Map([2, 3].map((id) => [String(id), 'HUBSPOT_TIMEOUT'])));
    hubspot.clock.advance(3_000);
    await quiet();
    expect(outcomes.get('4')).toBe('HUBSPOT_TIMEOUT');
    hubspot.last().answer(contactsFor(hubspot.last().call));
    await quiet();
    expect(outcomes.get('1')).toBe('email of 1');
  });
});

describe('a budget of calls', () => {
  it('is charged once for a call, however many loads of the request it contains', async () => {
    limiter.open = true;
    const twoCalls = request({ maxCalls: 2 });
    expect(await Promise.all(ids(100).map((id) => outcome(id, twoCalls)))).not.toContain('BAD_USER_INPUT');
    expect(await outcome('1', twoCalls)).toBe('email of 1');
    expect(await outcome('2', twoCalls)).toBe('BAD_USER_INPUT');
    expect(hubspot.requestedIds).toHaveLength(2);
  });

  it('is charged for every request in a shared call; requests that have spent theirs are refused, the others are served', async () => {
    limiter.open = true;
    const [poor, rich] = [request({ maxCalls: 1 }), request({ maxCalls: 2 })];
    expect(await Promise.all([outcome('1', poor), outcome('2', rich)])).toEqual(['email of 1', 'email of 2']);
    const second = [outcome('3', poor), outcome('4', rich), outcome('4', poor)];
    expect(await Promise.all(second)).toEqual(['BAD_USER_INPUT', 'email of 4', 'BAD_USER_INPUT']);
    expect(hubspot.requestedIds).toEqual([['1', '2'], ['4']]);
    expect(await outcome('5', rich)).toBe('BAD_USER_INPUT');
  });

  it('is charged for a second call that a load needs, and requests that cannot afford it are refused', async () => {
    limiter.open = true;
    hubspot.autoAnswer = (call) => {
      if (call.method === 'GET') throw hubspotError({ status: 403 });
      return contactsFor(call);
    };
    const alone = (maxCalls: number) =>
      batcher.load({ id: '1', properties: ['email'], associations: ['deals'] }, request({ maxCalls })).then(
        (record) => record?.properties.email,
        (error: GatewayError) => error.code,
      );
    expect(await Promise.all([alone(1), alone(2)])).toEqual(['BAD_USER_INPUT', 'email of 1']);
    expect(hubspot.sentCalls.map(({ call }) => call.method)).toEqual(['GET', 'POST']);
    expect(await alone(1)).toBe('BAD_USER_INPUT');
    expect(hubspot.sentCalls.map(({ call }) => call.method)).toEqual(['GET', 'POST', 'GET']);
  });

  it('that is spent refuses a load with two equal inputs once', async () => {
    batcher = new RecordBatcher(hubspot.context(), 'contacts', 'email');
    const wanted = { properties: ['email'] };
    const refused = batcher.loadAll(['A@one.example', 'a@one.example'], wanted, request({ maxCalls: 0 }));
    await quiet();
    asking().grant();
    await expect(refused).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    void load('b@one.example');
    await quiet();
    expect(asking().callContext.priority).toBe('interactive');
  });

  it('that is spent costs no permit', async () => {
    const spent = load('1', { maxCalls: 0 });
    await quiet();
    asking().grant();
    expect(await spent).toBe('BAD_USER_INPUT');
    await quiet();
    expect([limiter.released, hubspot.requestedIds]).toEqual([1, []]);
  });
});

it('returns the permit of a call that never reached the rate limiter', async () => {
  const refused = { version: '2026-09', send: () => Promise.reject(rateLimited) };
  batcher = new RecordBatcher({ ...hubspot.context(), api: refused }, 'contacts');
  const record = load('1');
  await quiet();
  asking().grant();
  expect(await record).toBe('RATE_LIMITED');
  await quiet();
  expect(limiter.released).toBe(1);
});
