import type { CallContext, HubspotApi, Permit } from '../../hubspot/client.ts';
import { type Cancellable, CancellationSource } from '../../lib/cancellation.ts';
import type { Priority } from '../../lib/semaphore.ts';
import { type BatchInput, chargeAgain, type Load, type PendingInput } from './load.ts';

/** A call for the inputs of several loads. It is cancelled when all of them are. */
export class SharedCall<I extends BatchInput, O> implements Cancellable {
  readonly pending: readonly PendingInput<I, O>[];
  readonly #fairnessKey: string;
  readonly #waiting: Set<Load<I, O>>;
  readonly #cancellation = new CancellationSource();

  constructor(pending: readonly PendingInput<I, O>[], fairnessKey: string) {
    this.pending = pending;
    this.#fairnessKey = fairnessKey;
    this.#waiting = new Set(pending.map(({ load }) => load));
  }

  /** A load was cancelled. A load that is not part of the call changes nothing. */
  leave(load: Load<I, O>): void {
    if (this.#waiting.delete(load) && this.#waiting.size === 0) {
      this.#cancellation.cancel(new Error('all loads of this call are cancelled'));
    }
  }

  /** Cancels all loads. */
  cancel(reason: Error): void {
    for (const load of this.#waiting) load.cancel(reason);
  }

  /** The first call is charged already. Further calls are charged here, and refused when no load waits any more. */
  api({ version, send }: HubspotApi, permit: Permit): HubspotApi {
    let isCharged = true;
    return {
      version,
      send: async (call) => {
        if (!isCharged) chargeAgain(this.pending);
        isCharged = false;
        return send({ ...call, callContext: this.#callContext(), permit });
      },
    };
  }

  /** The call is interactive if one of its loads is, and has the latest of their deadlines. */
  #callContext(): CallContext {
    let priority: Priority = 'background';
    let deadlineAt = 0;
    for (const { request } of this.#waiting) {
      if (request.callContext.priority === 'interactive') priority = 'interactive';
      deadlineAt = Math.max(deadlineAt, request.callContext.deadlineAt);
    }
    return { fairnessKey: this.#fairnessKey, priority, deadlineAt, cancellation: this.#cancellation };
  }
}
