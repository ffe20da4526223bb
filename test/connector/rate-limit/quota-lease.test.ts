import { ManualClock } from 'hubspot-graphql-gateway-simulator/manual-clock';
import { beforeEach, expect, it } from 'vitest';
import { QuotaLease } from '../../../src/connector/rate-limit/quota-lease.ts';
import type { StoredQuotaLease } from '../../../src/storage/quota-lease-store.ts';

const LEASE_MS = 15_500;

let clock: ManualClock;
let used: number;
let waiting: number;
beforeEach(() => {
  clock = new ManualClock();
  used = 0;
  waiting = 0;
});

function slice(budget: 'general' | 'search' = 'general'): QuotaLease {
  const usage = { used: () => used, waiting: () => waiting, changed: () => {} };
  return new QuotaLease(budget, 'ours', usage, clock);
}

/** Another replica with such a lease. */
function other(units: number, wanted: number, leasedForMs = LEASE_MS): StoredQuotaLease {
  return { holder: 'theirs', units, wanted, leasedForMs };
}

/** The request of a renewal beside these leases. */
function renewal(of: QuotaLease, ...leases: StoredQuotaLease[]) {
  of.updateDemand();
  return of.renewal({ max: 110, leases, now: clock.now() });
}

it('uses no units before the first lease is granted', () => {
  const ours = slice();
  ours.begin();
  expect(renewal(ours)).toEqual({ budget: 'general', units: 88, wanted: 2, max: 110, leasedForMs: LEASE_MS });
  expect(ours.limit).toBe(0);
  ours.granted(40, clock.monotonic());
  expect(ours.limit).toBe(40);
});

it('does not use units that a failed renewal may have returned', () => {
  const ours = slice();
  renewal(ours);
  ours.granted(106, clock.monotonic());

  renewal(ours, other(4, 110));
  ours.failed();
  waiting = 200;
  renewal(ours, other(4, 2));
  expect(ours.limit).toBe(2);
});

it('shrinks at once and returns units step by step, never those of counted calls', () => {
  const ours = slice();
  [used, waiting] = [100, 50];
  renewal(ours);
  ours.granted(106, clock.monotonic());

  expect(renewal(ours, other(4, 110))).toMatchObject({ units: 100, wanted: 110 });
  expect(ours.limit).toBeLessThan(100);
  used = 60;
  expect(renewal(ours, other(50, 110))).toMatchObject({ units: 60 });
  used = 53;
  expect(renewal(ours, other(50, 110))).toMatchObject({ units: 53 });
  expect(ours.limit).toBe(53);
});

it('gives crashed replicas no share, but reserves the calls that HubSpot may still count', () => {
  const ours = slice();
  waiting = 200;
  expect(renewal(ours, other(50, 110, 10_501))).toMatchObject({ units: 53 });
  expect(renewal(ours, other(50, 110, 10_500))).toMatchObject({ units: 56 });
});

it('projects its fair share, whatever it holds or requests now', () => {
  const ours = slice();
  ours.begin();
  expect(ours.projectedLimit).toBe(110);
  expect(renewal(ours, other(106, 110))).toMatchObject({ units: 1 });
  ours.granted(2, clock.monotonic());
  expect(ours).toMatchObject({ limit: 2, projectedLimit: 53, totalLimit: 110 });
});

it('projects one unit while replicas rotate', () => {
  const ours = slice('search');
  const others = Array.from({ length: 9 }, (_, index) => ({ ...other(1, 5), holder: `theirs-${index}` }));
  const shares = Array.from({ length: 4 }, () => {
    ours.updateDemand();
    ours.renewal({ max: 5, leases: others, now: clock.now() });
    ours.granted(0, clock.monotonic());
    clock.advance(4_999);
    return ours.projectedLimit;
  });
  expect(shares).toEqual([1, 1, 1, 1]);
});

it('requests its recent demand, and less at each renewal', () => {
  const ours = slice();
  used = 40;
  expect(renewal(ours).wanted).toBe(50);
  used = 0;
  const wants = Array.from({ length: 30 }, () => renewal(ours).wanted);
  expect(wants.slice(0, 3)).toEqual([40, 32, 26]);
  expect(wants).toEqual(wants.toSorted((a, b) => b - a));
  expect(wants.at(-1)).toBe(2);
});

it('requests a search for about ten seconds after the last one, and then none', () => {
  const ours = slice('search');
  const wants = () => {
    ours.updateDemand();
    return ours.renewal({ max: 5, leases: [], now: clock.now() }).wanted;
  };
  used = 1;
  wants();
  used = 0;
  const later = Array.from({ length: 12 }, wants);
  expect(later.slice(0, 8).every((wanted) => wanted >= 1)).toBe(true);
  expect(later.at(-1)).toBe(0);
});
