import { beforeEach, describe, expect, it } from 'vitest';
import { rateLimit } from '../../src/connector/middleware/rate-limit.ts';
import { LocalQuota } from '../../src/connector/rate-limit/quota.ts';
import { RateLimiters } from '../../src/connector/rate-limit/rate-limiter.ts';
import { hubspotError } from '../../src/hubspot/failed-answer.ts';
import type { HubspotFailure } from '../../src/hubspot/hubspot-error.ts';
import { NetworkError } from '../../src/hubspot/network-error.ts';
import type { Budget } from '../../src/hubspot/rate-limit.ts';
import { annotateUnknownOutcome } from '../../src/hubspot/unknown-outcome.ts';
import { silentLogger } from '../../src/lib/logging/logger.ts';
import { createMetrics } from '../../src/lib/metrics.ts';
import { LimitedPortal } from '../helpers/limited-portal.ts';

let portal: LimitedPortal;
beforeEach(() => {
  portal = new LimitedPortal();
});

const fails = (failure: HubspotFailure) => () => {
  throw hubspotError(failure);
};
const answers = (max: number, remaining: number, intervalMs: number) => () => ({
  status: 200,
  body: {},
  rateLimit: { max, remaining, intervalMs },
});

/** A call that HubSpot fails. */
const failed = (failure: HubspotFailure, budget: Budget = 'general', latencyMs = 0) =>
  portal.call({ budget }, { answer: fails(failure), latencyMs }).catch((error: unknown) => error);

/** When the next call is sent, in milliseconds from now, whether or not it succeeds. */
async function untilNext(budget: Budget = 'general', failure?: HubspotFailure): Promise<number> {
  const from = portal.now;
  const before = portal.arrivals.length;
  const asker = { budget, deadlineAt: from + 10 * 60_000 };
  const next = portal.call(asker, failure && { answer: fails(failure) }).catch(() => {});
  await portal.settle();
  while (portal.arrivals.length === before) await portal.pass(10, 10);
  await next;
  return portal.now - from;
}

describe('a 429', () => {
  it.each<[string, HubspotFailure, number]>([
    [
      'of the ten seconds stops the portal until the window is over',
      { status: 429, policy: 'TEN_SECONDLY_ROLLING' },
      10_000,
    ],
    ['without a policy does the same', { status: 429 }, 10_000],
    ['with a longer Retry-After is obeyed', { status: 429, retryAfterMs: 30_000 }, 30_000],
    ['with a shorter Retry-After does not empty the window', { status: 429, retryAfterMs: 1_000 }, 10_000],
  ])('%s', async (_case, failure, pauseMs) => {
    await failed(failure);
    expect(await untilNext()).toBe(pauseMs);
  });

  it('of a search stops searches for a second, and nothing else', async () => {
    await failed({ status: 429 }, 'search');
    expect(await untilNext('general')).toBe(0);
    expect(await untilNext('search')).toBe(1_000);
  });

  it('of association batches, for which no window is known, is a pause that doubles', async () => {
    await failed({ status: 429 }, 'associations');
    const pauses: number[] = [];
    for (let turn = 0; turn < 8; turn += 1) pauses.push(await untilNext('associations', { status: 429 }));
    expect(pauses).toEqual([1_000, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000]);
  });

  it('refuses at once waiting calls that can no longer meet their deadlines', async () => {
    const first = failed({ status: 429 }, 'general', 1_000);
    for (let call = 0; call < 9; call += 1) void portal.call({}, { latencyMs: 60_000 });
    const early = expect(portal.call({ deadlineAt: 9_000 })).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      extensions: { retryAfterMs: 10_000 },
    });
    const late = portal.call();
    await portal.pass(1_000);
    await early;
    await first;
    expect(portal.now).toBe(1_000);
    await portal.pass(10_000);
    await late;
  });

  it('grants permits as own calls leave the window, when external calls fill the rest', async () => {
    for (let call = 0; call < 20; call += 1) await portal.call();
    await portal.pass(4_000);
    await failed({ status: 429, policy: 'TEN_SECONDLY_ROLLING' });
    const next = await untilNext();
    expect(next).toBeGreaterThanOrEqual(6_000);
    expect(next).toBeLessThan(10_000);
  });

  it('that comes again when the window was over is a pause that doubles, until HubSpot answers', async () => {
    await failed({ status: 429 });
    const pauses: number[] = [];
    for (let turn = 0; turn < 5; turn += 1) pauses.push(await untilNext('general', { status: 429 }));
    expect(pauses).toEqual([10_000, 10_000, 20_000, 40_000, 60_000]);
    await untilNext();
    await failed({ status: 429 });
    expect(await untilNext()).toBeLessThanOrEqual(10_000);
  });

  it('counts once, however many calls were in flight together', async () => {
    const calls = Array.from({ length: 10 }, () => failed({ status: 429 }, 'general', 100));
    await portal.pass(100);
    await Promise.all(calls);
    expect(await untilNext()).toBe(10_000);
    expect((await portal.metrics.rateLimitReached.get()).values).toMatchObject([{ value: 10 }]);
  });
});

