/** Budgets that replicas have to share: those that HubSpot counts. */
export const SHARED_BUDGETS = ['general', 'search'] as const;
export type SharedBudget = (typeof SHARED_BUDGETS)[number];

/**
 * What HubSpot allows of each per window, until its own headers say otherwise: every OAuth app has these limits, on each
 * portal that installed it. https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
 */
export const HUBSPOT_LIMITS: Readonly<Record<SharedBudget, { readonly max: number; readonly windowMs: number }>> = {
  general: { max: 110, windowMs: 10_000 },
  search: { max: 5, windowMs: 1_000 },
};

/** How much of a portal's budgets this process may use. All numbers are calls per window. */
export interface Quota {
  /** From here, now. */
  limit(budget: SharedBudget): number;
  /** From here, within seconds. */
  projectedLimit(budget: SharedBudget): number;
  /** By all replicas together. */
  totalLimit(budget: SharedBudget): number;
  /** HubSpot told what it allows by all replicas together. */
  updateLimit(budget: SharedBudget, max: number): void;
  /** Somebody wants to make calls. */
  activate(): void;
}

/** What a share is told about the use that is made of it. */
export interface QuotaUsage {
  /** Calls of this process that HubSpot counts now. */
  used(budget: SharedBudget): number;
  /** Calls that wait. */
  waiting(budget: SharedBudget): number;
  /** To be called when the share has changed. */
  changed(): void;
}

/** A portal's budgets for the only process there is: all of them. */
export class LocalQuota implements Quota {
  readonly #usage: QuotaUsage;
  readonly #max: Record<SharedBudget, number> = {
    general: HUBSPOT_LIMITS.general.max,
    search: HUBSPOT_LIMITS.search.max,
  };

  constructor(usage: QuotaUsage, max: Partial<Record<SharedBudget, number>> = {}) {
    this.#usage = usage;
    Object.assign(this.#max, max);
  }

  limit(budget: SharedBudget): number {
    return this.#max[budget];
  }

  projectedLimit(budget: SharedBudget): number {
    return this.#max[budget];
  }

  totalLimit(budget: SharedBudget): number {
    return this.#max[budget];
  }

  updateLimit(budget: SharedBudget, max: number): void {
    if (this.#max[budget] === max) return;
    this.#max[budget] = max;
    this.#usage.changed();
  }

  activate(): void {}
}
