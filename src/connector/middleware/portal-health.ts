import { GatewayError } from '../../errors.ts';
import { HubspotError } from '../../hubspot/hubspot-error.ts';
import { CircuitBreaker } from '../../lib/circuit-breaker.ts';
import type { Clock } from '../../lib/time/clock.ts';
import { LongPause } from '../rate-limit/long-pause.ts';
import { LONGEST_PAUSE_MS } from '../rate-limit/rate-bucket.ts';

/** The pause for a portal that HubSpot is migrating, when HubSpot gives no `Retry-After`. */
const MIGRATION_PAUSE_MS = 10_000;

/** Reports the outcome of a call. `isSent` is false when the call was not sent. */
export type ReportOutcome = (outcome: { readonly error?: unknown; readonly isSent: boolean }) => void;

/**
 * Refuses the calls of one portal while HubSpot does not serve it. HubSpot accepts no calls while it migrates the portal
 * to another data centre (477). While most calls fail, the circuit is open, and one call in five seconds probes HubSpot.
 */
export class PortalHealth {
  readonly #clock: Clock;
  readonly #migration: LongPause;
  readonly #breaker: CircuitBreaker;
  readonly #onDown: (refusal: () => GatewayError) => void;
  /** End of a short migration, on the monotonic clock. */
  #migratingUntil = 0;

  /** Calls `onDown` with the refusal for all waiting calls when no call may be sent any more. */
  constructor(clock: Clock, onDown: (refusal: () => GatewayError) => void) {
    this.#clock = clock;
    this.#migration = new LongPause(clock);
    this.#breaker = new CircuitBreaker(clock);
    this.#onDown = onDown;
  }

  /** End of a long migration, on the monotonic clock; `undefined` outside one. */
  get pausedUntil(): number | undefined {
    return this.#migration.until;
  }

  /** Called before a call waits for a permit. @throws GatewayError HUBSPOT_UNAVAILABLE at once while no call may be sent */
  admit(): void {
    refuseWhileFailing(this.#breaker.waitMs);
    const migratingForMs = this.#migration.refusedForMs() ?? this.#migratingUntil - this.#clock.monotonic();
    if (migratingForMs > 0) throw migrating(migratingForMs);
    this.#migration.probe();
  }

  /** Called before a call is sent. @throws GatewayError HUBSPOT_UNAVAILABLE when the circuit has opened since `admit` */
  pass(): ReportOutcome {
    refuseWhileFailing(this.#breaker.tryPass());
    const { count } = this.#migration;
    const startedAt = this.#clock.monotonic();
    return ({ error, isSent }) => {
      const failure = error instanceof HubspotError ? error : undefined;
      const isOutage = failure?.condition === 'outage';
      // A call that its own deadline cut short says nothing about HubSpot.
      if (!isSent || failure?.isCutShort) this.#breaker.notCalled();
      else if (isOutage) this.#failed(this.#clock.monotonic() - startedAt);
      else this.#breaker.succeeded();
      if (failure?.condition === 'migrating') this.#pause(failure.retryAfterMs ?? MIGRATION_PAUSE_MS);
      else if (isSent && !isOutage) this.#migration.answered(count);
    };
  }

  #failed(tookMs: number): void {
    if (this.#breaker.failed(tookMs)) this.#onDown(() => failing(this.#breaker.waitMs));
  }

  #pause(pauseMs: number): void {
    if (pauseMs > LONGEST_PAUSE_MS) this.#migration.start(pauseMs);
    else this.#migratingUntil = Math.max(this.#migratingUntil, this.#clock.monotonic() + pauseMs);
    this.#onDown(() => migrating(pauseMs));
  }
}

function refuseWhileFailing(waitMs: number): void {
  if (waitMs > 0) throw failing(waitMs);
}

function failing(forMs: number): GatewayError<'HUBSPOT_UNAVAILABLE'> {
  return unavailable("HubSpot fails most of this portal's calls: try again in some seconds.", forMs);
}

function migrating(forMs: number): GatewayError<'HUBSPOT_UNAVAILABLE'> {
  return unavailable('HubSpot is moving this portal between data centres.', forMs);
}

function unavailable(message: string, forMs: number): GatewayError<'HUBSPOT_UNAVAILABLE'> {
  return new GatewayError('HUBSPOT_UNAVAILABLE', message, { retryAfterMs: Math.ceil(forMs) });
}
