import type { Logger } from '../../lib/logging/logger.ts';
import type { Clock } from '../../lib/time/clock.ts';
import type { QuotaLeaseStore } from '../../storage/quota-lease-store.ts';
import { LeasedQuota } from './leased-quota.ts';
import type { QuotaUsage } from './quota.ts';

export interface LeasedQuotasOptions {
  readonly store: Pick<QuotaLeaseStore, 'renew'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** This process's shares of all portals' budgets. */
export class LeasedQuotas {
  readonly #options: LeasedQuotasOptions;
  /** Those that hold something. */
  readonly #active = new Set<LeasedQuota>();
  #isAway = false;

  constructor(options: LeasedQuotasOptions) {
    this.#options = options;
  }

  of(hubId: number, usage: QuotaUsage): LeasedQuota {
    const { store, clock } = this.#options;
    const share: LeasedQuota = new LeasedQuota(hubId, usage, {
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
