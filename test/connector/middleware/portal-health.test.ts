import { ManualClock } from 'hubspot-graphql-gateway-simulator/manual-clock';
import { beforeEach, describe, expect, it } from 'vitest';
import { LocalQuota } from '../../../src/connector/rate-limit/quota.ts';
import { RateLimiters } from '../../../src/connector/rate-limit/rate-limiter.ts';
import { type GatewayError, isGatewayError } from '../../../src/errors.ts';
import { CONNECTIONS } from '../../../src/hubspot/client.ts';
import { hubspotError } from '../../../src/hubspot/failed-answer.ts';
import { NetworkError } from '../../../src/hubspot/network-error.ts';
import { silentLogger } from '../../../src/lib/logging/logger.ts';
import { createMetrics } from '../../../src/lib/metrics.ts';
import { LimitedPortal } from '../../helpers/limited-portal.ts';

let portal: LimitedPortal;
beforeEach(() => {
  portal = new LimitedPortal();
});

const status = (code: number) => () => hubspotError({ status: code });
const timeout = () => new NetworkError('HUBSPOT_TIMEOUT', new Error('nothing came'));

/** One call that fails with `error`, in turn; what the caller is told. */
async function fail(error: () => GatewayError, latencyMs = 0): Promise<unknown> {
  const answer = () => {
    throw error();
  };
  return portal.call({}, { answer, latencyMs }).catch((told: unknown) => told);
}

/** What becomes of one call that HubSpot would answer: `ok`, or the wait that the refusal names. */
async function outcome(): Promise<unknown> {
  return portal.call().then(
    () => 'ok',
    (error: unknown) => (isGatewayError(error, 'HUBSPOT_UNAVAILABLE') ? error.extensions.retryAfterMs : error),
  );
}

describe.each([
  ['502s', status(502)],
  ['timeouts', timeout],
  ['504s', status(504)],
])('%s', (_case, error) => {
  it('in a row open the circuit of the portal, and one call in five seconds probes HubSpot', async () => {
    for (let call = 0; call < 20; call += 1) await fail(error);
    expect(await outcome()).toBe(5_000);
    expect(portal.arrivals).toHaveLength(20);

    await portal.pass(5_000, 1_000);
    const probe = fail(error, 500);
    await portal.settle();
    expect(await outcome()).toBe(5_000);
    await portal.pass(500);
    await probe;
    expect(await outcome()).toBe(5_000);
    expect(portal.arrivals).toHaveLength(21);

    await portal.pass(5_000, 1_000);
    expect([await outcome(), await outcome()]).toEqual(['ok', 'ok']);
  });

  it('refuse waiting calls, too', async () => {
    const calls = Array.from({ length: 20 }, () => fail(error, 1_000));
    const waiting = portal.call({ deadlineAt: 24_000 }).catch((told: unknown) => told);
    for (let call = 0; call < 10; call += 1) calls.push(fail(error, 1_000));
    await portal.pass(3_000);
    expect(portal.arrivals.length).toBeLessThan(32);
    const told = [await waiting, ...(await Promise.all(calls))];
    expect(
      told.some((each) => isGatewayError(each, 'HUBSPOT_UNAVAILABLE') && each.extensions.retryAfterMs === 5_000),
    ).toBe(true);
  });

  it('are no outage while more calls are answered', async () => {
    for (let call = 0; call < 30; call += 1) {
      await outcome();
      if (call % 2 === 0) await fail(error);
    }
    await portal.pass(10_000, 1_000);
    expect(await outcome()).toBe('ok');
  });
});

it('a HubSpot that does not answer opens the circuit after one timeout of all calls in flight', async () => {
  const told = Array.from({ length: 15 }, () => fail(timeout, 10_000));
  await portal.pass(10_000, 1_000);
  await Promise.all(told);
  expect(portal.arrivals).toHaveLength(10);
  expect(await outcome()).toBe(5_000);
});

it.each([400, 401, 403, 404, 409, 423])('a %i is an answer', async (code) => {
  for (let call = 0; call < 25; call += 1) await fail(status(code));
  expect(await outcome()).toBe('ok');
});

it('a call that was not sent does not end the outage', async () => {
  for (let call = 0; call < 20; call += 1) await fail(timeout);
  await portal.pass(5_000, 1_000);
  await portal.unsent();
  expect(await fail(timeout)).toMatchObject({ code: 'HUBSPOT_TIMEOUT' });
  expect(await outcome()).toBe(5_000);
});

describe('sockets', () => {
  it('are shared by the portals with calls in flight, so that none lacks sockets', async () => {
    const clock = new ManualClock();
    const limiters = new RateLimiters({
      clock,
      metrics: createMetrics(),
      logger: silentLogger,
      createQuota: (_hubId, usage) => new LocalQuota(usage),
    });
    const callContext = { fairnessKey: 'alice', priority: 'interactive', deadlineAt: 25_000 } as const;
    let taken = 0;
    const take = (hubId: number) => {
      for (const budget of ['general', 'associations'] as const) {
        for (let call = 0; call < 20; call += 1) {
          void limiters
            .of(hubId)
            .acquire(budget, callContext)
            .then(() => {
              taken += 1;
            });
        }
      }
    };
    take(1);
    await portal.settle();
    expect(taken).toBe(15);
    for (let hubId = 2; hubId <= 150; hubId += 1) take(hubId);
    await portal.settle();
    expect(taken).toBeGreaterThanOrEqual(2 * 150);
    // Whoever came early has more than those who came late; a portal that comes now still gets a call out.
    expect(taken).toBeLessThanOrEqual(CONNECTIONS);
    const before = taken;
    take(151);
    await portal.settle();
    expect(taken - before).toBe(2);
  });
});
