import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { BudgetSliceStore } from '../storage/budget-slice-store.ts';
import type { BudgetUsage } from './budget-share.ts';
import { LeasedShare } from './leased-share.ts';

export interface LeasedSharesOptions {
  readonly store: Pick<BudgetSliceStore, 'renew'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** This process's shares of all portals' budgets. */
export class LeasedShares {
  readonly #options: LeasedSharesOptions;
  /** Those that hold something. */
  readonly #active = new Set<LeasedShare>();
  #isAway = false;

  constructor(options: LeasedSharesOptions) {
    this.#options = options;
  }

  of(hubId: number, usage: BudgetUsage): LeasedShare {
    const { store, clock } = this.#options;
    const share: LeasedShare = new LeasedShare(hubId, usage, {
      store,
      clock,
      onActive: (isActive) => (isActive ? this.#active.add(share) : this.#active.delete(share)),
      onRenewal: (error) => this.#note(error),
    });
    return share;
  }

  /** Gives everything back. Never rejects. */
  async close(): Promise<void> {
    await Promise.all([...this.#active].map((share) => share.close()));
  }

  /** One line for an outage, however many portals there are. */
  #note(err: unknown): void {
    const wasAway = this.#isAway;
    this.#isAway = err !== undefined;
    if (this.#isAway === wasAway) return;
    if (this.#isAway) this.#options.logger.warn({ err }, 'rate limits cannot be shared with other replicas');
    else this.#options.logger.info('rate limits are shared with other replicas again');
  }
}
