import type { ManualClock } from 'hubspot-graphql-gateway-simulator/manual-clock';
import { LeasedQuotas } from '../../src/connector/rate-limit/leased-quotas.ts';
import { type RateLimiter, RateLimiters } from '../../src/connector/rate-limit/rate-limiter.ts';
import { silentLogger } from '../../src/lib/logging/logger.ts';
import { createMetrics } from '../../src/lib/metrics.ts';
import type { Clock } from '../../src/lib/time/clock.ts';
import type { QuotaLeaseStore } from '../../src/storage/quota-lease-store.ts';

export const HUB_ID = 1_234_567;
/** As long as an operation takes at most. */
const DEADLINE_MS = 25_000;

export type CountedBudget = 'general' | 'search';

/** What HubSpot counts: calls as they arrive, from whatever replica. */
export class CallCounter {
  readonly arrivals: Record<CountedBudget, number[]> = { general: [], search: [] };

  /** The most calls in any stretch of `windowMs`. */
  maxInWindow(budget: CountedBudget, windowMs: number): number {
    const times = this.arrivals[budget].toSorted((a, b) => a - b);
    let [max, first] = [0, 0];
    times.forEach((time, index) => {
      while ((times[first] ?? time) <= time - windowMs) first += 1;
      max = Math.max(max, index - first + 1);
    });
    return max;
  }

  /** Calls that came from `from` on and before `to`. */
  between(budget: CountedBudget, from: number, to: number): number {
    return this.arrivals[budget].filter((time) => from <= time && time < to).length;
  }
}

export interface ReplicaOptions {
  readonly clock: ManualClock;
  readonly store: Pick<QuotaLeaseStore, 'renew'>;
  readonly counter: CallCounter;
  readonly logger?: typeof silentLogger;
}

/** A process with a rate limiter of its own, which shares one portal's budgets with others. */
export class Replica {
  readonly limiter: RateLimiter;
  readonly shares: LeasedQuotas;
  /** Calls of this replica that arrived at HubSpot. */
  readonly arrived: Record<CountedBudget, number> = { general: 0, search: 0 };
  readonly waiting: Record<CountedBudget, number> = { general: 0, search: 0 };
  refused = 0;
  #isDead = false;
  readonly #clock: ManualClock;
  readonly #counter: CallCounter;

  constructor({ clock, store, counter, logger = silentLogger }: ReplicaOptions) {
    this.#clock = clock;
    this.#counter = counter;
    const mortal: Clock = {
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      schedule: (callback, delayMs) => clock.schedule(() => this.#isDead || callback(), delayMs),
    };
    this.shares = new LeasedQuotas({ store, clock: mortal, logger });
    const limiters = new RateLimiters({
      clock: mortal,
      metrics: createMetrics(),
      logger,
      createQuota: (hubId, usage) => this.shares.of(hubId, usage),
    });
    this.limiter = limiters.of(HUB_ID);
  }

  /** As `kill -9` does it: what has left arrives, nothing else ever happens. */
  kill(): void {
    this.#isDead = true;
  }

  /** A call that HubSpot counts `transitMs` after it left and answers after as long again. */
  async call(budget: CountedBudget = 'general', transitMs = 20): Promise<void> {
    if (this.#isDead) return;
    this.waiting[budget] += 1;
    const deadlineAt = this.#clock.monotonic() + DEADLINE_MS;
    const origin = { fairnessKey: 'acme\nalice', priority: 'interactive', deadlineAt } as const;
    const slot = await this.limiter.acquire(budget, origin).catch(() => undefined);
    this.waiting[budget] -= 1;
    if (this.#isDead) return;
    if (!slot) {
      this.refused += 1;
      return;
    }
    slot.use();
    slot.send();
    this.#clock.schedule(() => {
      this.arrived[budget] += 1;
      this.#counter.arrivals[budget].push(this.#clock.monotonic());
      this.#clock.schedule(() => this.#isDead || slot.succeed(undefined), transitMs);
    }, transitMs);
  }

  /** Keeps `count` calls waiting. */
  saturate(budget: CountedBudget = 'general', count = 20): void {
    while (!this.#isDead && this.waiting[budget] < count) void this.call(budget);
  }
}

/** Lets `ms` pass in steps of `stepMs`, and everything that does not wait for time happen in between. */
export async function pass(clock: ManualClock, ms: number, onStep: () => void = () => {}, stepMs = 50): Promise<void> {
  for (let passed = 0; passed < ms; passed += stepMs) {
    onStep();
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(stepMs);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
