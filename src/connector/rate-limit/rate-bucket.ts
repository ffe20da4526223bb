import { GatewayError } from '../../errors.ts';
import type { CallContext } from '../../hubspot/client.ts';
import type { LimitReachedError } from '../../hubspot/limit-reached-error.ts';
import type { Budget, RateLimitState } from '../../hubspot/rate-limit.ts';
import { FairQueue, type RoundRobinKey } from '../../lib/fair-queue.ts';
import type { Metrics } from '../../lib/metrics.ts';
import type { Clock } from '../../lib/time/clock.ts';
import { LongPause } from './long-pause.ts';
import { type PermitIssuer, RatePermit, type SentCall } from './rate-permit.ts';
import { SlidingWindow } from './sliding-window.ts';

/** The limits of one budget of a portal, and the part of them that this process may use. */
export interface BucketLimits {
  readonly budget: Budget;
  /** Length of HubSpot's window in milliseconds. */
  readonly windowMs: number;
  /** The `policy` in the errors for clients. */
  readonly policy?: string;
  /** Calls that may be in flight at the same time. */
  concurrency(): number;
  /** Called when the number of calls in flight changes. */
  countInFlight(change: 1 | -1): void;
  /** Calls per window that this process may make now. Infinite while HubSpot has reported no limit. */
  limit(): number;
  /** Calls per window that this process can expect to make within seconds. */
  projectedLimit(): number;
  /** Calls per window that other replicas may make. */
  otherReplicas(): number;
}

export type RateMetrics = Pick<Metrics, 'rateWaiting' | 'rateRefusals' | 'rateLimitReached'>;

/** At HubSpot's 11 calls a second, a queue of a thousand takes 90 s. That is longer than any deadline. */
const MAX_WAITING = 1_000;
/** The least pause after a 429 for a budget without a known limit, and the least `retryAfterMs` for a client. */
const PAUSE_MS = 1_000;
/** Consecutive refusals double the pause up to this. A longer pause that HubSpot requests is a long pause. */
export const LONGEST_PAUSE_MS = 60_000;

interface Waiter {
  readonly callContext: CallContext;
  readonly grant: (permit: RatePermit) => void;
  readonly refuse: (reason: unknown) => void;
}

/** Grants the permits of one budget of one portal. */
export class RateBucket implements PermitIssuer {
  readonly #limits: BucketLimits;
  readonly #clock: Clock;
  readonly #metrics: RateMetrics;
  readonly #window: SlidingWindow;
  readonly #queue = new FairQueue<Waiter>();
  #running = 0;
  #cancelTimer: (() => void) | undefined;
  /** No call is sent before; on the monotonic clock, as all times here. */
  #pausedUntil = 0;
  /** 429 answers in total. */
  #refusals = 0;
  /** 429 answers since the last other answer. */
  #consecutiveRefusals = 0;
  /** Also used for the daily limit: HubSpot does not report the time zone of its midnight. */
  readonly #longPause: LongPause;
  /** The policy of the long pause. */
  #longPausePolicy: string | undefined;

  constructor(limits: BucketLimits, clock: Clock, metrics: RateMetrics) {
    this.#limits = limits;
    this.#clock = clock;
    this.#metrics = metrics;
    this.#window = new SlidingWindow(limits.windowMs, clock);
    this.#longPause = new LongPause(clock);
  }

  /** End of a long pause, on the monotonic clock; `undefined` outside a pause. */
  get longPauseUntil(): number | undefined {
    return this.#longPause.until;
  }

  get waiting(): number {
    return this.#queue.size;
  }

  /** Calls of this process that HubSpot counts or will count. */
  get used(): number {
    return this.#window.own;
  }

