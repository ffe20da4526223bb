import type { HubspotApi } from '../../hubspot/client.ts';
import { type Cancellation, CancellationSource, eitherOf, untilCancelled } from '../../lib/cancellation.ts';
import type { Clock } from '../../lib/time/clock.ts';
import type { RequestContext } from '../request-context.ts';

/** A call of a look-up that cannot be made within this would come too late for everybody who waits by then. */
const LOOK_UP_CALL_MS = 25_000;

export interface LookUpsOptions {
  readonly api: HubspotApi;
  /** Cancelled when the grant is over. */
  readonly grant: Cancellation;
  /** The installation asks for itself: what is looked up serves all its viewers, whoever came first. */
  readonly fairnessKey: string;
  readonly clock: Clock;
}

/**
 * Look-ups under way, each for all operations that want the same: at the installation's own expense, while each
 * operation waits for itself. One that nobody waits for any more makes no further call.
 */
export class LookUps {
  readonly #options: LookUpsOptions;
  readonly #running = new Map<string, LookUp>();

  constructor(options: LookUpsOptions) {
    this.#options = options;
  }

  /**
   * `what` says all that `ask` asks for.
   * @throws GatewayError of the look-up, of the operation when it is over first, or of the grant
   */
  run(what: string, ask: (api: HubspotApi) => Promise<object>, request: RequestContext): Promise<object> {
    const running = this.#running.get(what);
    if (running?.isWanted) return running.join(request);
    const lookUp = new LookUp(this.#options, ask, () => {
      // One that was given up may have a successor.
      if (this.#running.get(what) === lookUp) this.#running.delete(what);
    });
    this.#running.set(what, lookUp);
    return lookUp.join(request);
  }
}

class LookUp {
  readonly #cancellation = new CancellationSource();
  readonly #outcome: Promise<object>;
  #waiting = 0;

  constructor(
    { api, grant, fairnessKey, clock }: LookUpsOptions,
    ask: (api: HubspotApi) => Promise<object>,
    onEnd: () => void,
  ) {
    const cancellation = eitherOf(this.#cancellation, grant);
    const callContext = () => ({
      ...{ fairnessKey, priority: 'interactive' as const, cancellation },
      deadlineAt: clock.monotonic() + LOOK_UP_CALL_MS,
    });
    const asked = ask({ version: api.version, send: (call) => api.send({ ...call, callContext: callContext() }) });
    this.#outcome = untilCancelled(grant, asked).finally(onEnd);
  }

  get isWanted(): boolean {
    return this.#cancellation.reason === undefined;
  }

  join(request: RequestContext): Promise<object> {
    this.#waiting += 1;
    return request.until(this.#outcome).finally(() => {
      this.#waiting -= 1;
      if (this.#waiting === 0) this.#cancellation.cancel(new Error('nobody waits for this look-up any more'));
    });
  }
}
