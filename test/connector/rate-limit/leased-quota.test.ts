import { ManualClock } from 'hubspot-graphql-gateway-simulator/manual-clock';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { HUBSPOT_LIMITS } from '../../../src/connector/rate-limit/quota.ts';
import { QuotaLeaseStore } from '../../../src/storage/quota-lease-store.ts';
import { createTestDatabase } from '../../helpers/databases.ts';
import { CallCounter, type CountedBudget, HUB_ID, pass, Replica } from '../../helpers/replicas.ts';

const { general, search } = HUBSPOT_LIMITS;
/** A lease, HubSpot's window, and the transit of a call. */
const LEFT_BEHIND_MS = 5_000 + general.windowMs + 500;

let clock: ManualClock;
let counter: CallCounter;
let renewals: number;
/** Renewals wait for it. */
let gate: Promise<void>;
let store: Pick<QuotaLeaseStore, 'renew'>;
beforeEach(async () => {
  clock = new ManualClock();
  counter = new CallCounter();
  const { database, drop } = await createTestDatabase('sqlite', clock);
  onTestFinished(drop);
  const real = new QuotaLeaseStore(database);
  renewals = 0;
  gate = Promise.resolve();
  store = {
    async renew(...renewal) {
      renewals += 1;
      await gate;
      return real.renew(...renewal);
    },
  };
});

function replica(): Replica {
  return new Replica({ clock, store, counter });
}

function saturate(replicas: readonly Replica[], ms: number, budget: CountedBudget = 'general'): Promise<void> {
  return pass(clock, ms, () => {
    for (const each of replicas) each.saturate(budget);
  });
}

/** Calls of each that arrived while all of them were saturated for `ms`. */
async function arrivals(replicas: readonly Replica[], ms: number, budget: CountedBudget = 'general') {
  const before = replicas.map(({ arrived }) => arrived[budget]);
  await saturate(replicas, ms, budget);
  return replicas.map(({ arrived }, index) => arrived[budget] - (before[index] ?? 0));
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);

describe('replicas with more demand than the limit', () => {
  it.each([1, 2, 3, 8])(
    'use at least nine tenths of the limit, when they are %i, and never exceed it',
    async (count) => {
      const replicas = Array.from({ length: count }, replica);
      await saturate(replicas, 30_000);
      const calls = await arrivals(replicas, 60_000);

      expect(sum(calls)).toBeGreaterThanOrEqual(0.9 * 6 * general.max);
      expect(Math.min(...calls)).toBeGreaterThan((0.75 * 6 * general.max) / count);
      expect(counter.maxInWindow('general', general.windowMs)).toBeLessThanOrEqual(general.max);
    },
  );

  it.each([1, 2, 3, 5])('do so with searches, as %i', async (count) => {
    const replicas = Array.from({ length: count }, replica);
    await saturate(replicas, 5_000, 'search');
    const calls = await arrivals(replicas, 60_000, 'search');

    expect(sum(calls)).toBeGreaterThanOrEqual(0.9 * 60 * search.max);
    expect(counter.maxInWindow('search', search.windowMs)).toBeLessThanOrEqual(search.max);
  });

  it('rotate the units when they outnumber the searches that HubSpot allows, and none starves', async () => {
    const replicas = Array.from({ length: 12 }, replica);
    await saturate(replicas, 20_000, 'search');
    const calls = await arrivals(replicas, 60_000, 'search');

    expect(Math.min(...calls)).toBeGreaterThanOrEqual(10);
    expect(counter.maxInWindow('search', search.windowMs)).toBeLessThanOrEqual(search.max);
  });
});

describe('a replica that joins', () => {
  /** Replicas that come to a portal one after the other, and those of them whose first call arrived within 100 ms. */
  async function firstCalls(count: number, budget: CountedBudget, apartMs: number): Promise<number> {
    const newcomers = Array.from({ length: count }, replica);
    let inTime = 0;
    for (const each of newcomers) {
      void each.call(budget);
      await pass(clock, apartMs, undefined, 20);
    }
    await pass(clock, 100 - apartMs, undefined, 20);
    for (const { arrived } of newcomers) inTime += Math.min(1, arrived[budget]);
    return inTime;
  }

  it.each([0, 20, 100])('makes its first call at once, as do seven others that come %i ms apart', async (apartMs) => {
    expect(await firstCalls(8, 'general', apartMs)).toBe(8);
    expect(counter.maxInWindow('general', general.windowMs)).toBeLessThanOrEqual(general.max);
  });

  it.each([0, 100])('makes its first search at once, as do two others that come %i ms apart', async (apartMs) => {
    expect(await firstCalls(3, 'search', apartMs)).toBe(3);
    expect(counter.maxInWindow('search', search.windowMs)).toBeLessThanOrEqual(search.max);
  });

  it('makes its first call at once beside a replica that uses the whole limit, as do three others', async () => {
    const busy = replica();
    await saturate([busy], 30_000);
    const newcomers = Array.from({ length: 4 }, replica);
    for (const each of newcomers) void each.call();
    await saturate([busy], 100);
    expect(newcomers.map(({ arrived }) => arrived.general)).toEqual([1, 1, 1, 1]);
    expect(counter.maxInWindow('general', general.windowMs)).toBeLessThanOrEqual(general.max);
  });

  it('calls at once beside a replica that uses the whole limit, and has its fair share from then on', async () => {
    const [first, second] = [replica(), replica()];
    await saturate([first], 30_000);
    expect((await arrivals([first, second], 1_000))[1]).toBeGreaterThan(0);

    const calls = await arrivals([first, second], 20_000);
    expect(Math.min(...calls)).toBeGreaterThan(0.6 * general.max);
    expect(counter.maxInWindow('general', general.windowMs)).toBeLessThanOrEqual(general.max);
  });

  it('never stops the replica that returns units', async () => {
    const [first, second] = [replica(), replica()];
    // Evenly, so that calls leave the window evenly, too.
    await pass(clock, 30_000, () => void first.call(), 100);
    for (let second_ = 0; second_ < 10; second_ += 1) {
      const [calls = 0] = await arrivals([first, second], 1_000);
      expect(calls).toBeGreaterThan(0);
    }
  });

  it('leaves most of the limit to busy replicas when it makes few calls', async () => {
    const [busy, calm] = [replica(), replica()];
    await pass(clock, 60_000, () => {
      busy.saturate();
      if (clock.monotonic() % 10_000 === 0) void calm.call();
    });
    expect(counter.between('general', 30_000, 60_000)).toBeGreaterThanOrEqual(0.9 * 3 * general.max);
    expect(busy.arrived.general).toBeGreaterThanOrEqual(0.9 * 6 * general.max);
    expect(calm.arrived.general).toBe(6);
  });
});

