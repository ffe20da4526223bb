import type { Database } from './database.ts';

/** The units of a budget that one replica holds. */
export interface StoredQuotaLease {
  readonly holder: string;
  readonly units: number;
  /** Units that the holder could use. */
  readonly wanted: number;
  /** Remaining time of the lease. No other replica gets the units before its end, even if the holder has crashed. */
  readonly leasedForMs: number;
}

/** A budget of a portal and the leases on it. */
export interface QuotaLedger {
  /** All units of the budget, from the latest renewal; `undefined` before the first one. */
  readonly max: number | undefined;
  /** The leases that have not expired. */
  readonly leases: readonly StoredQuotaLease[];
  /** Epoch milliseconds of the database's clock. */
  readonly now: number;
}

/** The lease that a replica requests; 0 ms end its lease. */
export interface QuotaLeaseRequest extends Omit<StoredQuotaLease, 'holder'> {
  readonly budget: string;
  /** All units of the budget. If replicas hold more, they must return the excess themselves. */
  readonly max: number;
}

interface LeaseRow extends Omit<StoredQuotaLease, 'leasedForMs'> {
  readonly leaseUntil: number;
}

/** By budget. */
type Ledgers = Readonly<Record<string, { readonly max: number; readonly leases: readonly LeaseRow[] }>>;

/**
 * The leases on the budgets of all portals. The leases of a portal are one JSON text, which is replaced by
 * compare-and-set. A renewal takes two statements, and a replica that stops between them blocks no other.
 */
export class QuotaLeaseStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Renews the leases of `holder` on a portal's budgets. `decide` gets the ledgers, possibly several times, and returns the
   * requests. The holder can keep or return units, and gets more only while units are free. So valid leases never grow
   * beyond `max` together, even if replicas renew at the same time.
   * @returns the granted units by budget
   */
  async renew(
    hubId: number,
    holder: string,
    decide: (ledgerOf: (budget: string) => QuotaLedger) => readonly QuotaLeaseRequest[],
  ): Promise<ReadonlyMap<string, number>> {
    for (;;) {
      const { ledger, now } = await this.#read(hubId);
      // Only this class writes it.
      const stored = JSON.parse(ledger) as Ledgers;
      const validLeases = (budget: string) => stored[budget]?.leases.filter(({ leaseUntil }) => leaseUntil > now) ?? [];
      const requests = decide((budget) => ({
        max: stored[budget]?.max,
        leases: validLeases(budget).map(({ leaseUntil, ...lease }) => ({ ...lease, leasedForMs: leaseUntil - now })),
        now,
      }));
      const renewed = requests.map((request) => renewLedger(validLeases(request.budget), holder, request, now));
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

  /** False when another replica was first. A ledger that was changed and changed back is equal, and may be replaced. */
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

function renewLedger(valid: readonly LeaseRow[], holder: string, request: QuotaLeaseRequest, now: number) {
  const { budget, max, wanted, leasedForMs } = request;
  const otherLeases = valid.filter((lease) => lease.holder !== holder);
  const held = valid.find((lease) => lease.holder === holder)?.units ?? 0;
  const free = max - held - otherLeases.reduce((sum, lease) => sum + lease.units, 0);
  const units = Math.min(request.units, held + Math.max(0, free));
  const lease = { holder, units, wanted, leaseUntil: now + leasedForMs };
  return { budget, max, units, leases: leasedForMs > 0 ? [...otherLeases, lease] : otherLeases };
}
