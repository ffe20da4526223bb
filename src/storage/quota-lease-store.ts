import type { Database } from './database.ts';

/** Units of a budget that one replica holds. */
export interface StoredQuotaLease {
  readonly holder: string;
  readonly units: number;
  /** Units that the holder could use. */
  readonly wanted: number;
  /** Nobody else gets the units for so long, whatever becomes of the holder. */
  readonly leasedForMs: number;
}

/** A budget of a portal, and who holds how much of it. */
export interface QuotaLedger {
  /** Units that there are, as whoever renewed last said; `undefined` when nobody ever did. */
  readonly max: number | undefined;
  /** Those whose leases have not ended. */
  readonly leases: readonly StoredQuotaLease[];
  /** Epoch milliseconds of the database's clock. */
  readonly now: number;
}

/** What a replica makes of its slice; a lease of 0 ms ends it. */
export interface QuotaLeaseRequest extends Omit<StoredQuotaLease, 'holder'> {
  readonly budget: string;
  /** Units that there are. What is held beyond is left to its holders to give back. */
  readonly max: number;
}

interface StoredSlice extends Omit<StoredQuotaLease, 'leasedForMs'> {
  readonly leaseUntil: number;
}

/** By budget. */
type Ledgers = Readonly<Record<string, { readonly max: number; readonly leases: readonly StoredSlice[] }>>;

/**
 * The slices of all portals' budgets. A portal's are one text that is replaced by compare-and-set: two statements renew
 * a replica's slices, and one that stops between them holds nobody up.
 */
export class QuotaLeaseStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Renews what `holder` has of a portal. `decide` sees the ledgers, maybe several times, and says what to make of its
   * slices. It may keep or give back what it has, and gets more only as far as units are free: however many renew at
   * once, live slices never grow beyond `max` together.
   * @returns units by budget
   */
  async renew(
    hubId: number,
    holder: string,
    decide: (ledgerOf: (budget: string) => QuotaLedger) => readonly QuotaLeaseRequest[],
  ): Promise<ReadonlyMap<string, number>> {
    for (;;) {
      const { ledger, now } = await this.#read(hubId);
      // Written here alone.
      const stored = JSON.parse(ledger) as Ledgers;
      const liveSlices = (budget: string) => stored[budget]?.leases.filter(({ leaseUntil }) => leaseUntil > now) ?? [];
      const requests = decide((budget) => ({
        max: stored[budget]?.max,
        leases: liveSlices(budget).map(({ leaseUntil, ...slice }) => ({ ...slice, leasedForMs: leaseUntil - now })),
        now,
      }));
      const renewed = requests.map((request) => renewedLedger(liveSlices(request.budget), holder, request, now));
      const next = {
        ...stored,
        ...Object.fromEntries(renewed.map(({ budget, max, leases }) => [budget, { max, leases }])),
      };
      if (await this.#replace(hubId, ledger, JSON.stringify(next))) {
        return new Map(renewed.map(({ budget, units }) => [budget, units]));
      }
    }
  }

  async #read(hubId: number): Promise<{ ledger: string; now: number }> {
    const { query } = this.#database;
    for (;;) {
      const row = await query
        .selectFrom('portal_budgets')
        .select(['ledger', this.#database.now().as('now')])
        .where('hub_id', '=', hubId)
        .executeTakeFirst();
      if (row) return row;
      await query
        .insertInto('portal_budgets')
        .values({ hub_id: hubId, ledger: '{}' })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    }
  }

  /** False when somebody else was first. What was read says all there is: if it has come again, it is as good. */
  async #replace(hubId: number, old: string, next: string): Promise<boolean> {
    const { numUpdatedRows } = await this.#database.query
      .updateTable('portal_budgets')
      .set({ ledger: next })
      .where('hub_id', '=', hubId)
      .where('ledger', '=', old)
      .executeTakeFirst();
    return numUpdatedRows === 1n;
  }
}

function renewedLedger(live: readonly StoredSlice[], holder: string, request: QuotaLeaseRequest, now: number) {
  const { budget, max, wanted, leasedForMs } = request;
  const others = live.filter((slice) => slice.holder !== holder);
  const held = live.find((slice) => slice.holder === holder)?.units ?? 0;
  const free = max - held - others.reduce((sum, slice) => sum + slice.units, 0);
  const units = Math.min(request.units, held + Math.max(0, free));
  const slice = { holder, units, wanted, leaseUntil: now + leasedForMs };
  return { budget, max, units, leases: leasedForMs > 0 ? [...others, slice] : others };
}
