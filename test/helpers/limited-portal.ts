import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { ManualClock } from 'hubspot-graphql-gateway-simulator/manual-clock';
import { rateLimit } from '../../src/connector/middleware/rate-limit.ts';
import { LocalQuota } from '../../src/connector/rate-limit/quota.ts';
import { type RateLimiter, RateLimiters } from '../../src/connector/rate-limit/rate-limiter.ts';
import type { CallContext, HubspotCall, HubspotResponse, Send } from '../../src/hubspot/client.ts';
import type { Budget } from '../../src/hubspot/rate-limit.ts';
import { createMetrics, type Metrics } from '../../src/lib/metrics.ts';
import { sleep } from '../../src/lib/time/clock.ts';
import { collectingLogger } from './logs.ts';

/** A call that reached HubSpot. */
export interface Arrival {
  readonly fairnessKey: string;
  readonly budget: Budget;
  /** On the monotonic clock. */
  readonly sentAt: number;
  readonly at: number;
}

/** The durations of a call from its dispatch: it arrives after `transitMs`, and its answer comes after `latencyMs`. */
export interface Trip {
  readonly transitMs?: number;
  readonly latencyMs?: number;
  /** What HubSpot answers, or throws; 200 when left out. */
  readonly answer?: () => HubspotResponse;
}

export type Asker = Partial<CallContext> & { readonly budget?: Budget };

/** A rate limiter and a portal behind it. One manual clock controls both. */
export class LimitedPortal {
  readonly clock = new ManualClock();
  readonly metrics: Metrics = createMetrics();
  readonly limiter: RateLimiter;
  readonly arrivals: Arrival[] = [];
  /** Lines of the log. */
  readonly logs: string[] = [];

  constructor() {
    const { clock, metrics } = this;
    const createQuota = (_hubId: number, usage: ConstructorParameters<typeof LocalQuota>[0]) => new LocalQuota(usage);
    this.limiter = new RateLimiters({ clock, metrics, logger: collectingLogger(this.logs), createQuota }).of(1);
  }

  /** Whole milliseconds since the start. */
  get now(): number {
    return this.clock.monotonic();
  }

  callContext({ budget: _, ...asker }: Asker = {}): CallContext {
    return { fairnessKey: 'alice', priority: 'interactive', deadlineAt: this.now + 25_000, ...asker };
  }

  /** One call through the middleware, which sends it when the rate limiter grants a permit. */
  call(asker: Asker = {}, trip: Trip = {}): Promise<HubspotResponse> {
    const callContext = this.callContext(asker);
    const { budget = 'general' } = asker;
    const call: HubspotCall = { name: 'test', method: 'GET', path: '/', scopes: [[]], budget, callContext };
    return rateLimit(this.limiter)(this.#wire(callContext, budget, trip))(call);
  }

  /** A call that gets a permit and is not sent, as without a token. */
  async unsent(): Promise<void> {
    const call: HubspotCall = { name: 'test', method: 'GET', path: '/', scopes: [[]], callContext: this.callContext() };
    await rateLimit(this.limiter)(() => Promise.reject(new Error('no token')))(call).catch(() => {});
  }

  #wire({ fairnessKey }: CallContext, budget: Budget, trip: Trip): Send {
    const { transitMs = 0, latencyMs = transitMs, answer = () => ({ status: 200, body: {} }) } = trip;
    return async ({ onSend }) => {
      onSend?.();
      const sentAt = this.now;
      if (transitMs > 0) await sleep(this.clock, transitMs);
      this.arrivals.push({ fairnessKey, budget, sentAt, at: this.now });
      if (latencyMs > transitMs) await sleep(this.clock, latencyMs - transitMs);
      return answer();
    };
  }

  /** Lets everything proceed that does not wait for the clock. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 3; turn += 1) await turnOfTheLoop();
  }

  /** Advances the clock in small steps. */
  async pass(ms: number, stepMs = 5): Promise<void> {
    await this.settle();
    for (let passed = 0; passed < ms; passed += stepMs) {
      this.clock.advance(Math.min(stepMs, ms - passed));
      await turnOfTheLoop();
    }
    await this.settle();
  }

  /** Calls in flight by the rate limiter's count, and waiting calls by the metrics. */
  async waiting(): Promise<number> {
    const { values } = await this.metrics.rateWaiting.get();
    return values.reduce((sum, { value }) => sum + value, 0);
  }
}

/** The most events in any stretch of `windowMs`, its end excluded. */
export function mostInWindow(times: readonly number[], windowMs: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  let [most, first] = [0, 0];
  for (const [index, at] of sorted.entries()) {
    while ((sorted[first] ?? at) <= at - windowMs) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}
