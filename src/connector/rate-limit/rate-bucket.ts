import { GatewayError, type LimitReachedError } from '../../errors.ts';
import type { CallContext } from '../../hubspot/client.ts';
import type { Budget, RateLimitState } from '../../hubspot/rate-limit.ts';
import { FairQueue, type RoundRobinKey } from '../../lib/fair-queue.ts';
import type { Metrics } from '../../lib/metrics.ts';
import type { Clock } from '../../lib/time/clock.ts';
import { LongPause } from './long-pause.ts';
import { type PermitIssuer, RatePermit, type SentCall } from './rate-permit.ts';
import { SlidingWindow } from './sliding-window.ts';

/** What HubSpot allows of one kind of call, and how much of that this process may use. */
export interface BucketLimits {
  readonly budget: Budget;
  /** Length of HubSpot's window in milliseconds; 0 where it counts none. */
  readonly windowMs: number;
  /** What clients are told as `policy`. */
  readonly policy?: string;
  /** Calls under way at once. */
  concurrency(): number;
  /** Told when one more call is under way, or one less. */
  inFlight(change: 1 | -1): void;
  /** Calls per window that may be made from here now. */
  limit(): number;
  /** Calls per window that can be counted on within seconds. */
  projectedLimit(): number;
  /** Calls per window that other replicas may make. */
  otherReplicas(): number;
}

export type RateMetrics = Pick<Metrics, 'rateWaiting' | 'rateRefusals' | 'rateLimitReached'>;

/** At HubSpot's 11 calls a second a thousand wait for 90 s: one more would wait in vain. */
const MAX_WAITING = 1_000;
/** The shortest pause: after a 429 where no window tells more, and for a client that was refused. */
const PAUSE_MS = 1_000;
/** Refusals in a row double the pause up to this; what HubSpot asks for beyond it closes the budget. */
export const LONGEST_PAUSE_MS = 60_000;

interface Waiter {
  readonly callContext: CallContext;
  readonly grant: (slot: RatePermit) => void;
  readonly refuse: (reason: unknown) => void;
}

/** Hands out the calls of one budget of one portal: who may make one, and when. */
export class RateBucket implements PermitIssuer {
  readonly #limits: BucketLimits;
  readonly #clock: Clock;
  readonly #metrics: RateMetrics;
  readonly #window: SlidingWindow;
  readonly #queue = new FairQueue<Waiter>();
  #running = 0;
  #cancelTimer: (() => void) | undefined;
  /** Nothing leaves before; on the monotonic clock, as all times here. */
  #pausedUntil = 0;
  /** Times that HubSpot refused: ever, and since it last did not. */
  #refusals = 0;
  #refusalsInRow = 0;
  /** The day's calls are used up, until midnight in a time zone that nobody told us; or HubSpot asks for a long pause. */
  readonly #longPause: LongPause;
  /** The policy that closed it. */
  #closedBy: string | undefined;

  constructor(limits: BucketLimits, clock: Clock, metrics: RateMetrics) {
    this.#limits = limits;
    this.#clock = clock;
    this.#metrics = metrics;
    this.#window = new SlidingWindow(limits.windowMs, clock);
    this.#longPause = new LongPause(clock);
  }

  /** While HubSpot wants no calls for long: when that is over, on the monotonic clock. */
  get closedUntil(): number | undefined {
    return this.#longPause.until;
  }

  get waiting(): number {
    return this.#queue.size;
  }

  /** Calls of this process that HubSpot counts, or will. */
  get used(): number {
    return this.#window.own;
  }

