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

/** Grants permits for calls. */
export interface PermitSource {
  /**
   * Resolves when one call of `budget` may be sent.
   * @throws GatewayError RATE_LIMITED at once when the call cannot be sent before its deadline, or the queue is full;
   *   HUBSPOT_UNAVAILABLE at once while HubSpot does not serve the portal
   */
  acquire(budget: Budget, callContext: CallContext): Promise<Permit>;
}

/** Calls of a portal that may be in flight at the same time, by budget. */
const CONCURRENCY: Readonly<Record<Budget, number>> = { general: 10, search: 5, associations: 5 };
/** The names of HubSpot's rate limit policies. HubSpot's 429 for a search calls its policy only "secondly". */
const POLICIES: Readonly<Record<SharedBudget, string>> = { general: 'TEN_SECONDLY_ROLLING', search: 'SECONDLY' };
/**
 * The largest limit that HubSpot sells is 250 calls per window. A figure beyond what one process can call in a window is an
 * error, for example of a proxy. Simulators state figures up to here when they have no limit.
 */
const MAX_PLAUSIBLE_LIMIT = 1_000_000;
/** Rate limiters in the cache of a process. It exceeds the portals that are in use at the same time. */
const MAX_PORTALS = 10_000;

export interface RateLimitersOptions {
  readonly clock: Clock;
  readonly metrics: RateMetrics;
  readonly logger: Logger;
  /** Creates the quota of a portal, which shares its budgets with other replicas. */
  readonly createQuota: (hubId: number, usage: QuotaUsage) => Quota;
}

/** The rate limiters of all portals. Tenants that connected the same portal quota its budgets, since HubSpot counts them together. */
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

  /** End of a long pause of a portal, in epoch milliseconds; `undefined` outside a pause. */
  pausedUntil(hubId: number): number | undefined {
    const until = this.#limiters.peek(hubId)?.pausedUntil;
    const { clock } = this.#options;
    return until === undefined ? undefined : clock.now() + until - clock.monotonic();
  }

  /** Number of portals in a long pause. */
  get paused(): number {
    let paused = 0;
    for (const { pausedUntil } of this.#limiters.values()) if (pausedUntil !== undefined) paused += 1;
    return paused;
  }
}

/** Decides when the calls of one portal may be sent, so that they use HubSpot's limits and never exceed them. */
export class RateLimiter implements PermitSource {
  readonly health: PortalHealth;
  readonly #hubId: number;
  readonly #logger: Logger;
  readonly #quota: Quota;
  readonly #budgets: Readonly<Record<Budget, RateBucket>>;
  /**
   * HubSpot's guide and its specifications contradict each other about the limit of association calls. So it is unlimited
   * until the headers of an answer report it.
   */
  #associationLimit = Number.POSITIVE_INFINITY;
  #hasWarned = false;

  constructor(hubId: number, { clock, metrics, logger, createQuota }: RateLimitersOptions, sockets: SocketShares) {
    this.#hubId = hubId;
    this.#logger = logger;
    this.health = new PortalHealth(clock, (refusal) => {
      for (const budget of Object.values(this.#budgets)) budget.refuseAll(refusal);
    });
    const quota = createQuota(hubId, {
      used: (budget) => this.#budgets[budget].used,
      waiting: (budget) => this.#budgets[budget].waiting,
      changed: () => {
        this.#budgets.general.changed();
        this.#budgets.search.changed();
      },
    });
    const concurrencyLimits = (budget: Budget) => ({
      concurrency: () => sockets.share(CONCURRENCY[budget]),
      countInFlight: (change: 1 | -1) => sockets.countInFlight(hubId, change),
    });
    const shared = (budget: SharedBudget) =>
      new RateBucket(
        {
          budget,
          windowMs: HUBSPOT_LIMITS[budget].windowMs,
          policy: POLICIES[budget],
          ...concurrencyLimits(budget),
          limit: () => quota.limit(budget),
          projectedLimit: () => quota.projectedLimit(budget),
          otherReplicas: () => quota.totalLimit(budget) - quota.limit(budget),
        },
        clock,
        metrics,
      );
    const associationLimit = () => this.#associationLimit;
    this.#quota = quota;
    this.#budgets = {
      general: shared('general'),
      search: shared('search'),
      associations: new RateBucket(
        {
          budget: 'associations',
          windowMs: HUBSPOT_LIMITS.general.windowMs,
          ...concurrencyLimits('associations'),
          limit: associationLimit,
          projectedLimit: associationLimit,
          // The calls of other replicas count as external ones.
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

  /** Stores the limit of `budget` that HubSpot reported. Returns `undefined` for a limit that is not plausible. */
  updateLimit(
    reported: RateLimitState | undefined,
    budget: Exclude<Budget, 'search'> = 'general',
  ): RateLimitState | undefined {
    if (!reported) return undefined;
    if (reported.max > MAX_PLAUSIBLE_LIMIT) {
      if (!this.#hasWarned) {
        this.#logger.warn({ hubId: this.#hubId, max: reported.max }, 'the gateway ignores an implausible rate limit');
      }
      this.#hasWarned = true;
      return undefined;
    }
    if (budget === 'general') this.#quota.updateLimit('general', reported.max);
    else if (this.#associationLimit !== reported.max) {
      this.#associationLimit = reported.max;
      this.#budgets.associations.changed();
    }
    return reported;
  }

  /** End of a long pause of this portal, on the monotonic clock; `undefined` outside a pause. */
  get pausedUntil(): number | undefined {
    return this.health.pausedUntil ?? this.#budgets.general.longPauseUntil;
  }
}
