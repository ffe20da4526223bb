import type { HubspotApi } from '../../hubspot/client.ts';
import { anyOf, type Cancellation, CancellationSource, untilCancelled } from '../../lib/cancellation.ts';
import type { Clock } from '../../lib/time/clock.ts';
import type { RequestContext } from '../request-context.ts';

/** Deadline of a call of a look-up: a later answer would be too late for all waiting operations. */
const LOOK_UP_CALL_MS = 25_000;

export interface LookUpsOptions {
  readonly api: HubspotApi;
  /** Cancelled when the grant ends. */
  readonly grant: Cancellation;
  /** A key of the installation, not of a viewer, because a look-up serves all viewers. */
  readonly fairnessKey: string;
  readonly clock: Clock;
}

/**
 * The look-ups in flight. All operations that need the same metadata share one look-up, which is charged to none of them.
 * Each operation waits until its own deadline. A look-up without waiting operations is cancelled.
 */
export class LookUps {
  readonly #options: LookUpsOptions;
  readonly #running = new Map<string, LookUp>();

  constructor(options: LookUpsOptions) {
    this.#options = options;
  }

  /**
   * `name` must describe all that `send` reads.
   * @throws GatewayError of the look-up, or the reason for which the operation or the grant was cancelled
   */
  run(name: string, send: (api: HubspotApi) => Promise<object>, request: RequestContext): Promise<object> {
    const running = this.#running.get(name);
    if (running?.isActive) return running.join(request);
    const lookUp = new LookUp(this.#options, send, () => {
      // A new look-up can have replaced one that was cancelled.
      if (this.#running.get(name) === lookUp) this.#running.delete(name);
    });
    this.#running.set(name, lookUp);
    return lookUp.join(request);
  }
}

class LookUp {
  readonly #cancellation = new CancellationSource();
  readonly #outcome: Promise<object>;
  #waiting = 0;

  constructor(
    { api, grant, fairnessKey, clock }: LookUpsOptions,
    send: (api: HubspotApi) => Promise<object>,
    onEnd: () => void,
  ) {
    const cancellation = anyOf(this.#cancellation, grant);
    const callContext = () => ({
      ...{ fairnessKey, priority: 'interactive' as const, cancellation },
      deadlineAt: clock.monotonic() + LOOK_UP_CALL_MS,
    });
    const outcome = send({ version: api.version, send: (call) => api.send({ ...call, callContext: callContext() }) });
    this.#outcome = untilCancelled(grant, outcome).finally(onEnd);
  }

  get isActive(): boolean {
    return this.#cancellation.reason === undefined;
  }

  join(request: RequestContext): Promise<object> {
    this.#waiting += 1;
    return request.until(this.#outcome).finally(() => {
      this.#waiting -= 1;
      if (this.#waiting === 0) this.#cancellation.cancel(new Error('no operation waits for this look-up any more'));
    });
  }
}
