import { randomUUID } from 'node:crypto';
import type { Clock } from '../../lib/time/clock.ts';
import type { QuotaLeaseStore } from '../../storage/quota-lease-store.ts';
import { type Quota, type QuotaUsage, SHARED_BUDGETS, type SharedBudget } from './quota.ts';
import { QuotaLease, RENEW_MS } from './quota-lease.ts';

/** A replica without calls for this long returns its leases. It is longer than HubSpot's longest window. */
const IDLE_MS = 15_000;

export interface LeasedQuotaOptions {
  readonly store: Pick<QuotaLeaseStore, 'renew'>;
  readonly clock: Clock;
  /** Called with true when the quota starts to renew its leases, and with false when it has returned them. */
  readonly onActive: (isActive: boolean) => void;
  /** Called after each renewal, with the error if it failed. */
  readonly onRenewal: (error?: unknown) => void;
}

/**
 * The budgets of a portal, shared with other replicas. Each replica leases a part of each budget in the database, and
 * renews the lease every second while it makes calls. A replica uses only what it has leased. It returns units only when
 * HubSpot no longer counts calls for them. So all replicas together stay within the limit.
 */
export class LeasedQuota implements Quota {
  readonly #hubId: number;
  readonly #usage: QuotaUsage;
  readonly #options: LeasedQuotaOptions;
  /** Identifies this quota, not the process: a rate limiter that was evicted from the cache can coexist with its successor. */
  readonly #holder = randomUUID();
  readonly #leases: Readonly<Record<SharedBudget, QuotaLease>>;
  #isActive = false;
  #isClosed = false;
  #activatedAt = 0;
  #cancelTick: (() => void) | undefined;
  /** Renewals run one after the other. */
  #renewals: Promise<void> = Promise.resolve();
  #isRenewalDue = false;
  /** The limits that the rate limiter knows. */
  #lastPublished = '';

  constructor(hubId: number, usage: QuotaUsage, options: LeasedQuotaOptions) {
    this.#hubId = hubId;
    this.#usage = usage;
    this.#options = options;
    const lease = (budget: SharedBudget) => new QuotaLease(budget, this.#holder, usage, options.clock);
    this.#leases = { general: lease('general'), search: lease('search') };
  }

  limit(budget: SharedBudget): number {
    return this.#leases[budget].limit;
  }

  projectedLimit(budget: SharedBudget): number {
    return this.#leases[budget].projectedLimit;
  }

  totalLimit(budget: SharedBudget): number {
    return this.#leases[budget].totalLimit;
  }

  updateLimit(budget: SharedBudget, max: number): void {
    if (!this.#leases[budget].updateLimit(max)) return;
    this.#publishChanges();
    if (this.#isActive) this.#renewSoon();
  }

  activate(): void {
    this.#activatedAt = this.#options.clock.monotonic();
    if (this.#isActive || this.#isClosed) return;
    this.#isActive = true;
    this.#options.onActive(true);
    for (const budget of SHARED_BUDGETS) this.#leases[budget].begin();
    this.#tick();
  }

  /** Returns all leases. Never rejects. */
  close(): Promise<void> {
    this.#isClosed = true;
    if (this.#isActive) this.#stop();
    return this.#renewals;
  }

  #tick(): void {
    const { clock } = this.#options;
    const idleMs = clock.monotonic() - this.#activatedAt;
    if (idleMs >= IDLE_MS && SHARED_BUDGETS.every((budget) => this.#leases[budget].isIdle)) {
      this.#stop();
      return;
    }
    this.#cancelTick = clock.schedule(() => this.#tick(), RENEW_MS);
    // A lease also ends during a renewal that takes long.
    this.#publishChanges();
    this.#renewSoon();
  }

  #stop(): void {
    this.#cancelTick?.();
    this.#isActive = false;
    this.#renewSoon();
  }

  #renewSoon(): void {
    if (this.#isRenewalDue) return;
    this.#isRenewalDue = true;
    this.#renewals = this.#renewals.then(() => {
      this.#isRenewalDue = false;
      return this.#renew();
    });
  }

  async #renew(): Promise<void> {
    const { store, clock, onActive, onRenewal } = this.#options;
    const leases = SHARED_BUDGETS.map((budget) => this.#leases[budget]);
    const startedAt = clock.monotonic();
    for (const lease of leases) lease.updateDemand();
    let isKept = this.#isActive;
    try {
      const granted = await store.renew(this.#hubId, this.#holder, (ledgerOf) => {
        // A stop during the wait for the database returns the leases; a later activation requests new ones.
        isKept &&= this.#isActive;
        return leases.map((lease) => (isKept ? lease.renewal(ledgerOf(lease.budget)) : lease.end()));
      });
      if (isKept) for (const lease of leases) lease.granted(granted.get(lease.budget) ?? 0, startedAt);
      onRenewal();
    } catch (error) {
      if (isKept) for (const lease of leases) lease.failed();
      onRenewal(error);
    }
    if (!this.#isActive) onActive(false);
    this.#publishChanges();
  }

  #publishChanges(): void {
    const numbers = SHARED_BUDGETS.map((budget) => `${this.limit(budget)} ${this.projectedLimit(budget)}`).join();
    if (numbers === this.#lastPublished) return;
    this.#lastPublished = numbers;
    this.#usage.changed();
  }
}
