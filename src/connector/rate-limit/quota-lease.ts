import type { Clock } from '../../lib/time/clock.ts';
import type { QuotaLeaseRequest, QuotaLedger, StoredQuotaLease } from '../../storage/quota-lease-store.ts';
import { fairShares } from './fair-shares.ts';
import { HUBSPOT_LIMITS, type QuotaUsage, type SharedBudget } from './quota.ts';

/** Slices in use are renewed so often. */
export const RENEW_MS = 1_000;
/** A slice that is not renewed is used no longer than this: a few renewals may fail. */
const LEASE_MS = 5_000;
/** A call that left with the lease's last millisecond reaches HubSpot, and begins to count there, so much later. */
const TRANSIT_MS = 500;
/** The first call waits no longer for the database. */
const AWAIT_LEASE_MS = 1_000;
/**
 * Without the database this part of the whole is used: it serves on, if slowly, and ten replicas that all lost the
 * database keep HubSpot's limit. One that alone lost it may add so much to what the others use.
 */
const FLOOR_SHARE = 1 / 10;
/**
 * This part of the whole is left for whoever comes next: the first calls need not wait until others have given way.
 * More of it where nobody wants it: a portal that was idle is often called by all replicas within a second.
 */
const RESERVE_SHARE = 1 / 25;
const IDLE_RESERVE_SHARE: Readonly<Record<SharedBudget, number>> = { general: 1 / 5, search: 2 / 5 };
/** A replica that joins takes this part of the reserve, and leaves the rest to replicas that join with it. */
const NEWCOMERS_SHARE = 1 / 8;
/** Who has waiting calls or had some lately wants so much more than that, so that the next call leaves at once. */
const HEADROOM = 1.25;
/** What was needed is thought to be needed again, but with every renewal less: forgotten after about ten. */
const DECAY = 0.8;
const NEGLIGIBLE = 0.1;
/** Units that one who made no call lately wants, for the next ones. */
const WANTED_IDLE: Readonly<Record<SharedBudget, number>> = { general: 2, search: 0 };

/** This process's part of one budget of one portal. */
export class QuotaLease {
  readonly budget: SharedBudget;
  readonly #holder: string;
  readonly #usage: QuotaUsage;
  readonly #clock: Clock;
  /** The database holds so many for us, or more; until `#leasedUntil` of the monotonic clock. */
  #units = 0;
  #leasedUntil = Number.NEGATIVE_INFINITY;
  /** Without a lease nothing leaves until then. */
  #awaitLeaseUntil = Number.POSITIVE_INFINITY;
  /** No more than that is used of them: the rest goes back as soon as no call needs it. */
  #ceiling = 0;
  /** Our fair share if we wanted everything. */
  #projectedLimit: number | undefined;
  #totalLimit: number;
  /** HubSpot's own figure, until the other replicas know it. */
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

  /** Nobody has used the slice, or will soon. */
  get isIdle(): boolean {
    return this.#usage.used(this.budget) === 0 && this.#usage.waiting(this.budget) === 0;
  }

  /** False when that was known. */
  updateLimit(max: number): boolean {
    if (this.#totalLimit === max) return false;
    // The others give way when they hear of it; until then ours shrinks, or grows, no more than in proportion.
    this.#ceiling = Math.floor((this.#ceiling * max) / this.#totalLimit);
    this.#projectedLimit = undefined;
    this.#totalLimit = max;
    this.#reportedLimit = max;
    return true;
  }

  /** A lease is about to be taken. */
  begin(): void {
    this.#awaitLeaseUntil = this.#clock.monotonic() + AWAIT_LEASE_MS;
  }

  /** Once per renewal. */
  observe(): void {
    const needed = this.#usage.used(this.budget) + this.#usage.waiting(this.budget);
    this.#demand = Math.max(needed, this.#demand * DECAY);
    if (this.#demand < NEGLIGIBLE) this.#demand = 0;
  }

  /** What to ask for. From here on what would go back is not used any more, whether or not the answer comes. */
  renewal({ max, leases, now }: QuotaLedger): QuotaLeaseRequest {
    this.#totalLimit = this.#reportedLimit ?? max ?? this.#totalLimit;
    const others = leases.filter(({ holder }) => holder !== this.#holder);
    const [alive, gone] = partition(others, ({ leasedForMs }) => leasedForMs > this.#windowTailMs);
    const wanted = Math.min(this.#totalLimit, Math.max(WANTED_IDLE[this.budget], Math.ceil(this.#demand * HEADROOM)));
    const othersWant = sum(alive.map((lease) => lease.wanted));
    const share = (units: number) => {
      const capacity = Math.max(0, this.#totalLimit - this.#reserve(othersWant + units) - unitsOf(gone));
      return fairShares(capacity, [...alive, { holder: this.#holder, wanted: units }], now).get(this.#holder) ?? 0;
    };
    const used = this.#usage.used(this.budget);
    this.#ceiling = ceilingToward(share(wanted), used, this.#totalLimit, this.budget);
    // Where replicas take turns, the next one is seconds away.
    this.#projectedLimit = Math.max(1, share(this.#totalLimit));
    const held = unitsOf(leases) - unitsOf(others);
    const free = Math.max(0, this.#totalLimit - unitsOf(leases));
    const firstUnits = held === 0 && wanted > 0 ? Math.ceil(free * NEWCOMERS_SHARE) : 0;
    const attainable = held + Math.max(free - this.#reserve(othersWant + wanted), firstUnits);
    const units = Math.max(Math.min(this.#ceiling, attainable), used);
    this.#units = Math.min(this.#units, units);
    return this.#request(units, wanted, LEASE_MS + this.#windowTailMs);
  }

  /** Gives everything back but what calls of the last moments need until HubSpot forgets them. */
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

  /** The database is away. */
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

  /** HubSpot counts a call for so long after it left. */
  get #windowTailMs(): number {
    return HUBSPOT_LIMITS[this.budget].windowMs + TRANSIT_MS;
  }

  /** Units that are left for newcomers when all who are here want so many. */
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
 * The way from what is used to a fair share takes a window: of the calls that leave it, some are made again and the
 * others left to those who want more. To wait until all the excess has left would stop this replica for seconds.
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
