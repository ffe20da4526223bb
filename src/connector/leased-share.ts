import { randomUUID } from 'node:crypto';
import type { Clock } from '../lib/clock.ts';
import type { BudgetSliceStore } from '../storage/budget-slice-store.ts';
import { type BudgetShare, type BudgetUsage, SHARED_BUDGETS, type SharedBudget } from './budget-share.ts';
import { LeasedSlice, RENEW_MS } from './leased-slice.ts';

/** HubSpot's longest window and a little: who made no call for so long holds nothing back by leaving. */
const IDLE_MS = 15_000;

export interface LeasedShareOptions {
  readonly store: Pick<BudgetSliceStore, 'renew'>;
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
export class LeasedShare implements BudgetShare {
  readonly #hubId: number;
  readonly #usage: BudgetUsage;
  readonly #options: LeasedShareOptions;
  /** Of this share, not of the process: should a portal's governor be forgotten and made anew, there are two for a while. */
  readonly #holder = randomUUID();
  readonly #slices: Readonly<Record<SharedBudget, LeasedSlice>>;
  #isUsed = false;
  #isClosed = false;
  #wokenAt = 0;
  #cancelTick: (() => void) | undefined;
  /** Renewals follow each other. */
  #renewals: Promise<void> = Promise.resolve();
  #isDue = false;
  /** The figures that the governor knows. */
  #told = '';

  constructor(hubId: number, usage: BudgetUsage, options: LeasedShareOptions) {
    this.#hubId = hubId;
    this.#usage = usage;
    this.#options = options;
    const slice = (budget: SharedBudget) => new LeasedSlice(budget, this.#holder, usage, options.clock);
    this.#slices = { general: slice('general'), search: slice('search') };
  }

  limit(budget: SharedBudget): number {
    return this.#slices[budget].limit;
  }

  outlook(budget: SharedBudget): number {
    return this.#slices[budget].outlook;
  }

  whole(budget: SharedBudget): number {
    return this.#slices[budget].whole;
  }

  learn(budget: SharedBudget, max: number): void {
    if (!this.#slices[budget].learn(max)) return;
    this.#tellChanges();
    if (this.#isUsed) this.#renewSoon();
  }

  wake(): void {
    this.#wokenAt = this.#options.clock.monotonic();
    if (this.#isUsed || this.#isClosed) return;
    this.#isUsed = true;
    this.#options.onActive(true);
    for (const budget of SHARED_BUDGETS) this.#slices[budget].begin();
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
    const idleMs = clock.monotonic() - this.#wokenAt;
    if (idleMs >= IDLE_MS && SHARED_BUDGETS.every((budget) => this.#slices[budget].isIdle)) {
      this.#stop();
      return;
    }
    this.#cancelTick = clock.schedule(() => this.#tick(), RENEW_MS);
    // However long a renewal takes, leases end on time.
    this.#tellChanges();
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
    const slices = SHARED_BUDGETS.map((budget) => this.#slices[budget]);
    const startedAt = clock.monotonic();
    for (const slice of slices) slice.observe();
    let isKept = this.#isUsed;
    try {
      const granted = await store.renew(this.#hubId, this.#holder, (ledgerOf) => {
        // Whoever wakes us up from here on begins anew.
        isKept &&= this.#isUsed;
        return slices.map((slice) => (isKept ? slice.renewal(ledgerOf(slice.budget)) : slice.end()));
      });
      if (isKept) for (const slice of slices) slice.granted(granted.get(slice.budget) ?? 0, startedAt);
      onRenewal();
    } catch (error) {
      if (isKept) for (const slice of slices) slice.failed();
      onRenewal(error);
    }
    if (!this.#isUsed) onActive(false);
    this.#tellChanges();
  }

  #tellChanges(): void {
    const numbers = SHARED_BUDGETS.map((budget) => `${this.limit(budget)} ${this.outlook(budget)}`).join();
    if (numbers === this.#told) return;
    this.#told = numbers;
    this.#usage.changed();
  }
}
