import { ManualClock } from 'hubspot-graphql-gateway-simulator/manual-clock';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { HUBSPOT_LIMITS } from '../../src/connector/rate-limit/quota.ts';
import type { silentLogger } from '../../src/lib/logging/logger.ts';
import { QuotaLeaseStore } from '../../src/storage/quota-lease-store.ts';
import { createTestDatabase } from '../helpers/databases.ts';
import { CallCounter, pass, Replica } from '../helpers/replicas.ts';

const { max, windowMs } = HUBSPOT_LIMITS.general;
const LEASE_MS = 5_000;
/** A tenth of the limit. */
const FLOOR = 11;

type Fault = 'none' | 'away' | 'silent';

let clock: ManualClock;
let counter: CallCounter;
let fault: Fault;
let store: Pick<QuotaLeaseStore, 'renew'>;
let logged: string[];
beforeEach(async () => {
  clock = new ManualClock();
  counter = new CallCounter();
  const { database, drop } = await createTestDatabase('sqlite', clock);
  onTestFinished(drop);
  const real = new QuotaLeaseStore(database);
  fault = 'none';
  store = {
    renew(...renewal) {
      if (fault === 'away') return Promise.reject(new Error('connection refused'));
      if (fault === 'silent') return new Promise(() => {});
      return real.renew(...renewal);
    },
  };
  logged = [];
});

function replica(): Replica {
  const note =
    (level: string) =>
    (...parts: unknown[]) =>
      logged.push(`${level}: ${parts.at(-1)}`);
  // The part of a logger that is used here.
  const logger = { warn: note('warn'), info: note('info') } as unknown as typeof silentLogger;
  return new Replica({ clock, store, counter, logger });
}

const saturate = (replicas: readonly Replica[], ms: number) =>
  pass(clock, ms, () => {
    for (const each of replicas) each.saturate();
  });

it('keeps its units until its lease expires', async () => {
  const only = replica();
  await pass(clock, 20_000, () => void only.call(), 100);
  fault = 'away';
  const before = only.arrived.general;
  await pass(clock, LEASE_MS - 1_000, () => void only.call(), 100);
  expect(only.arrived.general - before).toBeGreaterThan(35);
});

it.each(['away', 'silent'] as const)('uses a tenth of the limit when the database stays %s', async (kind) => {
  const only = replica();
  await saturate([only], 20_000);
  fault = kind;
  await saturate([only], LEASE_MS + windowMs + 1_000);
  const before = only.arrived.general;
  await saturate([only], 3 * windowMs);
  const calls = only.arrived.general - before;
  expect(calls).toBeLessThanOrEqual(3 * FLOOR);
  expect(calls).toBeGreaterThanOrEqual(3 * FLOOR - 3);
});

it.each(['away', 'silent'] as const)(
  'serves with a tenth when the database was %s from the beginning',
  async (kind) => {
    fault = kind;
    const only = replica();
    await saturate([only], 1_500);
    expect(only.arrived.general).toBeGreaterThan(0);
    await saturate([only], 3 * windowMs);
    expect(counter.maxInWindow('general', windowMs)).toBe(FLOOR);
  },
);

it('stays within the limit with ten replicas that have all lost the database', async () => {
  const replicas = Array.from({ length: 10 }, replica);
  await saturate(replicas, 30_000);
  fault = 'away';
  await saturate(replicas, 60_000);
  expect(counter.maxInWindow('general', windowMs)).toBeLessThanOrEqual(max);
});

it('shares again when the database is back, and never exceeds the limit', async () => {
  const replicas = [replica(), replica(), replica()];
  await saturate(replicas, 20_000);
  fault = 'away';
  await saturate(replicas, 30_000);
  fault = 'none';
  await saturate(replicas, 20_000);
  const from = clock.monotonic();
  await saturate(replicas, 20_000);
  expect(counter.between('general', from, clock.monotonic())).toBeGreaterThanOrEqual(0.9 * 2 * max);
  expect(counter.maxInWindow('general', windowMs)).toBeLessThanOrEqual(max);
});

it('is logged once per outage', async () => {
  const only = replica();
  await saturate([only], 5_000);
  fault = 'away';
  await saturate([only], 20_000);
  fault = 'none';
  await saturate([only], 5_000);
  fault = 'away';
  await saturate([only], 20_000);
  const [away, back] = [
    'warn: rate limits cannot be shared with other replicas',
    'info: rate limits are shared with other replicas again',
  ];
  expect(logged).toEqual([away, back, away]);
});
