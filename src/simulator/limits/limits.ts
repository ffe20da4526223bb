import type { Clock } from '../../lib/time/clock.ts';
import { type LimitOptions, PortalLimits } from './portal-limits.ts';

export const HUBSPOT_LIMITS = {
  burst: { max: 110, windowMs: 10_000 },
  search: { max: 5, windowMs: 1_000 },
  daily: 'off',
  retryAfter: false,
} as const satisfies LimitOptions;

/** Options without any limit. */
export const NO_LIMITS = { burst: 'off', search: 'off', daily: 'off' } as const satisfies LimitOptions;

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
