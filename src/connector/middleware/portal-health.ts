import { GatewayError, isGatewayError } from '../../errors.ts';
import { NetworkError } from '../../hubspot/network-error.ts';
import { CircuitBreaker } from '../../lib/circuit-breaker.ts';
import type { Clock } from '../../lib/time/clock.ts';
import { LongPause } from '../rate-limit/long-pause.ts';
import { LONGEST_PAUSE_MS } from '../rate-limit/rate-bucket.ts';

// https://developers.hubspot.com/docs/api-reference/error-handling
const PORTAL_MIGRATING = 477;
/** A portal that is being moved between data centres is left alone so long when HubSpot does not say how long. */
const MIGRATION_PAUSE_MS = 10_000;

/** Reports the outcome of a call that was let pass. `isSent` is false when the call never left. */
export type ReportOutcome = (outcome: { readonly error?: unknown; readonly isSent: boolean }) => void;

/**
 * Whether HubSpot serves one portal at all. It takes no calls while it moves the portal to another data centre (477);
 * and while most calls fail, the circuit is open: nobody waits, and one call in five seconds finds out.
 */
export class PortalHealth {
  readonly #clock: Clock;
  readonly #moving: LongPause;
  readonly #breaker: CircuitBreaker;
  readonly #onDown: (refusal: () => GatewayError) => void;
  /** The end of a short move, on the monotonic clock. */
  #movingUntil = 0;

  /** `onDown` is told what to say to everybody who waits when nothing can leave any more. */
  constructor(clock: Clock, onDown: (refusal: () => GatewayError) => void) {
    this.#clock = clock;
    this.#moving = new LongPause(clock);
    this.#breaker = new CircuitBreaker(clock);
    this.#onDown = onDown;
  }

  /** While HubSpot wants no calls for long: when that is over, on the monotonic clock. */
  get pausedUntil(): number | undefined {
    return this.#moving.until;
  }

  /** Before a call waits for its turn. @throws GatewayError HUBSPOT_UNAVAILABLE at once while none may leave */
  admit(): void {
    refuseFailing(this.#breaker.waitMs);
    const movingForMs = this.#moving.refusal() ?? this.#movingUntil - this.#clock.monotonic();
    if (movingForMs > 0) throw moving(movingForMs);
    this.#moving.probe();
  }

  /** A call is about to leave. @throws GatewayError HUBSPOT_UNAVAILABLE when calls have begun to fail meanwhile */
  pass(): ReportOutcome {
    refuseFailing(this.#breaker.tryPass());
    const { times } = this.#moving;
    const startedAt = this.#clock.monotonic();
    return ({ error, isSent }) => {
      if (!isSent || isCutShort(error)) this.#breaker.abandoned();
      else if (isOutage(error)) this.#failed(this.#clock.monotonic() - startedAt);
      else this.#breaker.succeeded();
      if (isPortalMigrating(error)) this.#pause(error.extensions.retryAfterMs ?? MIGRATION_PAUSE_MS);
      else if (isSent && !isOutage(error)) this.#moving.answered(times);
    };
  }

  #failed(tookMs: number): void {
    if (this.#breaker.failed(tookMs)) this.#onDown(() => failing(this.#breaker.waitMs));
  }

  #pause(pauseMs: number): void {
    if (pauseMs > LONGEST_PAUSE_MS) this.#moving.close(pauseMs);
    else this.#movingUntil = Math.max(this.#movingUntil, this.#clock.monotonic() + pauseMs);
    this.#onDown(() => moving(pauseMs));
  }
}

function isPortalMigrating(error: unknown): error is GatewayError<'HUBSPOT_UNAVAILABLE'> {
  return isGatewayError(error, 'HUBSPOT_UNAVAILABLE') && error.extensions.hubspot?.status === PORTAL_MIGRATING;
}

/** The operation had no time left for it: nobody knows whether HubSpot would have answered. */
function isCutShort(error: unknown): boolean {
  return error instanceof NetworkError && error.isCutShort;
}

/** No answer at all, or one that says that HubSpot or the proxy in front of it is out of order. */
function isOutage(error: unknown): boolean {
  if (error instanceof NetworkError) return true;
  const fails = isGatewayError(error, 'HUBSPOT_UNAVAILABLE') || isGatewayError(error, 'HUBSPOT_TIMEOUT');
  const { status = 0 } = (fails && error.extensions.hubspot) || {};
  return status === 408 || status >= 500;
}

function refuseFailing(waitMs: number): void {
  if (waitMs > 0) throw failing(waitMs);
}

function failing(forMs: number): GatewayError<'HUBSPOT_UNAVAILABLE'> {
  return unavailable("HubSpot fails most of this portal's calls: try again in some seconds.", forMs);
}

function moving(forMs: number): GatewayError<'HUBSPOT_UNAVAILABLE'> {
  return unavailable('HubSpot is moving this portal between data centres.', forMs);
}

function unavailable(message: string, forMs: number): GatewayError<'HUBSPOT_UNAVAILABLE'> {
  return new GatewayError('HUBSPOT_UNAVAILABLE', message, { retryAfterMs: Math.ceil(forMs) });
}
