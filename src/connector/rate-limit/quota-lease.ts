import type { Clock } from '../../lib/time/clock.ts';
import type { QuotaLeaseRequest, QuotaLedger, StoredQuotaLease } from '../../storage/quota-lease-store.ts';
import { fairShares } from './fair-shares.ts';
import { HUBSPOT_LIMITS, type QuotaUsage, type SharedBudget } from './quota.ts';

/** Time between two renewals of a lease in use. */
export const RENEW_MS = 1_000;
/** A replica uses a lease this long after its last renewal, so that some renewals may fail. */
const LEASE_MS = 5_000;
/** HubSpot can count a call this much later than the replica sent it. */
const TRANSIT_MS = 500;
/** The first calls wait this long for a lease from the database. */
const AWAIT_LEASE_MS = 1_000;
/**
 * The part of the total limit that a replica uses without the database. Ten replicas that have all lost the database stay
 * within HubSpot's limit. A single replica that has lost it can exceed the limit by this part.
 */
const FLOOR_SHARE = 1 / 10;
/** The part of the total limit that stays free, so that a replica that joins need not wait until others return units. */
const RESERVE_SHARE = 1 / 25;
/** The reserve of an idle portal. It is larger because all replicas often start to call such a portal within one second. */
const IDLE_RESERVE_SHARE: Readonly<Record<SharedBudget, number>> = { general: 1 / 5, search: 2 / 5 };
/** The part of the free units that a joining replica takes. The rest is for replicas that join at the same time. */
const NEWCOMERS_SHARE = 1 / 8;
/** A replica requests its demand times this factor, so that its next call need not wait for a renewal. */
const HEADROOM = 1.25;
/** Factor of the past demand at each renewal: after about ten renewals only a tenth is left. */
const DECAY = 0.8;
const NEGLIGIBLE = 0.1;
/** Units that a replica without recent calls requests for its next calls. */
const IDLE_DEMAND: Readonly<Record<SharedBudget, number>> = { general: 2, search: 0 };

/** This replica's lease of one budget of one portal. A unit is one call per window. */
export class QuotaLease {
  readonly budget: SharedBudget;
  readonly #holder: string;
  readonly #usage: QuotaUsage;
  readonly #clock: Clock;
  /** Leased units. The database holds at least so many for this replica. */
  #units = 0;
  /** On the monotonic clock, as `#awaitLeaseUntil`. */
  #leasedUntil = Number.NEGATIVE_INFINITY;
  /** Until then, a replica without a lease makes no calls. */
  #awaitLeaseUntil = Number.POSITIVE_INFINITY;
  /** The leased units that may be used. The replica returns the others when HubSpot no longer counts calls for them. */
  #ceiling = 0;
  /** The fair share of this replica if it requested the total limit. */
  #projectedLimit: number | undefined;
  #totalLimit: number;
  /** The limit that HubSpot reported, until the other replicas know it. */
  #reportedLimit: number | undefined;
  #demand = 0;

  constructor(budget: SharedBudget, holder: string, usage: QuotaUsage, clock: Clock) {
    this.budget = budget;
    this.#holder = holder;
    this.#usage = usage;
    this.#clock = clock;
    this.#totalLimit = HUBSPOT_LIMITS[budget].max;
  }