describe('the daily limit', () => {
  const DAILY = { status: 429, policy: 'DAILY' };

  it('is a refusal of everything at once, whose policy and time say so', async () => {
    await failed({ ...DAILY, retryAfterMs: 7_200_000 });
    await expect(portal.call()).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      extensions: { retryAfterMs: 7_200_000, policy: 'DAILY' },
    });
    await portal.pass(30_000, 1_000);
    await expect(portal.call()).rejects.toMatchObject({ extensions: { retryAfterMs: 7_170_000, policy: 'DAILY' } });
  });

  it('refuses waiting calls too', async () => {
    const first = failed(DAILY, 'general', 1_000);
    for (let call = 0; call < 9; call += 1) void portal.call({}, { latencyMs: 60_000 });
    const waiting = expect(portal.call()).rejects.toMatchObject({ extensions: { policy: 'DAILY' } });
    await portal.pass(1_000);
    await Promise.all([first, waiting]);
  });

  it('is tried once a minute, and forgotten when HubSpot answers again', async () => {
    await failed(DAILY);
    await portal.pass(60_000, 1_000);
    const probe = failed(DAILY, 'general', 500);
    await expect(portal.call()).rejects.toMatchObject({ extensions: { policy: 'DAILY' } });
    await portal.pass(500);
    await probe;
    await expect(portal.call()).rejects.toMatchObject({ extensions: { policy: 'DAILY' } });
    await portal.pass(60_000, 1_000);
    await portal.call();
    await portal.call();
    expect(portal.arrivals).toHaveLength(4);
  });
});

const lost = () => {
  throw new NetworkError('HUBSPOT_UNAVAILABLE', new Error('the socket broke'));
};

it('forgets no refusal because of a call that got no answer', async () => {
  await failed({ status: 429, policy: 'DAILY' });
  await portal.pass(60_000, 1_000);
  await expect(portal.call({}, { answer: lost })).rejects.toMatchObject({ code: 'HUBSPOT_UNAVAILABLE' });
  await expect(portal.call()).rejects.toMatchObject({ extensions: { policy: 'DAILY' } });
});

describe('a write whose answer was lost', () => {
  /** A write that is sent and reported as those of the gateway are. */
  const write = () => {
    const transport = annotateUnknownOutcome(async ({ onSend }) => {
      onSend?.();
      return lost();
    });
    const call = {
      name: 'contacts.create',
      method: 'POST',
      path: '/',
      scopes: [[]],
      callContext: portal.callContext(),
    } as const;
    return rateLimit(portal.limiter)(transport)(call);
  };

  it('forgets no refusal', async () => {
    await failed({ status: 429, policy: 'DAILY' });
    await portal.pass(60_000, 1_000);
    await expect(write()).rejects.toThrow(/may have succeeded/);
    await expect(portal.call()).rejects.toMatchObject({ extensions: { policy: 'DAILY' } });
  });

  it('forgets no move to another data centre', async () => {
    await failed({ status: 477, retryAfterMs: 3_600_000 });
    await portal.pass(60_000, 1_000);
    await expect(write()).rejects.toThrow(/may have succeeded/);
    await expect(portal.call()).rejects.toMatchObject({ code: 'HUBSPOT_UNAVAILABLE' });
  });

  it('is a failure of HubSpot, and many of them open the circuit', async () => {
    for (let call = 0; call < 20; call += 1) await expect(write()).rejects.toThrow(/may have succeeded/);
    await expect(portal.call()).rejects.toMatchObject({ extensions: { retryAfterMs: 5_000 } });
  });
});

