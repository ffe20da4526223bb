import { randomUUID } from 'node:crypto';
import type { Clock } from '../../lib/time/clock.ts';
import type { QuotaLeaseStore } from '../../storage/quota-lease-store.ts';
import { type Quota, type QuotaUsage, SHARED_BUDGETS, type SharedBudget } from './quota.ts';
import { QuotaLease, RENEW_MS } from './quota-lease.ts';

/** HubSpot's longest window and a little: who made no call for so long holds nothing back by leaving. */
const IDLE_MS = 15_000;

export interface LeasedQuotaOptions {
  readonly store: Pick<QuotaLeaseStore, 'renew'>;
  readonly clock: Clock;
  /** Called when the share begins to renew itself, and when it has given everything back. */
  readonly onActive: (isActive: boolean) => void;
  /** Called after every renewal with what it failed with, or nothing. */
  readonly onRenewal: (error?: unknown) => void;
}

/**
 * A portal's budgets shared with other replicas: each leases slices of them in the database, and renews them every
 * second as long as it makes calls. A replica uses no more than it holds, and gives units back only when no call needs
 * them that HubSpot still counts, so that all together never exceed the limit.
 */
export class LeasedQuota implements Quota {
  readonly #hubId: number;
  readonly #usage: QuotaUsage;
  readonly #options: LeasedQuotaOptions;
  /** Of this share, not of the process: should a portal's rate limiter be forgotten and made anew, there are two for a while. */
  readonly #holder = randomUUID();
  readonly #leases: Readonly<Record<SharedBudget, QuotaLease>>;
  #isUsed = false;
  #isClosed = false;
  #activatedAt = 0;
  #cancelTick: (() => void) | undefined;
  /** Renewals follow each other. */
  #renewals: Promise<void> = Promise.resolve();
  #isDue = false;
  /** The figures that the rate limiter knows. */
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
    if (this.#isUsed) this.#renewSoon();
  }

  activate(): void {
    this.#activatedAt = this.#options.clock.monotonic();
    if (this.#isUsed || this.#isClosed) return;
    this.#isUsed = true;
    this.#options.onActive(true);
    for (const budget of SHARED_BUDGETS) this.#leases[budget].begin();
    this.#tick();
  }

  /** Gives everything back. Never rejects. */
  close(): Promise<void> {
    this.#isClosed = true;
    if (this.#isUsed) this.#stop();
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
    // However long a renewal takes, leases end on time.
    this.#publishChanges();
    this.#renewSoon();
  }

  #stop(): void {
    this.#cancelTick?.();
    this.#isUsed = false;
    this.#renewSoon();
  }

  #renewSoon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    this.#renewals = this.#renewals.then(() => {
      this.#isDue = false;
      return this.#renew();
    });
  }

  async #renew(): Promise<void> {
    const { store, clock, onActive, onRenewal } = this.#options;
    const leases = SHARED_BUDGETS.map((budget) => this.#leases[budget]);
    const startedAt = clock.monotonic();
    for (const lease of leases) lease.observe();
    let isKept = this.#isUsed;
    try {
      const granted = await store.renew(this.#hubId, this.#holder, (ledgerOf) => {
        // Whoever wakes us up from here on begins anew.
        isKept &&= this.#isUsed;
        return leases.map((lease) => (isKept ? lease.renewal(ledgerOf(lease.budget)) : lease.end()));
      });
      if (isKept) for (const lease of leases) lease.granted(granted.get(lease.budget) ?? 0, startedAt);
      onRenewal();
    } catch (error) {
      if (isKept) for (const lease of leases) lease.failed();
      onRenewal(error);
    }
    if (!this.#isUsed) onActive(false);
    this.#publishChanges();
  }

  #publishChanges(): void {
    const numbers = SHARED_BUDGETS.map((budget) => `${this.limit(budget)} ${this.projectedLimit(budget)}`).join();
    if (numbers === this.#lastPublished) return;
    this.#lastPublished = numbers;
    this.#usage.changed();
  }
}
