import { ManualClock } from 'hubspot-graphql-gateway-simulator/manual-clock';
import { beforeEach, describe, expect, it } from 'vitest';
import { retry } from '../../../src/connector/middleware/retry.ts';
import { GatewayError } from '../../../src/errors.ts';
import type { HubspotCall } from '../../../src/hubspot/client.ts';
import { hubspotError } from '../../../src/hubspot/failed-answer.ts';
import { NetworkError } from '../../../src/hubspot/network-error.ts';
import { quiet } from '../../helpers/batching.ts';

const GET: Partial<HubspotCall> = { method: 'GET' };
const BATCH_READ: Partial<HubspotCall> = { method: 'POST', idempotent: true };
const POST: Partial<HubspotCall> = { method: 'POST' };
const PATCH: Partial<HubspotCall> = { method: 'PATCH' };
const PUT: Partial<HubspotCall> = { method: 'PUT' };
const DELETE: Partial<HubspotCall> = { method: 'DELETE' };
const WRITES = [POST, PATCH, PUT, DELETE];

const status = (code: number, retryAfterMs?: number) =>
  hubspotError({ status: code, ...(retryAfterMs !== undefined && { retryAfterMs }) });
const broken = () => new NetworkError('HUBSPOT_UNAVAILABLE', new Error('the socket broke'));

let clock: ManualClock;
beforeEach(() => {
  clock = new ManualClock();
});

/** When a call left for HubSpot that fails with `errors` in turn and then succeeds, and what came of it. */
async function attempt(facts: Partial<HubspotCall>, errors: readonly Error[], deadlineAt = 25_000) {
  const left: number[] = [];
  const call: HubspotCall = {
    name: 'test',
    method: 'GET',
    path: '/',
    scopes: [[]],
    callContext: { fairnessKey: 'alice', priority: 'interactive', deadlineAt },
    ...facts,
  };
  const stage = retry(clock)(async () => {
    left.push(clock.monotonic());
    const error = errors[left.length - 1];
    if (error) throw error;
    return { status: 200, body: {} };
  });
  let outcome: unknown;
  const done = stage(call).then(
    () => {
      outcome = 'answered';
    },
    (error: unknown) => {
      outcome = error;
    },
  );
  await quiet();
  while (outcome === undefined) {
    clock.advance(10);
    await quiet();
  }
  await done;
  return { left, outcome };
}

/** How often the call was repeated when everything fails in one way. */
async function repeats(facts: Partial<HubspotCall>, error: Error): Promise<number> {
  const { left, outcome } = await attempt(
    facts,
    Array.from({ length: 10 }, () => error),
    clock.monotonic() + 3_000,
  );
  expect(outcome).toBe(error);
  return left.length - 1;
}

describe('a read', () => {
  it.each([GET, BATCH_READ])('is retried twice when HubSpot fails: %j', async (read) => {
    for (const code of [500, 502, 503, 504, 521, 524]) expect(await repeats(read, status(code))).toBe(2);
    expect(await repeats(read, broken())).toBe(2);
    expect(await repeats(read, new NetworkError('HUBSPOT_TIMEOUT', new Error('silence')))).toBe(2);
  });

  it('is answered when a retry is', async () => {
    expect((await attempt(GET, [status(502), broken()])).outcome).toBe('answered');
  });

  it('is retried with growing backoff', async () => {
    const pauses = { first: 0, second: 0 };
    for (let turn = 0; turn < 20; turn += 1) {
      const { left } = await attempt(GET, [status(502), status(502)], clock.monotonic() + 25_000);
      const [one = 0, two = 0, three = 0] = left;
      pauses.first = Math.max(pauses.first, two - one);
      pauses.second = Math.max(pauses.second, three - two);
    }
    expect(pauses.first).toBeLessThanOrEqual(200);
    expect(pauses.second).toBeLessThanOrEqual(400);
    expect(pauses.second).toBeGreaterThan(0);
  });

  it('waits at least as long as HubSpot asks', async () => {
    const { left, outcome } = await attempt(GET, [status(503, 5_000)]);
    expect(outcome).toBe('answered');
    expect(left[1]).toBeGreaterThanOrEqual(5_000);
    expect(left[1]).toBeLessThanOrEqual(5_210);
  });
});

