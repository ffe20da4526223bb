import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isGatewayError } from '../../../src/errors.ts';
import type { HubspotResponse } from '../../../src/hubspot/client.ts';
import { hubspotError } from '../../../src/hubspot/failed-answer.ts';
import type { HubspotFailure } from '../../../src/hubspot/hubspot-error.ts';
import type { Budget } from '../../../src/hubspot/rate-limit.ts';
import { sleep } from '../../../src/lib/time/clock.ts';
import { LimitedPortal, mostInWindow } from '../../helpers/limited-portal.ts';

const FAILURES: readonly HubspotFailure[] = [
  { status: 404 },
  { status: 423 },
  { status: 500 },
  { status: 429, policy: 'TEN_SECONDLY_ROLLING' },
  { status: 429 },
];

/** A caller starts a call with random durations at a random time. */
const ask = fc.record({
  afterMs: fc.integer({ min: 0, max: 20_000 }),
  viewer: fc.integer({ min: 0, max: 5 }),
  priority: fc.constantFrom('interactive' as const, 'background' as const),
  budget: fc.constantFrom<Budget[]>('general', 'general', 'general', 'search', 'associations'),
  patienceMs: fc.integer({ min: 100, max: 30_000 }),
  latencyMs: fc.integer({ min: 0, max: 2_000 }),
  /** Where between sending and answer HubSpot counts it. */
  transit: fc.double({ min: 0, max: 1, noNaN: true }),
  failure: fc.option(fc.constantFrom(...FAILURES), { freq: 20, nil: undefined }),
});
type Ask = typeof ask extends fc.Arbitrary<infer T> ? T : never;

/** The clock moves so far at once: a call takes up to three steps longer than it would. */
const STEP_MS = 25;
const LIMITS = { general: [110, 10_000], search: [5, 1_000] } as const;

async function play(portal: LimitedPortal, { afterMs, viewer, priority, budget, patienceMs, ...trip }: Ask) {
  await sleep(portal.clock, afterMs);
  const deadlineAt = portal.now + patienceMs;
  const transitMs = Math.round(trip.transit * trip.latencyMs);
  const answer = (): HubspotResponse => {
    if (trip.failure) throw hubspotError(trip.failure);
    return { status: 200, body: {} };
  };
  const asker = { fairnessKey: `viewer ${viewer}`, priority, budget, deadlineAt };
  const outcome = await portal.call(asker, { transitMs, latencyMs: trip.latencyMs, answer }).then(
    () => 'answered',
    (error: unknown) => (isGatewayError(error) ? error.code : String(error)),
  );
  return { outcome, failed: trip.failure !== undefined, late: portal.now - deadlineAt - trip.latencyMs };
}

it('keeps every limit, answers or refuses every call in time, and has its full burst afterwards', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(ask, { minLength: 300, maxLength: 700 }), async (asks) => {
      const portal = new LimitedPortal();
      let settled = 0;
      const plays = asks.map((one) => play(portal, one).finally(() => (settled += 1)));
      await portal.pass(55_000, STEP_MS);
      expect(settled).toBe(asks.length);
      for (const { outcome, failed, late } of await Promise.all(plays)) {
        // A portal that fails most of its calls opens the circuit breaker.
        if (!failed) expect(['answered', 'RATE_LIMITED', 'HUBSPOT_UNAVAILABLE']).toContain(outcome);
        expect(late).toBeLessThanOrEqual(4 * STEP_MS);
      }
      for (const [budget, [max, windowMs]] of Object.entries(LIMITS)) {
        const arrivals = portal.arrivals.filter((arrival) => arrival.budget === budget);
        const times = arrivals.map(({ at }) => at);
        expect(mostInWindow(times, windowMs)).toBeLessThanOrEqual(max);
      }
      expect(await portal.waiting()).toBe(0);
      // No call is in flight and no call counts any more: the full burst is available again.
      portal.clock.advance(120_000);
      await Promise.all(Array.from({ length: 30 }, () => portal.call()));
      await Promise.all(Array.from({ length: 10 }, () => portal.limiter.acquire('general', portal.callContext())));
    }),
    { numRuns: 25, endOnFailure: true },
  );
});

it('starves no viewer: a single call is answered within seconds although others use the whole limit', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 30_000 }), fc.integer({ min: 1, max: 400 }), async (at, latencyMs) => {
      const portal = new LimitedPortal();
      for (let caller = 0; caller < 40; caller += 1) {
        void (async () => {
          for (;;) await portal.call({ fairnessKey: `greedy ${caller % 2}` }, { latencyMs });
        })();
      }
      await portal.pass(at, 20);
      const from = portal.now;
      let answeredAt = Number.POSITIVE_INFINITY;
      void portal.call({ fairnessKey: 'modest' }, { latencyMs }).then(() => {
        answeredAt = portal.now;
      });
      await portal.pass(2_000, 20);
      expect(answeredAt - from).toBeLessThanOrEqual(2_000);
    }),
    { numRuns: 10 },
  );
});
