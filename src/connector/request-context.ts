import { GatewayError, isGatewayError } from '../errors.ts';
import type { CallContext, HubspotApi } from '../hubspot/client.ts';
import { anyOf, type Cancellable, type Cancellation, untilCancelled } from '../lib/cancellation.ts';
import type { Clock } from '../lib/time/clock.ts';
import type { CallBudget } from './call-budget.ts';

export interface RequestContextOptions {
  readonly callContext: CallContext;
  readonly calls: CallBudget;
  readonly clock: Clock;
  /** When the operation stops waiting, on the monotonic clock. */
  readonly endsAt: number;
  /** Aborted when the client disconnects. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The context of one GraphQL operation: its viewer, its deadline, and its budget of calls. It is cancelled at its end time
 * or when the client disconnects, and cancels the work that follows it.
 */
export class RequestContext implements Cancellation {
  readonly callContext: CallContext;
  readonly calls: CallBudget;
  readonly #clock: Clock;
  readonly #endsAt: number;
  readonly #signal: AbortSignal | undefined;
  readonly #listeners = new Set<Cancellable>();
  #reason: GatewayError | undefined;
  /** Set while work follows. */
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
    if (this.#signal?.aborted) this.#reason ??= cancelled(this.#signal);
    else if (this.#clock.monotonic() >= this.#endsAt) this.#reason ??= outOfTime();
    return this.#reason;
  }

  addListener(work: Cancellable): void {
    const { reason } = this;
    if (reason) {
      work.cancel(reason);
      return;
    }
    this.#listeners.add(work);
    this.#cancelTimer ??= this.#clock.schedule(() => this.#end(outOfTime()), this.#endsAt - this.#clock.monotonic());
    // One listener for all followers: adding a listener takes time in proportion to the existing ones.
    if (this.#isListening || !this.#signal) return;
    this.#isListening = true;
    const signal = this.#signal;
    signal.addEventListener('abort', () => this.#end(cancelled(signal)), { once: true });
  }

  removeListener(work: Cancellable): void {
    if (!this.#listeners.delete(work) || this.#listeners.size > 0) return;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #end(reason: GatewayError): void {
    this.#reason ??= reason;
    this.#cancelTimer?.();
    for (const work of this.#listeners) work.cancel(this.#reason);
    this.#listeners.clear();
  }

  /**
   * Waits for `work` until the operation is cancelled. `work` itself continues.
   * @throws GatewayError HUBSPOT_TIMEOUT at the end time of the operation
   */
  until<T>(work: Promise<T>): Promise<T> {
    return untilCancelled(this, work);
  }

  /**
   * The same for work of the gateway's database.
   * @throws GatewayError STORAGE_UNAVAILABLE at the end time of the operation
   */
  async untilStored<T>(work: Promise<T>): Promise<T> {
    try {
      return await untilCancelled(this, work);
    } catch (error) {
      const isLate = error === this.#reason && isGatewayError(error, 'HUBSPOT_TIMEOUT');
      throw isLate ? storageOutOfTime() : error;
    }
  }

  /** The API for calls of this operation alone. They are charged, and cancelled with the operation or the `grant`. */
  charged({ version, send }: HubspotApi, grant: Cancellation): HubspotApi {
    const cancellation = anyOf(this, grant);
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

function cancelled({ reason }: AbortSignal): GatewayError {
  return new GatewayError('HUBSPOT_UNAVAILABLE', 'The operation was cancelled.', {}, { cause: reason });
}

function outOfTime(): GatewayError {
  const message = 'HubSpot did not answer in the time that an operation may take. Request less data, or try again.';
  return new GatewayError('HUBSPOT_TIMEOUT', message, {});
}

function storageOutOfTime(): GatewayError {
  const message = "The gateway's database did not answer in the time that an operation may take.";
  return new GatewayError('STORAGE_UNAVAILABLE', message, { retryAfterMs: 1_000 });
}
