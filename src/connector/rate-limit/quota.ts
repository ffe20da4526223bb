/** Budgets that HubSpot limits, so that replicas must share them. */
export const SHARED_BUDGETS = ['general', 'search'] as const;
export type SharedBudget = (typeof SHARED_BUDGETS)[number];

/**
 * Calls per window of an OAuth app in one portal, until HubSpot's headers report another limit.
 * https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
 */
export const HUBSPOT_LIMITS: Readonly<Record<SharedBudget, { readonly max: number; readonly windowMs: number }>> = {
  general: { max: 110, windowMs: 10_000 },
  search: { max: 5, windowMs: 1_000 },
};

/** The part of a portal's budgets that this process may use. All numbers are calls per window. */
export interface Quota {
  /** The calls that this process may make now. */
  limit(budget: SharedBudget): number;
  /** The calls that this process can expect to make within seconds. */
  projectedLimit(budget: SharedBudget): number;
  /** The calls that all replicas may make together. */
  totalLimit(budget: SharedBudget): number;
  /** Stores the total limit that HubSpot reported. */
  updateLimit(budget: SharedBudget, max: number): void;
  /** The process is about to make calls. */
  activate(): void;
}

/** How this process uses its quota. */
export interface QuotaUsage {
  /** Calls of this process that HubSpot counts now. */
  used(budget: SharedBudget): number;
  /** Calls that wait for a permit. */
  waiting(budget: SharedBudget): number;
  /** The quota calls this when one of its limits has changed. */
  changed(): void;
}

/** The quota of a process without replicas: all of each budget. */
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
