import { type GatewayError, isGatewayError, LimitReachedError } from '../../errors.ts';
import type { HubspotCall, Middleware } from '../../hubspot/client.ts';
import { NetworkError } from '../../hubspot/network-error.ts';
import { pause } from '../../lib/cancellation.ts';
import type { Clock } from '../../lib/time/clock.ts';
import { callContextOf } from '../call-context.ts';

/** A call that fails is repeated so often at most. */
const MAX_REPEATS = 2;
/**
 * Repeats of one portal's calls: few at once, and in the long run one for ten calls, or one in ten seconds. When HubSpot is
 * down for everybody, repeats only add to its load.
 */
const REPEATS = { most: 5, perCall: 0.1, perMs: 1 / 10_000 };
/** Before the first repeat; doubled for every further one. */
const BACKOFF_MS = 200;
/** HubSpot's locks last for 2 s (https://developers.hubspot.com/docs/api-reference/error-handling). */
const LOCK_MS = 2_000;
const LOCKED = 423;
/** A portal that is being moved between data centres takes no calls for longer than anybody waits. */
const PORTAL_MIGRATING = 477;

/**
 * Repeats what can be repeated without harm: reads that failed, and whatever HubSpot certainly did not do. Nothing
 * is repeated past the deadline of whom the call is for, or when nobody waits for it any more. Every repeat takes a slot of its own.
 */
export function retry(clock: Clock): Middleware {
  const allowance = new RepeatAllowance(clock);
  return (next) => async (call) => {
    const { deadlineAt, cancellation } = callContextOf(call);
    allowance.call();
    let failure: unknown;
    for (let failures = 0; ; ) {
      if (cancellation?.reason) throw cancellation.reason;
      try {
        return await next(call);
      } catch (error) {
        // A last try that was given less time says less than the one before it.
        if (error instanceof NetworkError && error.isCutShort) throw failure ?? error;
        failure = error;
        // How long a limit lasts is the rate limiter's business: the repeat waits in its queue, or is refused there.
        const limited = error instanceof LimitReachedError;
        if (!limited) failures += 1;
        const pauseMs = limited ? 0 : pauseBeforeRepeat(call, error, failures);
        if (pauseMs === undefined || clock.monotonic() + pauseMs >= deadlineAt) throw error;
        if (!limited && !allowance.take()) throw error;
        if (pauseMs > 0) await pause(clock, pauseMs, cancellation);
      }
    }
  };
}

/** `undefined` when the call must not be repeated. */
function pauseBeforeRepeat({ method, idempotent }: HubspotCall, error: unknown, failures: number): number | undefined {
  if (failures > MAX_REPEATS || !isFailureOfHubspot(error)) return undefined;
  const { status } = error.extensions.hubspot ?? {};
  const reads = method === 'GET' || idempotent === true;
  const didNothing = status === LOCKED || (error instanceof NetworkError && error.isUnsent);
  if (status === PORTAL_MIGRATING || !(reads || didNothing)) return undefined;
  const backoffMs = BACKOFF_MS * 2 ** (failures - 1);
  const leastMs = Math.max(error.extensions.retryAfterMs ?? 0, status === LOCKED ? LOCK_MS : 0);
  return leastMs + backoffMs * Math.random();
}

/** Not a failure of the gateway's own parts, which have repeated what they could themselves. */
function isFailureOfHubspot(error: unknown): error is GatewayError<'HUBSPOT_UNAVAILABLE' | 'HUBSPOT_TIMEOUT'> {
  const failed = isGatewayError(error, 'HUBSPOT_UNAVAILABLE') || isGatewayError(error, 'HUBSPOT_TIMEOUT');
  return failed && (error instanceof NetworkError || error.extensions.hubspot !== undefined);
}

/** How many repeats are left. */
class RepeatAllowance {
  readonly #clock: Clock;
  #left = REPEATS.most;
  #countedAt: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#countedAt = clock.monotonic();
  }

  call(): void {
    this.#add(REPEATS.perCall);
  }

  /** False when there is none. */
  take(): boolean {
    const now = this.#clock.monotonic();
    this.#add((now - this.#countedAt) * REPEATS.perMs);
    this.#countedAt = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }

  #add(repeats: number): void {
    this.#left = Math.min(REPEATS.most, this.#left + repeats);
  }
}
