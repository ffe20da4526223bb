import type { CallOrigin, HubspotApi, Permit } from '../hubspot/client.ts';
import { type Abandonable, CancellationSource } from '../lib/cancellation.ts';
import type { Priority } from '../lib/slots.ts';
import { type AskedInput, type BatchInput, chargeAgain, type Load } from './load.ts';

/** A call for the inputs of several loads, which is wanted as long as one of them is. */
export class SharedCall<I extends BatchInput, O> implements Abandonable {
  readonly asked: readonly AskedInput<I, O>[];
  readonly #viewerKey: string;
  readonly #waiting: Set<Load<I, O>>;
  readonly #cancellation = new CancellationSource();

  constructor(asked: readonly AskedInput<I, O>[], viewerKey: string) {
    this.asked = asked;
    this.#viewerKey = viewerKey;
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
        return send({ ...call, origin: this.#origin(), permit });
      },
    };
  }

  /** Worth repeating until the last of them is over. */
  #origin(): CallOrigin {
    let priority: Priority = 'background';
    let deadlineAt = 0;
    for (const { operation } of this.#waiting) {
      if (operation.origin.priority === 'interactive') priority = 'interactive';
      deadlineAt = Math.max(deadlineAt, operation.origin.deadlineAt);
    }
    return { viewerKey: this.#viewerKey, priority, deadlineAt, cancellation: this.#cancellation };
  }
}
