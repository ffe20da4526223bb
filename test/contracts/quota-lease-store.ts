import { ManualClock } from 'hubspot-graphql-gateway-simulator/manual-clock';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type QuotaLeaseRequest, QuotaLeaseStore, type QuotaLedger } from '../../src/storage/quota-lease-store.ts';
import type { TestDatabase } from '../helpers/databases.ts';

const HUB_ID = 1_234_567;
const LEASE_MS = 15_000;
const MAX = 110;

/** What every store of leases promises, whatever the database; `open` answers an empty, migrated one. */
export function quotaLeaseStoreContract(open: (clock: ManualClock) => Promise<TestDatabase>): void {
  let clock: ManualClock;
  let db: TestDatabase;
  let store: QuotaLeaseStore;
  beforeEach(async () => {
    clock = new ManualClock();
    db = await open(clock);
    store = new QuotaLeaseStore(db.database);
  });
  afterEach(() => db.drop());

  const request = (units: number, changes: Partial<QuotaLeaseRequest> = {}): QuotaLeaseRequest => ({
    budget: 'general',
    units,
    wanted: units,
    max: MAX,
    leasedForMs: LEASE_MS,
    ...changes,
  });

  /** Units of the general budget that `holder` has after a request. */
  async function ask(
    holder: string,
    units: number,
    changes: Partial<QuotaLeaseRequest> = {},
  ): Promise<number | undefined> {
    return (await store.renew(HUB_ID, holder, () => [request(units, changes)])).get('general');
  }

  /** The ledger that a replica without a lease sees. */
  async function ledger(budget = 'general', hubId = HUB_ID): Promise<QuotaLedger | undefined> {
    let seen: QuotaLedger | undefined;
    await store.renew(hubId, 'onlooker', (ledgerOf) => {
      seen = ledgerOf(budget);
      return [];
    });
    return seen;
  }

  it('is empty for an unused portal', async () => {
    expect(await ledger()).toEqual({ max: undefined, leases: [], now: clock.now() });
  });

  it('grants the requested units, and shows them to other replicas', async () => {
    expect(await ask('a', 36, { wanted: 50 })).toBe(36);
    clock.advance(1_000);
    expect(await ledger()).toEqual({
      max: MAX,
      leases: [{ holder: 'a', units: 36, wanted: 50, leasedForMs: LEASE_MS - 1_000 }],
      now: clock.now(),
    });
  });

  it('grants no more than the free units', async () => {
    expect(await ask('a', 100)).toBe(100);
    expect(await ask('b', 50)).toBe(10);
    expect(await ask('c', 50)).toBe(0);
    expect(await ask('a', 40)).toBe(40);
    expect(await ask('b', 50)).toBe(50);
    expect(await ask('c', 50)).toBe(20);
  });

  it('frees the units of a lease when it expires, and not before', async () => {
    await ask('a', 100);
    clock.advance(LEASE_MS - 1);
    expect(await ask('b', MAX)).toBe(10);
    clock.advance(1);
    expect(await ask('b', MAX)).toBe(MAX);
    expect((await ledger())?.leases.map(({ holder }) => holder)).toEqual(['b']);
  });

  it('removes a lease that ends at once', async () => {
    await ask('a', 100);
    await ask('a', 0, { leasedForMs: 0 });
    expect((await ledger())?.leases).toEqual([]);
    expect(await ask('b', MAX)).toBe(MAX);
  });

  it('leaves holders their units when the limit shrinks below them, and grants no more', async () => {
    await ask('a', 60);
    await ask('b', 50);
    expect(await ask('a', 60, { max: 80 })).toBe(60);
    expect(await ask('b', 55, { max: 80 })).toBe(50);
    expect((await ledger())?.max).toBe(80);
    await ask('a', 25, { max: 80 });
    expect(await ask('b', 60, { max: 80 })).toBe(55);
  });

  it('keeps budgets and portals apart', async () => {
    await ask('a', MAX);
    await store.renew(HUB_ID, 'a', () => [request(5, { budget: 'search', max: 5 })]);
    expect((await ledger('general'))?.leases.map(({ units }) => units)).toEqual([MAX]);
    expect((await ledger('search'))?.leases.map(({ units }) => units)).toEqual([5]);
    expect((await ledger('general', 7))?.leases).toEqual([]);
  });

  it('renews several budgets in one statement', async () => {
    const granted = await store.renew(HUB_ID, 'a', () => [request(36), request(2, { budget: 'search', max: 5 })]);
    expect([...granted]).toEqual([
      ['general', 36],
      ['search', 2],
    ]);
  });

  it('never grants more than the limit when replicas renew at the same time', async () => {
    const replicas = Array.from({ length: 8 }, () => new QuotaLeaseStore(db.open()));
    const granted = await Promise.all(
      replicas.map((replica, index) => replica.renew(HUB_ID, `replica-${index}`, () => [request(20)])),
    );
    const units = granted.map((each) => each.get('general') ?? 0);
    expect(units.reduce((sum, each) => sum + each, 0)).toBe(MAX);
    expect(units.toSorted((a, b) => b - a)).toEqual([20, 20, 20, 20, 20, 10, 0, 0]);
  });

  it('calls `decide` again with the new ledger when another replica was first', async () => {
    const seen: number[] = [];
    let overtaking: Promise<unknown> | undefined;
    const slow = new QuotaLeaseStore(db.open());
    await slow.renew(HUB_ID, 'a', (ledgerOf) => {
      seen.push(ledgerOf('general').leases.length);
      return [request(10)];
    });
    const { query } = db.database;
    const overtaken = new QuotaLeaseStore({
      ...db.database,
      query: query.withPlugin({
        transformQuery({ node }) {
          return node;
        },
        async transformResult({ result }) {
          // Right after the first read.
          overtaking ??= ask('b', 30);
          await overtaking;
          return result;
        },
      }),
    });
    await overtaken.renew(HUB_ID, 'a', (ledgerOf) => {
      seen.push(ledgerOf('general').leases.length);
      return [request(20)];
    });
    expect(seen).toEqual([0, 1, 2]);
    expect((await ledger())?.leases).toHaveLength(2);
  });
}