describe('the rate limit headers of an answer', () => {
  it('count external calls that use the window up', async () => {
    await portal.call({}, { answer: answers(110, 0, 10_000) });
    expect(await untilNext()).toBe(10_000);
  });

  it('correct the limit, in both directions', async () => {
    await portal.call({}, { answer: answers(190, 189, 10_000) });
    for (let call = 0; call < 74; call += 1) await portal.call();
    expect(portal.now).toBe(0);
    await portal.call({}, { answer: answers(20, 19, 10_000) });
    expect(await untilNext()).toBe(10_000);
  });

  it.each<[string, Budget, number]>([
    ['of another window', 'general', 1_000],
    ['with a search', 'search', 10_000],
    ['with a batch of associations', 'associations', 10_000],
  ])('%s is not taken for the general limit', async (_case, budget, intervalMs) => {
    await portal.call({ budget }, { answer: answers(10, 0, intervalMs) });
    expect(await untilNext()).toBe(0);
  });
});

describe('a portal that is moved between data centres', () => {
  it.each([
    ['for as long as HubSpot says', 3_600_000, 3_600_000],
    ['for ten seconds when it does not say', undefined, 10_000],
  ])('is left alone %s, and who asks hears how long', async (_case, retryAfterMs, pauseMs) => {
    await failed({ status: 477, ...(retryAfterMs && { retryAfterMs }) });
    for (const budget of ['general', 'search', 'associations'] as const) {
      await expect(portal.call({ budget })).rejects.toMatchObject({
        code: 'HUBSPOT_UNAVAILABLE',
        extensions: { retryAfterMs: pauseMs },
      });
    }
    portal.clock.advance(pauseMs);
    await portal.call();
    expect(portal.arrivals).toHaveLength(2);
  });

  it('refuses waiting calls at once', async () => {
    const first = failed({ status: 477 }, 'general', 1_000);
    for (let call = 0; call < 9; call += 1) void portal.call({}, { latencyMs: 60_000 });
    const waiting = expect(portal.call()).rejects.toMatchObject({ code: 'HUBSPOT_UNAVAILABLE' });
    await portal.pass(1_000);
    await Promise.all([first, waiting]);
  });
});

it.each([423, 500, 502, 403, 404, 401])(
  'a %i does not concern the rate limit: the next call is sent',
  async (status) => {
    for (let call = 0; call < 19; call += 1) await failed({ status });
    expect(await untilNext()).toBe(0);
  },
);

it.each<[string, number, (send: () => void) => Promise<never>]>([
  ['before it leaves, and its place in the window', 200, () => Promise.reject(new Error('no token'))],
  [
    'after it left',
    40,
    (send) => {
      send();
      return Promise.reject(new Error('the connection broke'));
    },
  ],
])('gives its permit back when a call fails %s', async (_case, times, next) => {
  const stage = rateLimit(portal.limiter)(({ onSend = () => {} }) => next(onSend));
  const call = { name: 'test', method: 'GET', path: '/', scopes: [[]] } as const;
  for (let turn = 0; turn < times; turn += 1) {
    await expect(stage({ ...call, callContext: portal.callContext() })).rejects.toThrow();
  }
  expect(portal.now).toBe(0);
});

it('F50 tenants of one portal share one rate limiter, and portals do not', () => {
  const { clock } = portal;
  const limiters = new RateLimiters({
    clock,
    metrics: createMetrics(),
    logger: silentLogger,
    createQuota: (_hubId, usage) => new LocalQuota(usage),
  });
  expect(limiters.of(1)).toBe(limiters.of(1));
  expect(limiters.of(2)).not.toBe(limiters.of(1));
});