  get limit(): number {
    if (this.#isLeased) return Math.min(this.#units, this.#ceiling);
    return this.#isAwaitingLease ? 0 : this.#floor;
  }

  get projectedLimit(): number {
    if (this.#isLeased || this.#isAwaitingLease) return this.#projectedLimit ?? this.#totalLimit;
    return this.#floor;
  }

  get totalLimit(): number {
    return this.#totalLimit;
  }

  /** True when HubSpot counts no call of this replica, and no call waits. */
  get isIdle(): boolean {
    return this.#usage.used(this.budget) === 0 && this.#usage.waiting(this.budget) === 0;
  }

  /** False when `max` is the known total limit. */
  updateLimit(max: number): boolean {
    if (this.#totalLimit === max) return false;
    // Until the other replicas know the new limit, this one changes its own use in proportion.
    this.#ceiling = Math.floor((this.#ceiling * max) / this.#totalLimit);
    this.#projectedLimit = undefined;
    this.#totalLimit = max;
    this.#reportedLimit = max;
    return true;
  }

  /** The replica will request a lease. */
  begin(): void {
    this.#awaitLeaseUntil = this.#clock.monotonic() + AWAIT_LEASE_MS;
  }

  /** Updates the demand, once for each renewal. */
  updateDemand(): void {
    const current = this.#usage.used(this.budget) + this.#usage.waiting(this.budget);
    this.#demand = Math.max(current, this.#demand * DECAY);
    if (this.#demand < NEGLIGIBLE) this.#demand = 0;
  }

  /**
   * The request of the next renewal. The replica stops using the units that the request returns, since the database may
   * store the request although its answer is lost.
   */
  renewal({ max, leases, now }: QuotaLedger): QuotaLeaseRequest {
    this.#totalLimit = this.#reportedLimit ?? max ?? this.#totalLimit;
    const otherLeases = leases.filter(({ holder }) => holder !== this.#holder);
    const [active, ended] = partition(otherLeases, ({ leasedForMs }) => leasedForMs > this.#windowTailMs);
    const wanted = Math.min(this.#totalLimit, Math.max(IDLE_DEMAND[this.budget], Math.ceil(this.#demand * HEADROOM)));
    const otherDemand = sum(active.map((lease) => lease.wanted));
    const share = (units: number) => {
      const capacity = Math.max(0, this.#totalLimit - this.#reserve(otherDemand + units) - unitsOf(ended));
      return fairShares(capacity, [...active, { holder: this.#holder, wanted: units }], now).get(this.#holder) ?? 0;
    };
    const used = this.#usage.used(this.budget);
    this.#ceiling = ceilingToward(share(wanted), used, this.#totalLimit, this.budget);
    // With fewer units than replicas, this replica gets one within seconds, when the claimants rotate.
    this.#projectedLimit = Math.max(1, share(this.#totalLimit));
    const held = unitsOf(leases) - unitsOf(otherLeases);
    const free = Math.max(0, this.#totalLimit - unitsOf(leases));
    const firstUnits = held === 0 && wanted > 0 ? Math.ceil(free * NEWCOMERS_SHARE) : 0;
    const attainable = held + Math.max(free - this.#reserve(otherDemand + wanted), firstUnits);
    const units = Math.max(Math.min(this.#ceiling, attainable), used);
    this.#units = Math.min(this.#units, units);
    return this.#request(units, wanted, LEASE_MS + this.#windowTailMs);
  }

  /** The request that returns the lease, except for the calls that HubSpot still counts. */
  end(): QuotaLeaseRequest {
    this.#leasedUntil = Number.NEGATIVE_INFINITY;
    this.#awaitLeaseUntil = Number.POSITIVE_INFINITY;
    this.#demand = 0;
    const units = this.#usage.used(this.budget);
    return this.#request(units, 0, units > 0 ? this.#windowTailMs : 0);
  }

  /** @param sinceMs when the renewal began, on the monotonic clock */
  granted(units: number, sinceMs: number): void {
    this.#units = units;
    this.#leasedUntil = sinceMs + LEASE_MS;
    this.#reportedLimit = undefined;
  }

  /** A renewal failed: the replica without a lease uses the floor from now on. */
  failed(): void {
    this.#awaitLeaseUntil = Number.NEGATIVE_INFINITY;
  }

  get #isLeased(): boolean {
    return this.#clock.monotonic() < this.#leasedUntil;
  }

  get #isAwaitingLease(): boolean {
    return this.#clock.monotonic() < this.#awaitLeaseUntil;
  }

  get #floor(): number {
    return Math.max(1, Math.floor(this.#totalLimit * FLOOR_SHARE));
  }

  /** HubSpot counts a call for this long after the replica sent it. */
  get #windowTailMs(): number {
    return HUBSPOT_LIMITS[this.budget].windowMs + TRANSIT_MS;
  }

  /** Units that stay free for joining replicas when the present ones request `wanted`. */
  #reserve(wanted: number): number {
    const least = Math.floor(this.#totalLimit * RESERVE_SHARE);
    const most = Math.floor(this.#totalLimit * IDLE_RESERVE_SHARE[this.budget]);
    return Math.max(least, Math.min(most, this.#totalLimit - wanted));
  }

  #request(units: number, wanted: number, leasedForMs: number): QuotaLeaseRequest {
    return { budget: this.budget, units, wanted, max: this.#totalLimit, leasedForMs };
  }
}

/**
 * The ceiling falls to the fair share over one window. A sudden fall would stop this replica for seconds, until the calls
 * in excess have left the window.
 */
function ceilingToward(share: number, used: number, totalLimit: number, budget: SharedBudget): number {
  const step = Math.ceil(((totalLimit - share) * RENEW_MS) / HUBSPOT_LIMITS[budget].windowMs);
  return Math.max(share, used - step);
}

function unitsOf(leases: readonly StoredQuotaLease[]): number {
  return sum(leases.map(({ units }) => units));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

function partition<T>(items: readonly T[], isFirst: (item: T) => boolean): readonly [readonly T[], readonly T[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}
