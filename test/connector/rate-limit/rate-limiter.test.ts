import { beforeEach, describe, expect, it } from 'vitest';
import type { Budget } from '../../../src/hubspot/rate-limit.ts';
import { LimitedPortal, mostInWindow } from '../../helpers/limited-portal.ts';

let portal: LimitedPortal;
beforeEach(() => {
  portal = new LimitedPortal();
});

const times = () => portal.arrivals.map(({ at }) => at);

/** Endless demand: this many calls wait at any time. */
function saturate(callers: number, budget: Budget, trip: { transitMs?: number; latencyMs: number }): void {
  for (let caller = 0; caller < callers; caller += 1) {
    void (async () => {
      for (;;) await portal.call({ fairnessKey: `viewer ${caller}`, budget }, trip);
    })();
  }
}

describe('the general budget', () => {
  it('sends 40 calls from idle as fast as HubSpot answers them', async () => {
    const calls = Array.from({ length: 40 }, () => portal.call());
    await Promise.all(calls);
    expect([portal.now, times().length]).toEqual([0, 40]);
  });

  it('has at most ten calls in flight', async () => {
    for (let call = 0; call < 30; call += 1) void portal.call({}, { latencyMs: 1_000 });
    await portal.settle();
    expect(times()).toHaveLength(10);
    await portal.pass(1_000);
    expect(times()).toHaveLength(20);
  });

  it.each([
    [5, 0],
    [40, 0],
    [300, 150],
    [400, 400],
  ])('is used up, without a pause and without excess, when answers take %i ms', async (latencyMs, transitMs) => {
    saturate(30, 'general', { latencyMs, transitMs });
    await portal.pass(60_000);
    const at = times();
    expect(mostInWindow(at, 10_000)).toBeLessThanOrEqual(110);
    expect(mostInWindow(at, 300)).toBeGreaterThanOrEqual(10);
    const steady = at.filter((time) => time > 20_000);
    expect(steady.length / 40).toBeGreaterThanOrEqual(10.5);
    const gaps = at.slice(1).map((time, index) => time - (at[index] ?? 0));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(Math.max(300, latencyMs));
  });
});

it('makes at most five searches a second, and almost as many on demand', async () => {
  saturate(20, 'search', { latencyMs: 40, transitMs: 20 });
  await portal.pass(20_000);
  expect(mostInWindow(times(), 1_000)).toBe(5);
  expect(times().length / 20).toBeGreaterThanOrEqual(4.5);
});

describe('an implausible limit', () => {
  const reported = (max: number, remaining = max - 1) => ({
    answer: () => ({ status: 200, body: {}, rateLimit: { max, remaining, intervalMs: 10_000 } }),
  });

  it.each([1_000_001, 999_999_999])('is ignored, and logged once: %d calls in ten seconds', async (max) => {
    await portal.call({}, reported(max));
    await portal.call({}, reported(max, 0));
    expect(portal.logs.filter((line) => line.includes('implausible'))).toHaveLength(1);
    for (let call = 0; call < 200; call += 1) void portal.call();
    await portal.pass(9_000);
    expect(portal.arrivals.length).toBeLessThanOrEqual(110);
  });
});