describe('a write', () => {
  it.each(WRITES)('is not retried when HubSpot may have executed it: %j', async (write) => {
    for (const code of [500, 502, 503, 504, 524]) expect(await repeats(write, status(code))).toBe(0);
    expect(await repeats(write, broken())).toBe(0);
    expect(await repeats(write, new NetworkError('HUBSPOT_TIMEOUT', new Error('silence')))).toBe(0);
  });

  it.each([GET, ...WRITES])('is retried, as a read is, when HubSpot certainly did not execute it: %j', async (call) => {
    expect((await attempt(call, [status(429), status(429), status(429), status(429)])).outcome).toBe('answered');
    const { left, outcome } = await attempt(call, [status(423)]);
    expect(outcome).toBe('answered');
    // HubSpot's locks last for two seconds.
    expect((left[1] ?? 0) - (left[0] ?? 0)).toBeGreaterThanOrEqual(2_000);
  });

  it.each(WRITES)('is retried when the connection failed: %j', async (write) => {
    const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    expect(await repeats(write, new NetworkError('HUBSPOT_UNAVAILABLE', refused))).toBe(2);
  });

  it('fails when the record stays locked', async () => {
    const locked = status(423);
    const { left, outcome } = await attempt(POST, [locked, locked, locked, locked]);
    expect(outcome).toBe(locked);
    expect(left).toHaveLength(3);
  });
});

it.each([400, 401, 403, 404, 409, 477])('a %i is not retried', async (code) => {
  for (const call of [GET, BATCH_READ, POST]) expect(await repeats(call, status(code))).toBe(0);
});

it.each([
  new GatewayError('HUBSPOT_UNAVAILABLE', 'The access token for HubSpot could not be renewed.', { retryAfterMs: 1 }),
  new GatewayError('RATE_LIMITED', 'The rate limit cannot serve this in time.', { retryAfterMs: 1 }),
  new GatewayError('HUBSPOT_BAD_RESPONSE', 'HubSpot answered something that is not JSON.', {}),
  new TypeError('a mistake'),
])('what another part of the gateway says is final: $message', async (error) => {
  expect(await repeats(GET, error)).toBe(0);
});

describe('the deadline', () => {
  it('is not exceeded by a retry: the call fails at once', async () => {
    const error = status(503, 5_000);
    const { left, outcome } = await attempt(GET, [error], 5_000);
    expect([left, outcome, clock.monotonic()]).toEqual([[0], error, 0]);
  });

  it('ends the retries of a 429 too', async () => {
    clock.advance(1_000);
    const error = status(429);
    expect(await attempt(GET, [error], 1_000)).toEqual({ left: [1_000], outcome: error });
  });
});

it('refuses a call without a call context', async () => {
  const call: HubspotCall = { name: 'contacts.list', method: 'GET', path: '/', scopes: [[]] };
  await expect(retry(clock)(() => expect.unreachable())(call)).rejects.toThrow('contacts.list has no call context');
});

it('retries add at most a tenth to the calls in an outage', async () => {
  let left = 0;
  const stage = retry(clock)(async () => {
    left += 1;
    throw status(502);
  });
  const callContext = { fairnessKey: 'alice', priority: 'interactive', deadlineAt: 25_000 } as const;
  const call: HubspotCall = { name: 'test', method: 'GET', path: '/', scopes: [[]], callContext };
  const calls = Promise.allSettled(Array.from({ length: 200 }, () => stage(call)));
  for (let step = 0; step < 10; step += 1) {
    await quiet();
    clock.advance(100);
  }
  await calls;
  expect(left).toBeLessThanOrEqual(1.1 * 200);
  expect(left).toBeGreaterThan(200);
});
