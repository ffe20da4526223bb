import { GatewayError } from '../errors.ts';
import type { CallOrigin, HubspotApi } from '../hubspot/client.ts';
import type { Clock } from '../lib/clock.ts';
import type { PromiseOrValue } from '../lib/promise-or-value.ts';
import type { CallBudget } from './call-budget.ts';

export interface OperationOptions {
  readonly origin: CallOrigin;
  readonly calls: CallBudget;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal?: AbortSignal | undefined;
}

/** One GraphQL operation as the connector sees it: for whom, until when, and how many calls it may cost. */
export class Operation {
  readonly origin: CallOrigin;
  readonly calls: CallBudget;
  readonly #signal: AbortSignal | undefined;
  /** What was asked for so far, answered or not; `undefined` before the first. */
  #asked: Abandonable[] | undefined;

  constructor({ origin, calls, signal }: OperationOptions) {
    this.origin = origin;
    this.calls = calls;
    this.#signal = signal;
  }

  /** `api` for calls that this operation makes alone. */
  charged(api: HubspotApi): HubspotApi {
    return {
      version: api.version,
      send: async (call) => {
        const refusal = this.calls.charge();
        if (refusal) throw refusal;
        return api.send({ ...call, origin: this.origin });
      },
    };
  }

  /**
   * The outcome of work that belongs to nobody alone. This operation waits until its deadline, or until it is given up;
   * the work goes on for whoever else waits.
   * @throws GatewayError HUBSPOT_TIMEOUT at the deadline
   */
  awaitShared<T>(work: PromiseOrValue<T>, clock: Clock): PromiseOrValue<T> {
    if (!(work instanceof Promise)) return work;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const cancelDeadline = clock.schedule(() => reject(tooLate()), this.origin.deadlineAt - clock.monotonic());
    work.then(resolve, reject).finally(cancelDeadline);
    this.follow({ abandon: reject });
    return promise;
  }

  /** Has `work` abandoned when the operation is given up. */
  follow(work: Abandonable): void {
    if (!this.#signal) return;
    if (this.#signal.aborted) work.abandon(abandonment(this.#signal));
    else if (this.#asked) this.#asked.push(work);
    else this.#asked = listen(this.#signal, work);
  }
}

/** Work that somebody may lose interest in. */
export interface Abandonable {
  abandon(reason: GatewayError): void;
}

/** One listener for all of an operation: a signal looks through the listeners that it has before it adds another. */
function listen(signal: AbortSignal, first: Abandonable): Abandonable[] {
  const asked = [first];
  const abandonAll = () => {
    const reason = abandonment(signal);
    for (const work of asked) work.abandon(reason);
  };
  signal.addEventListener('abort', abandonAll, { once: true });
  return asked;
}

/** The refusal of an operation whose time is over while HubSpot is still asked. */
export function tooLate(): GatewayError {
  return new GatewayError('HUBSPOT_TIMEOUT', 'HubSpot did not answer in time.', {});
}

function abandonment({ reason }: AbortSignal): GatewayError {
  return new GatewayError('HUBSPOT_UNAVAILABLE', 'The operation was given up.', {}, { cause: reason });
}
