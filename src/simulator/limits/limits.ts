import type { Clock } from '../../lib/time/clock.ts';
import { type LimitOptions, PortalLimits } from './portal-limits.ts';

export const HUBSPOT_LIMITS = {
  burst: { max: 110, windowMs: 10_000 },
  search: { max: 5, windowMs: 1_000 },
  daily: 'off',
  retryAfter: false,
} as const satisfies LimitOptions;

/** For a simulator that answers as much as it is asked. */
export const NO_LIMITS = { burst: 'off', search: 'off', daily: 'off' } as const satisfies LimitOptions;

/** Counts what the app asks of each portal, and says when it is too much. */
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
