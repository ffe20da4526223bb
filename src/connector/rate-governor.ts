import { LRUCache } from 'lru-cache';
import type { CallOrigin, Permit } from '../hubspot/client.ts';
import type { Budget, RateLimitState } from '../hubspot/rate-limit.ts';
import { cacheLimit } from '../lib/cache-limit.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import { type BudgetShare, type BudgetUsage, HUBSPOT_LIMITS, type SharedBudget } from './budget-share.ts';
import { PortalHealth } from './portal-health.ts';
import { RateBudget, type RateMetrics } from './rate-budget.ts';

import type { RateSlot } from './rate-slot.ts';
import { SocketShares } from './socket-shares.ts';

/** Hands out the right to make calls. */
export interface SlotSource {
  /**
   * Resolves when one call of `budget` may leave.
   * @throws GatewayError RATE_LIMITED at once when it cannot before the deadline, or the queue is full;
   *   HUBSPOT_UNAVAILABLE at once while HubSpot does not serve the portal
   */
  acquire(budget: Budget, origin: CallOrigin): Promise<Permit>;
}

/** Calls of a portal under way at once, by budget. */
const CONCURRENCY: Readonly<Record<Budget, number>> = { general: 10, search: 5, associations: 5 };
/** HubSpot names a policy for the general limit; for searches it only says "secondly". */
const POLICIES: Readonly<Record<SharedBudget, string>> = { general: 'TEN_SECONDLY_ROLLING', search: 'SECONDLY' };
/** The largest limit of a general window that HubSpot sells is 250: a figure far beyond it is a mistake, of a proxy maybe. */
const HIGHEST_LIMIT = 10_000;
/** Portals remembered per process. Those that are used are never the oldest of so many. */
const MAX_PORTALS = 10_000;

export interface RateGovernorsOptions {
  readonly clock: Clock;
  readonly metrics: RateMetrics;
  readonly logger: Logger;
  /** How a portal's budgets are shared with other replicas. */
  readonly createShare: (hubId: number, usage: BudgetUsage) => BudgetShare;
}

/** The governors of all portals. Tenants that connected one portal share its budgets, as HubSpot counts them together. */
export class RateGovernors {
  readonly #options: RateGovernorsOptions;
  readonly #governors = new LRUCache<number, RateGovernor>(cacheLimit(MAX_PORTALS));
  readonly #sockets = new SocketShares();

  constructor(options: RateGovernorsOptions) {
    this.#options = options;
  }

  of(hubId: number): RateGovernor {
    const known = this.#governors.get(hubId);
    if (known) return known;
    const governor = new RateGovernor(hubId, this.#options, this.#sockets);
    this.#governors.set(hubId, governor);
    return governor;
  }

  /** While HubSpot wants no calls of a portal for long: when that is over, in epoch milliseconds. */
  pausedUntil(hubId: number): number | undefined {
    const until = this.#governors.peek(hubId)?.pausedUntil;
    const { clock } = this.#options;
    return until === undefined ? undefined : clock.now() + until - clock.monotonic();
  }

  /** Portals of which HubSpot wants no calls for long. */
  get paused(): number {
    let paused = 0;
    for (const { pausedUntil } of this.#governors.values()) if (pausedUntil !== undefined) paused += 1;
    return paused;
  }
}

/** Decides when calls may leave for one portal, so that HubSpot's limits are used up and never exceeded. */
export class RateGovernor implements SlotSource {
  readonly health: PortalHealth;
  readonly #hubId: number;
  readonly #logger: Logger;
  readonly #share: BudgetShare;
  readonly #budgets: Readonly<Record<Budget, RateBudget>>;
  #hasDisbelieved = false;

  constructor(hubId: number, { clock, metrics, logger, createShare }: RateGovernorsOptions, sockets: SocketShares) {
    this.#hubId = hubId;
    this.#logger = logger;
    this.health = new PortalHealth(clock, (refusal) => {
      for (const budget of Object.values(this.#budgets)) budget.refuseAll(refusal);
    });
    const share = createShare(hubId, {
      used: (budget) => this.#budgets[budget].used,
      waiting: (budget) => this.#budgets[budget].waiting,
      changed: () => {
        this.#budgets.general.changed();
        this.#budgets.search.changed();
      },
    });
    const underWay = (budget: Budget) => ({
      concurrency: () => sockets.share(CONCURRENCY[budget]),
      underWay: (change: 1 | -1) => sockets.underWay(hubId, change),
    });
    const shared = (budget: SharedBudget) =>
      new RateBudget(
        {
          budget,
          windowMs: HUBSPOT_LIMITS[budget].windowMs,
          policy: POLICIES[budget],
          ...underWay(budget),
          limit: () => share.limit(budget),
          outlook: () => share.outlook(budget),
          others: () => share.whole(budget) - share.limit(budget),
        },
        clock,
        metrics,
      );
    const unlimited = () => Number.POSITIVE_INFINITY;
    this.#share = share;
    this.#budgets = {
      general: shared('general'),
      search: shared('search'),
      associations: new RateBudget(
        {
          budget: 'associations',
          windowMs: 0,
          ...underWay('associations'),
          limit: unlimited,
          outlook: unlimited,
          others: () => 0,
        },
        clock,
        metrics,
      ),
    };
  }

  async acquire(budget: Budget, origin: CallOrigin): Promise<RateSlot> {
    this.health.admit();
    this.#share.wake();
    return this.#budgets[budget].acquire(origin);
  }

  /** HubSpot told how the general limit stands; answers what is believed of it. */
  learn(told: RateLimitState | undefined): RateLimitState | undefined {
    if (told && told.max > HIGHEST_LIMIT) {
      if (!this.#hasDisbelieved) {
        this.#logger.warn({ hubId: this.#hubId, max: told.max }, 'a rate limit that HubSpot told is not believed');
      }
      this.#hasDisbelieved = true;
      return undefined;
    }
    if (told) this.#share.learn('general', told.max);
    return told;
  }

  /** While HubSpot wants no calls of this portal for long: when that is over, on the monotonic clock. */
  get pausedUntil(): number | undefined {
    return this.health.pausedUntil ?? this.#budgets.general.closedUntil;
  }
}
