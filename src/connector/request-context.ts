import { GatewayError, isGatewayError } from '../errors.ts';
import type { CallContext, HubspotApi } from '../hubspot/client.ts';
import { type Abandonable, type Cancellation, eitherOf, untilCancelled } from '../lib/cancellation.ts';
import type { Clock } from '../lib/time/clock.ts';
import type { CallBudget } from './call-budget.ts';

export interface RequestContextOptions {
  readonly callContext: CallContext;
  readonly calls: CallBudget;
  readonly clock: Clock;
  /** Whatever is still waited for then is not waited for any longer; on the monotonic clock. */
  readonly endsAt: number;
  /** Aborted when the client is gone. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * One GraphQL operation as the connector sees it: for whom, until when, and how many calls it may cost. It is over when
 * its time is, or when its client has gone; whatever follows it is then abandoned.
 */
export class RequestContext implements Cancellation {
  readonly callContext: CallContext;
  readonly calls: CallBudget;
  readonly #clock: Clock;
  readonly #endsAt: number;
  readonly #signal: AbortSignal | undefined;
  readonly #followers = new Set<Abandonable>();
  #reason: GatewayError | undefined;
  /** Set while something follows. */
  #cancelTimer: (() => void) | undefined;
  #isListening = false;

  constructor({ callContext, calls, clock, endsAt, signal }: RequestContextOptions) {
    this.callContext = callContext;
    this.calls = calls;
    this.#clock = clock;
    this.#endsAt = endsAt;
    this.#signal = signal;
  }

  get reason(): GatewayError | undefined {
    if (this.#signal?.aborted) this.#reason ??= givenUp(this.#signal);
    else if (this.#clock.monotonic() >= this.#endsAt) this.#reason ??= outOfTime();
    return this.#reason;
  }

  follow(work: Abandonable): void {
    const { reason } = this;
    if (reason) {
      work.abandon(reason);
      return;
    }
    this.#followers.add(work);
    this.#cancelTimer ??= this.#clock.schedule(() => this.#end(outOfTime()), this.#endsAt - this.#clock.monotonic());
    // One listener for all: a signal looks through those that it has before it adds another.
    if (this.#isListening || !this.#signal) return;
    this.#isListening = true;
    const signal = this.#signal;
    signal.addEventListener('abort', () => this.#end(givenUp(signal)), { once: true });
  }

  leave(work: Abandonable): void {
    if (!this.#followers.delete(work) || this.#followers.size > 0) return;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #end(reason: GatewayError): void {
    this.#reason ??= reason;
    this.#cancelTimer?.();
    for (const work of this.#followers) work.abandon(this.#reason);
    this.#followers.clear();
  }

  /**
   * What `work` comes to, as long as the operation lasts; `work` itself goes on.
   * @throws GatewayError HUBSPOT_TIMEOUT when the time is over
   */
  until<T>(work: Promise<T>): Promise<T> {
    return untilCancelled(this, work);
  }

  /**
   * The same for work of the gateway's own database.
   * @throws GatewayError STORAGE_UNAVAILABLE when the time is over
   */
  async untilStored<T>(work: Promise<T>): Promise<T> {
    try {
      return await untilCancelled(this, work);
    } catch (error) {
      const isLate = error === this.#reason && isGatewayError(error, 'HUBSPOT_TIMEOUT');
      throw isLate ? storageOutOfTime() : error;
    }
  }

  /** `api` for calls that this operation makes alone, until it is over, or the `grant` that they are made under. */
  charged({ version, send }: HubspotApi, grant: Cancellation): HubspotApi {
    const cancellation = eitherOf(this, grant);
    const callContext = { ...this.callContext, cancellation };
    return {
      version,
      send: async (call) => {
        const refusal = cancellation.reason ?? this.calls.charge();
        if (refusal) throw refusal;
        return send({ ...call, callContext });
      },
    };
  }
}

function givenUp({ reason }: AbortSignal): GatewayError {
  return new GatewayError('HUBSPOT_UNAVAILABLE', 'The operation was given up.', {}, { cause: reason });
}

function outOfTime(): GatewayError {
  const message = 'HubSpot did not answer in the time that an operation may take. Ask for less at once, or try again.';
  return new GatewayError('HUBSPOT_TIMEOUT', message, {});
}

function storageOutOfTime(): GatewayError {
  const message = "The gateway's database did not answer in the time that an operation may take.";
  return new GatewayError('STORAGE_UNAVAILABLE', message, { retryAfterMs: 1_000 });
}
