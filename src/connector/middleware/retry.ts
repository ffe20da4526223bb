import { type HubspotCall, isRead, type Middleware } from '../../hubspot/client.ts';
import { HubspotError } from '../../hubspot/hubspot-error.ts';
import { LimitReachedError } from '../../hubspot/limit-reached-error.ts';
import { pause } from '../../lib/cancellation.ts';
import type { Clock } from '../../lib/time/clock.ts';
import { callContextOf } from '../call-context.ts';

/** Retries of one call. */
const MAX_RETRIES = 2;
/**
 * The retry budget of a portal: one retry for ten calls or ten seconds, and up to `max` in a burst. In an outage, more
 * retries would only add to HubSpot's load.
 */
const RETRY_BUDGET = { max: 5, perCall: 0.1, perMs: 1 / 10_000 };
/** Before the first retry; doubled for each further one. */
const BACKOFF_MS = 200;
/** HubSpot's locks last for 2 s (https://developers.hubspot.com/docs/api-reference/error-handling). */
const LOCK_MS = 2_000;

/**
 * Retries reads that failed, and writes that HubSpot certainly did not execute. A retry acquires a permit of its own. There
 * is none after the deadline or the cancellation of the call.
 */
export function retry(clock: Clock): Middleware {
  const budget = new RetryBudget(clock);
  return (next) => async (call) => {
    const { deadlineAt, cancellation } = callContextOf(call);
    budget.addCall();
    let failure: unknown;
    for (let failures = 0; ; ) {
      if (cancellation?.reason) throw cancellation.reason;
      try {
        return await next(call);
      } catch (error) {
        // An attempt that the deadline cut short says less than the one before.
        if (error instanceof HubspotError && error.isCutShort) throw failure ?? error;
        failure = error;
        // The rate limiter knows how long a limit lasts. The retry waits in its queue, or is refused there.
        const isLimited = error instanceof LimitReachedError;
        if (!isLimited) failures += 1;
        const pauseMs = isLimited ? 0 : pauseBeforeRetry(call, error, failures);
        if (pauseMs === undefined || clock.monotonic() + pauseMs >= deadlineAt) throw error;
        if (!isLimited && !budget.take()) throw error;
        if (pauseMs > 0) await pause(clock, pauseMs, cancellation);
      }
    }
  };
}

/** Milliseconds before the next attempt; `undefined` when the call must not be retried. */
function pauseBeforeRetry(call: HubspotCall, error: unknown, failures: number): number | undefined {
  // Failures of the gateway's own modules are no HubspotErrors: these modules retry on their own.
  if (failures > MAX_RETRIES || !(error instanceof HubspotError)) return undefined;
  const { condition, mayBeDone, retryAfterMs = 0 } = error;
  // The migration of a portal takes longer than any deadline.
  if (condition === undefined || condition === 'migrating' || (mayBeDone && !isRead(call))) return undefined;
  const backoffMs = BACKOFF_MS * 2 ** (failures - 1);
  const leastMs = Math.max(retryAfterMs, condition === 'locked' ? LOCK_MS : 0);
  return leastMs + backoffMs * Math.random();
}

class RetryBudget {
  readonly #clock: Clock;
  #left = RETRY_BUDGET.max;
  #refilledAt: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#refilledAt = clock.monotonic();
  }

  addCall(): void {
    this.#add(RETRY_BUDGET.perCall);
  }

  /** Takes one retry; false when none is left. */
  take(): boolean {
    const now = this.#clock.monotonic();
    this.#add((now - this.#refilledAt) * RETRY_BUDGET.perMs);
    this.#refilledAt = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }

  #add(retries: number): void {
    this.#left = Math.min(RETRY_BUDGET.max, this.#left + retries);
  }
}
