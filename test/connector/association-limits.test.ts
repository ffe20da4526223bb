import { beforeEach, describe, expect, it } from 'vitest';
import { hubspotError } from '../../src/hubspot/failed-answer.ts';
import type { RateLimitState } from '../../src/hubspot/rate-limit.ts';
import { LimitedPortal, mostInWindow } from '../helpers/limited-portal.ts';

const WINDOW_MS = 10_000;

let portal: LimitedPortal;
beforeEach(() => {
  portal = new LimitedPortal();
});

const reports = (max: number, remaining: number, intervalMs = WINDOW_MS) => ({
  answer: () => ({ status: 200, body: {}, rateLimit: { max, remaining, intervalMs } satisfies RateLimitState }),
});
const associations = { budget: 'associations' as const, deadlineAt: 60 * 60_000 };

/** Sends `count` calls at once, and returns the times at which they arrive within `ms`. */
async function arrivals(count: number, ms: number, budget: 'general' | 'associations' = 'associations') {
  const from = portal.arrivals.length;
  for (let call = 0; call < count; call += 1) void portal.call({ ...associations, budget }).catch(() => {});
  await portal.pass(ms, 50);
  return portal.arrivals.slice(from).map(({ at }) => at);
}

describe('calls for associations', () => {
  it('are not limited while HubSpot reports no limit', async () => {
    expect(await arrivals(400, 100)).toHaveLength(400);
  });

  it('are within the limit that their headers report, and leave the general one alone', async () => {
    await portal.call(associations, reports(100, 99));
    const sent = await arrivals(250, 3 * WINDOW_MS);
    expect(sent).toHaveLength(250);
    expect(mostInWindow([0, ...sent], WINDOW_MS)).toBeLessThanOrEqual(100);
    expect(await arrivals(43, 0, 'general')).toHaveLength(43);
  });

  it('count those of other replicas and apps that the headers show', async () => {
    await portal.call(associations, reports(150, 10));
    const sent = await arrivals(60, WINDOW_MS - 100);
    expect(sent.length).toBeLessThanOrEqual(10);
  });

  it('use a limit that has risen', async () => {
    await portal.call(associations, reports(100, 0));
    const waiting = arrivals(40, 0);
    expect(await waiting).toEqual([]);
    await portal.pass(WINDOW_MS, 50);
    await portal.call(associations, reports(200, 199));
    expect((await arrivals(100, 0)).length).toBeGreaterThan(30);
  });

  it.each([
    ['another window', reports(2, 0, 1_000)],
    ['a limit that cannot be', reports(2_000_000, 1)],
  ])('ignore headers of %s', async (_case, trip) => {
    await portal.call(associations, trip);
    expect(await arrivals(400, 100)).toHaveLength(400);
  });

  it('pause for the window of the policy that a 429 names, and then twice as long', async () => {
    const refused = {
      answer: () => Promise.reject(hubspotError({ status: 429, policy: 'TEN_SECONDLY_ROLLING' })) as never,
    };
    const pauses: number[] = [];
    for (let turn = 0; turn < 4; turn += 1) {
      const from = portal.now;
      const before = portal.arrivals.length;
      void portal.call(associations, refused).catch(() => {});
      await portal.settle();
      while (portal.arrivals.length === before) await portal.pass(100, 100);
      pauses.push(portal.now - from);
    }
    expect(pauses).toEqual([0, WINDOW_MS, WINDOW_MS, 2 * WINDOW_MS]);
  });
});