  /** @throws GatewayError RATE_LIMITED at once when no call may leave before the deadline, or too many wait */
  async acquire(callContext: CallContext): Promise<RatePermit> {
    if (callContext.cancellation?.reason) throw callContext.cancellation.reason;
    this.#refuseIfHopeless(callContext);
    const { promise, resolve: grant, reject: refuse } = Promise.withResolvers<RatePermit>();
    const waiter = { callContext, grant, refuse };
    this.#queue.push(waiter, roundRobinKeyOf(callContext));
    this.#pump();
    if (!this.#queue.has(waiter)) return promise;
    return this.#attend(waiter, promise);
  }

  /** Everybody who waits is refused for a reason that is not the budget's. */
  refuseAll(reason: () => GatewayError): void {
    for (const waiter of [...this.#queue]) this.#refuse(waiter, reason());
  }

  /** The limits have changed. */
  changed(): void {
    this.#refuseHopeless();
    this.#pump();
  }

  sent(repeated: SentCall | undefined): SentCall {
    if (repeated) {
      this.#window.answered();
      this.#window.grant();
    }
    return { mark: this.#window.mark(), refusals: this.#refusals, closures: this.#longPause.times };
  }

  admitted(call: SentCall): void {
    // One that left before a refusal says nothing about what came after it.
    if (call.refusals === this.#refusals) this.#refusalsInRow = 0;
    this.#longPause.answered(call.closures);
  }

  ended(call: SentCall | undefined, rateLimit?: RateLimitState): void {
    this.#running -= 1;
    this.#limits.inFlight(-1);
    if (call) {
      this.#window.answered();
      if (rateLimit) {
        this.#window.reconcile(call.mark, rateLimit.max - rateLimit.remaining, this.#limits.otherReplicas());
      }
    } else {
      this.#window.withdraw();
    }
    this.#pump();
  }

  /**
   * The window is full, whatever our log says: slots come back as our own calls leave it, and after its length at the
   * latest. When HubSpot refuses again after that, it counts otherwise than we think, and is left alone for longer.
   */
  limitReached(call: SentCall, { extensions, retryAfterMs }: LimitReachedError): void {
    this.#metrics.rateLimitReached.inc({ budget: this.#limits.budget });
    const now = this.#clock.monotonic();
    // Calls that were under way together are refused together: that is one refusal.
    if (call.refusals === this.#refusals) {
      this.#refusals += 1;
      this.#refusalsInRow += 1;
    }
    if (extensions.policy === 'DAILY' || (retryAfterMs ?? 0) > LONGEST_PAUSE_MS) {
      this.#longPause.close(extensions.retryAfterMs);
      this.#closedBy = extensions.policy ?? this.#limits.policy;
      this.refuseAll(() => this.#rateLimited(extensions.retryAfterMs, this.#closedBy));
      return;
    }
    this.#window.fill(this.#limits.limit());
    this.#pausedUntil = Math.max(this.#pausedUntil, now + (retryAfterMs ?? this.#ownPause()));
    this.#refuseHopeless();
  }

  #ownPause(): number {
    if (this.#limits.windowMs > 0 && this.#refusalsInRow === 1) return 0;
    const doubled = (this.#limits.windowMs || PAUSE_MS) * 2 ** Math.max(0, this.#refusalsInRow - 2);
    return Math.min(doubled, LONGEST_PAUSE_MS);
  }

  /** Until the deadline, the cancellation, or a slot. */
  async #attend(waiter: Waiter, granted: Promise<RatePermit>): Promise<RatePermit> {
    const { budget } = this.#limits;
    const { deadlineAt, cancellation } = waiter.callContext;
    const cancelDeadline = this.#clock.schedule(
      () => this.#refuse(waiter, this.#refusal(this.#estimate(this.#queue.size))),
      deadlineAt - this.#clock.monotonic(),
    );
    const waiting = { abandon: (reason: Error) => this.#refuse(waiter, reason) };
    cancellation?.follow(waiting);
    this.#metrics.rateWaiting.inc({ budget });
    try {
      return await granted;
    } finally {
      this.#metrics.rateWaiting.dec({ budget });
      cancellation?.leave(waiting);
      cancelDeadline();
    }
  }

  #pump(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    while (this.#queue.size > 0 && this.#running < this.#limits.concurrency()) {
      const wait = Math.max(this.#pausedUntil - this.#clock.monotonic(), this.#window.wait(this.#limits.limit()));
      if (wait > 0) {
        // Without an end in sight, the change that brings it pumps again.
        if (Number.isFinite(wait)) this.#cancelTimer = this.#clock.schedule(() => this.#pump(), Math.ceil(wait));
        return;
      }
      this.#running += 1;
      this.#limits.inFlight(1);
      this.#window.grant();
      this.#queue.shift()?.grant(new RatePermit(this));
    }
  }

  /** Milliseconds until the one that waits in place `turn`, from 1 on, may leave, at the earliest. */
  #estimate(turn: number): number {
    const limit = Math.max(this.#limits.limit(), this.#limits.projectedLimit());
    return Math.max(this.#pausedUntil - this.#clock.monotonic(), this.#window.wait(limit, turn));
  }

  #refuseIfHopeless(callContext: CallContext): void {
    const now = this.#clock.monotonic();
    const closedForMs = this.#longPause.refusal();
    if (closedForMs !== undefined) throw this.#rateLimited(closedForMs, this.#closedBy);
    const full = this.#queue.size >= MAX_WAITING;
    const wait = this.#estimate((full ? this.#queue.size : this.#queue.ahead(roundRobinKeyOf(callContext))) + 1);
    // What need not wait leaves, however late it is: whoever asked is still there.
    if (full || (wait > 0 && now + wait > callContext.deadlineAt)) throw this.#refusal(wait);
    this.#longPause.probe();
  }

  /** Things have become worse: whoever cannot make it any more need not wait for the deadline to hear so. */
  #refuseHopeless(): void {
    const now = this.#clock.monotonic();
    let turn = 1;
    for (const waiter of [...this.#queue]) {
      const wait = this.#estimate(turn);
      if (now + wait > waiter.callContext.deadlineAt) this.#refuse(waiter, this.#refusal(wait));
      else turn += 1;
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
