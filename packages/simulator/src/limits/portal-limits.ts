import { LIMIT_WINDOWS, REFUSED_CALLS_COUNT } from '../assumptions.ts';
import type { Clock } from '../time/clock.ts';
import type { CallKind } from './call-kind.ts';
import { type CallWindow, createWindow } from './call-window.ts';
import type { BurstState, LimitPolicy } from './limit-answers.ts';

const SECOND_MS = 1_000;
const DAY_MS = 24 * 60 * 60 * SECOND_MS;

/** The most calls in a window. */
export interface Limit {
  readonly max: number;
  readonly windowMs: number;
}

/**
 * The rate limits of the app in each portal. https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
 */
export interface LimitOptions {
  /** All calls except searches and association calls; by default 110 in 10 seconds, as for every OAuth app. */
  readonly burst?: Limit | 'off';
  /**
   * Calls under `/crm/associations/`; by default not limited. `ASSOCIATION_LIMITS` has the limits of HubSpot's guide.
   */
  readonly associations?: Limit | 'off';
  /** By default 5 a second. */
  readonly search?: Limit | 'off';
  /** Calls of all kinds per day; off by default, because OAuth apps have no daily limit. */
  readonly daily?: number | 'off';
  /** Whether a 429 has `Retry-After`. HubSpot documents none. */
  readonly retryAfter?: boolean;
}

export interface Refusal {
  readonly policy: LimitPolicy;
  /** Milliseconds until the limit allows the next call of this kind. */
  readonly retryAfterMs: number;
}

interface Budget extends Limit {
  readonly policy: LimitPolicy;
  readonly window: CallWindow;
}

type ShownKind = Exclude<CallKind, 'search'>;

/** The rate limits of one portal. */
export class PortalLimits {
  /** The limits that headers show. */
  readonly #shown: Readonly<Record<ShownKind, Budget | undefined>>;
  readonly #lastSeconds: Readonly<Record<ShownKind, CallWindow>>;
  readonly #budgets: Readonly<Record<CallKind, readonly Budget[]>>;

  constructor({ burst, associations, search, daily }: Required<LimitOptions>, clock: Clock) {
    const open = (policy: LimitPolicy, limit: Limit): Budget => ({
      ...limit,
      policy,
      window: createWindow(LIMIT_WINDOWS[policy], limit.windowMs, clock),
    });
    const day = daily === 'off' ? [] : [open('DAILY', { max: daily, windowMs: DAY_MS })];
    const tenSeconds = burst === 'off' ? [] : [open('TEN_SECONDLY_ROLLING', burst)];
    const second = search === 'off' ? [] : [open('SECONDLY', search)];
    const ofAssociations = associations === 'off' ? [] : [open('TEN_SECONDLY_ROLLING', associations)];
    this.#shown = { burst: tenSeconds[0], associations: ofAssociations[0] };
    this.#lastSeconds = {
      burst: createWindow('rolling', SECOND_MS, clock),
      associations: createWindow('rolling', SECOND_MS, clock),
    };
    this.#budgets = {
      burst: [...day, ...tenSeconds],
      search: [...day, ...second],
      associations: [...day, ...ofAssociations],
    };
  }

  /** Counts a call in all its limits, or refuses it. */
  take(kind: CallKind): Refusal | undefined {
    const budgets = this.#budgets[kind];
    const spent = budgets.find(({ window, max }) => window.count() >= max);
    if (!spent || REFUSED_CALLS_COUNT) {
      for (const { window } of budgets) window.add();
      if (kind !== 'search') this.#lastSeconds[kind].add();
    }
    return spent && { policy: spent.policy, retryAfterMs: spent.window.untilFewer() };
  }

  /** Counts as many calls as all limits allow now, like another app of the portal. The daily limit stays as it is. */
  useUp(): void {
    for (const { policy, max, window } of new Set(Object.values(this.#budgets).flat())) {
      while (policy !== 'DAILY' && window.count() < max) window.add();
    }
  }

  /** The state of the limit that headers of calls of this kind show; `undefined` without one. */
  shown(kind: CallKind): BurstState | undefined {
    const budget = kind === 'search' ? undefined : this.#shown[kind];
    if (kind === 'search' || !budget) return undefined;
    const { max, windowMs, window } = budget;
    const secondly = Math.floor((max * SECOND_MS) / windowMs);
    return {
      max,
      remaining: Math.max(0, max - window.count()),
      windowMs,
      secondly,
      secondlyRemaining: Math.max(0, secondly - this.#lastSeconds[kind].count()),
    };
  }
}