describe('a replica that leaves', () => {
  it('leaves its lease to the others after a crash, as soon as HubSpot no longer counts its calls', async () => {
    const [first, second] = [replica(), replica()];
    await saturate([first, second], 30_000);
    second.kill();
    const [meanwhile = 0] = await arrivals([first], 10_000);
    expect(meanwhile).toBeLessThanOrEqual(0.6 * general.max);

    await saturate([first], LEFT_BEHIND_MS - 10_000 + 2_000);
    const [later = 0] = await arrivals([first], 10_000);
    expect(later).toBeGreaterThanOrEqual(0.9 * general.max);
    expect(counter.maxInWindow('general', general.windowMs)).toBeLessThanOrEqual(general.max);
  });

  it('returns at once the units without calls when it is closed', async () => {
    const [first, second] = [replica(), replica()];
    await saturate([first, second], 30_000);
    void second.shares.close();
    second.kill();
    await saturate([first], general.windowMs + 2_000);
    const [later = 0] = await arrivals([first], 10_000);
    expect(later).toBeGreaterThanOrEqual(0.9 * general.max);
    expect(counter.maxInWindow('general', general.windowMs)).toBeLessThanOrEqual(general.max);
  });

  it('returns its lease after some idle time, and makes no more database queries', async () => {
    const idle = replica();
    void idle.call();
    await pass(clock, 20_000);
    const before = renewals;
    await pass(clock, 60_000);
    expect(renewals).toBe(before);

    let leases: unknown;
    await store.renew(HUB_ID, 'onlooker', (ledgerOf) => {
      leases = [ledgerOf('general').leases, ledgerOf('search').leases];
      return [];
    });
    expect(leases).toEqual([[], []]);
  });
});

it('is closed when the return of its lease in progress is done', async () => {
  const idle = replica();
  void idle.call();
  await pass(clock, 14_500);
  const { promise, resolve: open } = Promise.withResolvers<void>();
  gate = promise;
  await pass(clock, 10_000);
  let isClosed = false;
  const closing = idle.shares.close().then(() => {
    isClosed = true;
  });
  await pass(clock, 100);
  expect(isClosed).toBe(false);
  open();
  await closing;
});

describe('the database', () => {
  it('is asked once a second while calls are made, however many', async () => {
    await saturate([replica()], 30_000);
    expect(renewals).toBeGreaterThanOrEqual(29);
    expect(renewals).toBeLessThanOrEqual(31);
  });

  it('delays only the first call', async () => {
    const first = replica();
    void first.call('general', 0);
    void first.call('search', 0);
    await pass(clock, 1, undefined, 1);
    expect(first.arrived).toEqual({ general: 1, search: 1 });
  });

  it('delays the first call after the lease was returned', async () => {
    const returning = replica();
    void returning.call();
    await pass(clock, 30_000);
    void returning.call('general', 0);
    await pass(clock, 1, undefined, 1);
    expect(returning.arrived.general).toBe(2);
  });
});

describe('what HubSpot says', () => {
  const generalLimit = (max: number) => ({ max, remaining: max - 1, intervalMs: general.windowMs });

  it('holds for all replicas together', async () => {
    const replicas = [replica(), replica(), replica()];
    await saturate(replicas, 20_000);
    replicas[0]?.limiter.updateLimit(generalLimit(190));
    await saturate(replicas, 20_000);
    const more = sum(await arrivals(replicas, 20_000));
    expect(more).toBeGreaterThanOrEqual(0.9 * 2 * 190);
    expect(counter.maxInWindow('general', general.windowMs)).toBeLessThanOrEqual(190);

    replicas[1]?.limiter.updateLimit(generalLimit(100));
    await saturate(replicas, 20_000);
    const fewer = sum(await arrivals(replicas, 20_000));
    expect(fewer).toBeGreaterThanOrEqual(0.9 * 2 * 100);
    expect(fewer).toBeLessThanOrEqual(2 * 100);
  });
});
