import type { CallContext, HubspotApi, Permit } from '../../hubspot/client.ts';
import { type Abandonable, CancellationSource } from '../../lib/cancellation.ts';
import type { Priority } from '../../lib/slots.ts';
import { type BatchInput, chargeAgain, type Load, type PendingInput } from './load.ts';

/** A call for the inputs of several loads, which is wanted as long as one of them is. */
export class SharedCall<I extends BatchInput, O> implements Abandonable {
  readonly asked: readonly PendingInput<I, O>[];
  readonly #viewerKey: string;
  readonly #waiting: Set<Load<I, O>>;
  readonly #cancellation = new CancellationSource();

  constructor(asked: readonly PendingInput<I, O>[], fairnessKey: string) {
    this.asked = asked;
    this.#viewerKey = fairnessKey;
    this.#waiting = new Set(asked.map(({ load }) => load));
  }

  /** The load is not wanted any more. One that is not part of the call changes nothing. */
  leave(load: Load<I, O>): void {
    if (this.#waiting.delete(load) && this.#waiting.size === 0) {
      this.#cancellation.cancel(new Error('nobody waits for this call any more'));
    }
  }

  /** None of the loads is wanted any more. */
  abandon(reason: Error): void {
    for (const load of this.#waiting) load.abandon(reason);
  }

  /** The first call leaves with `permit`, and has been charged for; there may be more, as long as anybody waits. */
  api({ version, send }: HubspotApi, permit: Permit): HubspotApi {
    let isCharged = true;
    return {
      version,
      send: async (call) => {
        if (!isCharged) chargeAgain(this.asked);
        isCharged = false;
        return send({ ...call, callContext: this.#origin(), permit });
      },
    };
  }

  /** Worth repeating until the last of them is over. */
  #origin(): CallContext {
    let priority: Priority = 'background';
    let deadlineAt = 0;
    for (const { request } of this.#waiting) {
      if (request.callContext.priority === 'interactive') priority = 'interactive';
      deadlineAt = Math.max(deadlineAt, request.callContext.deadlineAt);
    }
    return { fairnessKey: this.#viewerKey, priority, deadlineAt, cancellation: this.#cancellation };
  }
}