  /** @throws GatewayError RATE_LIMITED at once when no call may be sent before the deadline, or the queue is full */
  async acquire(callContext: CallContext): Promise<RatePermit> {
    if (callContext.cancellation?.reason) throw callContext.cancellation.reason;
    this.#refuseIfTooLate(callContext);
    const { promise, resolve: grant, reject: refuse } = Promise.withResolvers<RatePermit>();
    const waiter = { callContext, grant, refuse };
    this.#queue.push(waiter, roundRobinKeyOf(callContext));
    this.#grantPermits();
    if (!this.#queue.has(waiter)) return promise;
    return this.#waitForPermit(waiter, promise);
  }

  /** Refuses all waiting calls. */
  refuseAll(reason: () => GatewayError): void {
    for (const waiter of [...this.#queue]) this.#refuse(waiter, reason());
  }

  /** Called when the limits have changed. */
  changed(): void {
    this.#refuseTooLate();
    this.#grantPermits();
  }

  sent(previous: SentCall | undefined): SentCall {
    if (previous) {
      this.#window.answered();
      this.#window.grant();
    }
    return { mark: this.#window.mark(), refusals: this.#refusals, longPauses: this.#longPause.count };
  }

  admitted(call: SentCall): void {
    // A call that was sent before a refusal does not show that HubSpot accepts calls again.
    if (call.refusals === this.#refusals) this.#consecutiveRefusals = 0;
    this.#longPause.answered(call.longPauses);
  }

  ended(call: SentCall | undefined, rateLimit?: RateLimitState): void {
    this.#running -= 1;
    this.#limits.countInFlight(-1);
    if (call) {
      this.#window.answered();
      if (rateLimit) {
        this.#window.reconcile(call.mark, rateLimit.max - rateLimit.remaining, this.#limits.otherReplicas());
      }
    } else {
      this.#window.withdraw();
    }
    this.#grantPermits();
  }

  /**
   * HubSpot's window is full, even if ours is not. The missing calls count as external ones, which leave the window after
   * its length. A refusal after that shows that HubSpot counts in another way, so each further pause is longer.
   */
  limitReached(call: SentCall, { extensions, retryAfterMs }: LimitReachedError): void {
    this.#metrics.rateLimitReached.inc({ budget: this.#limits.budget });
    const now = this.#clock.monotonic();
    // Refusals of calls that were in flight at the same time count as one.
    if (call.refusals === this.#refusals) {
      this.#refusals += 1;
      this.#consecutiveRefusals += 1;
    }
    if (extensions.policy === 'DAILY' || (retryAfterMs ?? 0) > LONGEST_PAUSE_MS) {
      this.#longPause.start(extensions.retryAfterMs);
      this.#longPausePolicy = extensions.policy ?? this.#limits.policy;
      this.refuseAll(() => this.#rateLimited(extensions.retryAfterMs, this.#longPausePolicy));
      return;
    }
    this.#window.fill(this.#limits.limit());
    this.#pausedUntil = Math.max(this.#pausedUntil, now + (retryAfterMs ?? this.#pauseMs(extensions)));
    this.#refuseTooLate();
  }

  #pauseMs({ policy, retryAfterMs }: LimitReachedError['extensions']): number {
    const isKnown = Number.isFinite(this.#limits.limit());
    if (isKnown && this.#consecutiveRefusals === 1) return 0;
    // The policy tells the window of a limit that no header has reported.
    const windowMs = isKnown ? this.#limits.windowMs : policy === undefined ? PAUSE_MS : retryAfterMs;
    return Math.min(windowMs * 2 ** Math.max(0, this.#consecutiveRefusals - 2), LONGEST_PAUSE_MS);
  }

  /** Waits for a permit, the deadline or the cancellation. */
  async #waitForPermit(waiter: Waiter, granted: Promise<RatePermit>): Promise<RatePermit> {
    const { budget } = this.#limits;
    const { deadlineAt, cancellation } = waiter.callContext;
    const cancelDeadline = this.#clock.schedule(
      () => this.#refuse(waiter, this.#refusal(this.#estimate(this.#queue.size))),
      deadlineAt - this.#clock.monotonic(),
    );
    const waiting = { cancel: (reason: Error) => this.#refuse(waiter, reason) };
    cancellation?.addListener(waiting);
    this.#metrics.rateWaiting.inc({ budget });
    try {
      return await granted;
    } finally {
      this.#metrics.rateWaiting.dec({ budget });
      cancellation?.removeListener(waiting);
      cancelDeadline();
    }
  }

  #grantPermits(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    while (this.#queue.size > 0 && this.#running < this.#limits.concurrency()) {
      const wait = Math.max(this.#pausedUntil - this.#clock.monotonic(), this.#window.wait(this.#limits.limit()));
      if (wait > 0) {
        // While the limit is 0, the call of `changed` grants permits again.
        if (Number.isFinite(wait))
          this.#cancelTimer = this.#clock.schedule(() => this.#grantPermits(), Math.ceil(wait));
        return;
      }
      this.#running += 1;
      this.#limits.countInFlight(1);
      this.#window.grant();
      this.#queue.shift()?.grant(new RatePermit(this));
    }
  }

  /** The least milliseconds until the call at `position` of the queue, from 1 on, may be sent. */
  #estimate(position: number): number {
    const limit = Math.max(this.#limits.limit(), this.#limits.projectedLimit());
    return Math.max(this.#pausedUntil - this.#clock.monotonic(), this.#window.wait(limit, position));
  }

  #refuseIfTooLate(callContext: CallContext): void {
    const now = this.#clock.monotonic();
    const pausedForMs = this.#longPause.refusedForMs();
    if (pausedForMs !== undefined) throw this.#rateLimited(pausedForMs, this.#longPausePolicy);
    const isFull = this.#queue.size >= MAX_WAITING;
    const wait = this.#estimate((isFull ? this.#queue.size : this.#queue.ahead(roundRobinKeyOf(callContext))) + 1);
    // A call that need not wait is sent even after its deadline: its caller has not cancelled it.
    if (isFull || (wait > 0 && now + wait > callContext.deadlineAt)) throw this.#refusal(wait);
    this.#longPause.probe();
  }

  /** After a limit has shrunk, refuses at once the calls that can no longer be sent before their deadlines. */
  #refuseTooLate(): void {
    const now = this.#clock.monotonic();
    let position = 1;
    for (const waiter of [...this.#queue]) {
      const wait = this.#estimate(position);
      if (now + wait > waiter.callContext.deadlineAt) this.#refuse(waiter, this.#refusal(wait));
      else position += 1;
    }
  }

  #refuse(waiter: Waiter, reason: unknown): void {
    if (this.#queue.remove(waiter)) waiter.refuse(reason);
  }

  #refusal(wait: number): GatewayError<'RATE_LIMITED'> {
    return this.#rateLimited(wait, this.#limits.policy);
  }

  #rateLimited(wait: number, policy: string | undefined): GatewayError<'RATE_LIMITED'> {
    this.#metrics.rateRefusals.inc({ budget: this.#limits.budget });
    return new GatewayError('RATE_LIMITED', 'The rate limit of this HubSpot portal cannot serve this in time.', {
      retryAfterMs: Math.ceil(Math.max(wait, PAUSE_MS)),
      ...(policy !== undefined && { policy }),
    });
  }
}

function roundRobinKeyOf({ fairnessKey, priority }: CallContext): RoundRobinKey {
  return { key: fairnessKey, priority };
}
