import { LRUCache } from 'lru-cache';
import type { CallContext, Permit } from '../../hubspot/client.ts';
import type { Budget, RateLimitState } from '../../hubspot/rate-limit.ts';
import { cacheLimit } from '../../lib/cache-limit.ts';
import type { Logger } from '../../lib/logging/logger.ts';
import type { Clock } from '../../lib/time/clock.ts';
import { PortalHealth } from '../middleware/portal-health.ts';
import { HUBSPOT_LIMITS, type Quota, type QuotaUsage, type SharedBudget } from './quota.ts';
import { RateBucket, type RateMetrics } from './rate-bucket.ts';

import type { RatePermit } from './rate-permit.ts';
import { SocketShares } from './socket-shares.ts';

/** Hands out the right to make calls. */
export interface PermitSource {
  /**
   * Resolves when one call of `budget` may leave.
   * @throws GatewayError RATE_LIMITED at once when it cannot before the deadline, or the queue is full;
   *   HUBSPOT_UNAVAILABLE at once while HubSpot does not serve the portal
   */
  acquire(budget: Budget, callContext: CallContext): Promise<Permit>;
}

/** Calls of a portal under way at once, by budget. */
const CONCURRENCY: Readonly<Record<Budget, number>> = { general: 10, search: 5, associations: 5 };
/** HubSpot names a policy for the general limit; for searches it only says "secondly". */
const POLICIES: Readonly<Record<SharedBudget, string>> = { general: 'TEN_SECONDLY_ROLLING', search: 'SECONDLY' };
/** The largest limit of a general window that HubSpot sells is 250: a figure far beyond it is a mistake, of a proxy maybe. */
const HIGHEST_LIMIT = 10_000;
/** Portals remembered per process. Those that are used are never the oldest of so many. */
const MAX_PORTALS = 10_000;

export interface RateLimitersOptions {
  readonly clock: Clock;
  readonly metrics: RateMetrics;
  readonly logger: Logger;
  /** How a portal's budgets are shared with other replicas. */
  readonly createQuota: (hubId: number, usage: QuotaUsage) => Quota;
}

/** The rate limiters of all portals. Tenants that connected one portal share its budgets, as HubSpot counts them together. */
export class RateLimiters {
  readonly #options: RateLimitersOptions;
  readonly #limiters = new LRUCache<number, RateLimiter>(cacheLimit(MAX_PORTALS));
  readonly #sockets = new SocketShares();

  constructor(options: RateLimitersOptions) {
    this.#options = options;
  }

  of(hubId: number): RateLimiter {
    const known = this.#limiters.get(hubId);
    if (known) return known;
    const limiter = new RateLimiter(hubId, this.#options, this.#sockets);
    this.#limiters.set(hubId, limiter);
    return limiter;
  }

  /** While HubSpot wants no calls of a portal for long: when that is over, in epoch milliseconds. */
  pausedUntil(hubId: number): number | undefined {
    const until = this.#limiters.peek(hubId)?.pausedUntil;
    const { clock } = this.#options;
    return until === undefined ? undefined : clock.now() + until - clock.monotonic();
  }

  /** Portals of which HubSpot wants no calls for long. */
  get paused(): number {
    let paused = 0;
    for (const { pausedUntil } of this.#limiters.values()) if (pausedUntil !== undefined) paused += 1;
    return paused;
  }
}

/** Decides when calls may leave for one portal, so that HubSpot's limits are used up and never exceeded. */
export class RateLimiter implements PermitSource {
  readonly health: PortalHealth;
  readonly #hubId: number;
  readonly #logger: Logger;
  readonly #quota: Quota;
  readonly #budgets: Readonly<Record<Budget, RateBucket>>;
  #hasDisbelieved = false;

  constructor(hubId: number, { clock, metrics, logger, createQuota }: RateLimitersOptions, sockets: SocketShares) {
    this.#hubId = hubId;
    this.#logger = logger;
    this.health = new PortalHealth(clock, (refusal) => {
      for (const budget of Object.values(this.#budgets)) budget.refuseAll(refusal);
    });
    const share = createQuota(hubId, {
      used: (budget) => this.#budgets[budget].used,
      waiting: (budget) => this.#budgets[budget].waiting,
      changed: () => {
        this.#budgets.general.changed();
        this.#budgets.search.changed();
      },
    });
    const inFlight = (budget: Budget) => ({
      concurrency: () => sockets.share(CONCURRENCY[budget]),
      inFlight: (change: 1 | -1) => sockets.inFlight(hubId, change),
    });
    const shared = (budget: SharedBudget) =>
      new RateBucket(
        {
          budget,
          windowMs: HUBSPOT_LIMITS[budget].windowMs,
          policy: POLICIES[budget],
          ...inFlight(budget),
          limit: () => share.limit(budget),
          projectedLimit: () => share.projectedLimit(budget),
          otherReplicas: () => share.totalLimit(budget) - share.limit(budget),
        },
        clock,
        metrics,
      );
    const unlimited = () => Number.POSITIVE_INFINITY;
    this.#quota = share;
    this.#budgets = {
      general: shared('general'),
      search: shared('search'),
      associations: new RateBucket(
        {
          budget: 'associations',
          windowMs: 0,
          ...inFlight('associations'),
          limit: unlimited,
          projectedLimit: unlimited,
          otherReplicas: () => 0,
        },
        clock,
        metrics,
      ),
    };
  }

  async acquire(budget: Budget, callContext: CallContext): Promise<RatePermit> {
    this.health.admit();
    this.#quota.activate();
    return this.#budgets[budget].acquire(callContext);
  }

  /** HubSpot told how the general limit stands; answers what is believed of it. */
  updateLimit(told: RateLimitState | undefined): RateLimitState | undefined {
    if (told && told.max > HIGHEST_LIMIT) {
      if (!this.#hasDisbelieved) {
        this.#logger.warn({ hubId: this.#hubId, max: told.max }, 'a rate limit that HubSpot told is not believed');
      }
      this.#hasDisbelieved = true;
      return undefined;
    }
    if (told) this.#quota.updateLimit('general', told.max);
    return told;
  }

  /** While HubSpot wants no calls of this portal for long: when that is over, on the monotonic clock. */
  get pausedUntil(): number | undefined {
    return this.health.pausedUntil ?? this.#budgets.general.closedUntil;
  }
}
