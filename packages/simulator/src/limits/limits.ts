import { ASSOCIATIONS_LIMITED } from '../assumptions.ts';
import type { Clock } from '../time/clock.ts';
import { type Limit, type LimitOptions, PortalLimits } from './portal-limits.ts';

export const HUBSPOT_LIMITS = {
  burst: { max: 110, windowMs: 10_000 },
  associations: ASSOCIATIONS_LIMITED,
  search: { max: 5, windowMs: 1_000 },
  daily: 'off',
  retryAfter: false,
} as const satisfies LimitOptions;

/**
 * The limits of association calls by subscription: Free and Starter, Professional and Enterprise, and with the API limit
 * increase. https://developers.hubspot.com/docs/api-reference/latest/crm/associations/associate-records/guide
 */
export const ASSOCIATION_LIMITS = {
  starter: { max: 100, windowMs: 10_000 },
  professional: { max: 150, windowMs: 10_000 },
  increased: { max: 200, windowMs: 10_000 },
} as const satisfies Record<string, Limit>;

/** Options without any limit. */
export const NO_LIMITS = {
  burst: 'off',
  associations: 'off',
  search: 'off',
  daily: 'off',
} as const satisfies LimitOptions;

/** The rate limits of all portals. */
export class Limits {
  readonly options: Required<LimitOptions>;
  readonly #clock: Clock;
  readonly #portals = new Map<number, PortalLimits>();

  constructor(options: LimitOptions, clock: Clock) {
    this.options = { ...HUBSPOT_LIMITS, ...options };
    this.#clock = clock;
  }

  of(hubId: number): PortalLimits {
    const known = this.#portals.get(hubId);
    if (known) return known;
    const limits = new PortalLimits(this.options, this.#clock);
    this.#portals.set(hubId, limits);
    return limits;
  }
}
