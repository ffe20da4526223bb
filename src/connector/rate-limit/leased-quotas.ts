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

/** The leased quotas of this replica, for all portals. */
export class LeasedQuotas {
  readonly #options: LeasedQuotasOptions;
  /** Quotas that hold a lease. */
  readonly #active = new Set<LeasedQuota>();
  #isFailing = false;

  constructor(options: LeasedQuotasOptions) {
    this.#options = options;
  }

  of(hubId: number, usage: QuotaUsage): LeasedQuota {
    const { store, clock } = this.#options;
    const quota: LeasedQuota = new LeasedQuota(hubId, usage, {
      store,
      clock,
      onActive: (isActive) => (isActive ? this.#active.add(quota) : this.#active.delete(quota)),
      onRenewal: (error) => this.#logRenewal(error),
    });
    return quota;
  }

  /** Returns all leases. Never rejects. */
  async close(): Promise<void> {
    await Promise.all([...this.#active].map((quota) => quota.close()));
  }

  /** Logs one line for each outage, not one for each portal. */
  #logRenewal(err: unknown): void {
    const wasFailing = this.#isFailing;
    this.#isFailing = err !== undefined;
    if (this.#isFailing === wasFailing) return;
    if (this.#isFailing) this.#options.logger.warn({ err }, 'rate limits cannot be shared with other replicas');
    else this.#options.logger.info('rate limits are shared with other replicas again');
  }
}
