import type { HubspotApi, Permit } from '../../hubspot/client.ts';
import type { Budget } from '../../hubspot/rate-limit.ts';
import { type Cancellable, type Cancellation, CancellationSource } from '../../lib/cancellation.ts';
import type { Priority } from '../../lib/semaphore.ts';
import type { Clock } from '../../lib/time/clock.ts';
import type { PermitSource } from '../rate-limit/rate-limiter.ts';
import type { RequestContext } from '../request-context.ts';
import { type Answer, type BatchInput, chargeOnce, Load, type PendingInput } from './load.ts';
import { PendingLoads } from './pending-loads.ts';
import { SharedCall } from './shared-call.ts';
import { readTogether, splitOnFailure } from './split-on-failure.ts';

/** How one kind of batch is read. */
export interface BatchKind<I extends BatchInput, O> {
  readonly name: string;
  readonly budget: Budget;
  /** HubSpot's cap on the inputs of one call. */
  readonly maxInputs: number;
  /**
   * True when all inputs of the queue are equal. Then the rate limiter counts a call for the viewer that has waited
   * longest, and a refusal fails all inputs.
   */
  readonly isShared?: boolean;
  /** Inputs with the same key are sent once, and share one result. */
  readonly keyOf: (input: I) => string;
  /**
   * Reads all `inputs`, whose keys can repeat, in one call, or in more when one does not suffice. The function that it
   * resolves with answers each input, or throws the error of that input.
   */
  read(api: HubspotApi, inputs: readonly I[]): Promise<Answer<I, O>>;
}

/** The parts that the queues of one installation share. */
export interface BatchContext {
  /** Identifies the installation. */
  readonly key: string;
  readonly api: HubspotApi;
  readonly limiter: PermitSource;
  /** Cancelled when the grant ends. */
  readonly grant: Cancellation;
  readonly clock: Clock;
}

/**
 * With this many calls in flight, a queue collects loads until a batch is full. One call saves the portal's budget of 11
 * calls a second. Measured at 40 ms a call and 100 loads a second: with one call in flight, 25 calls a second and 61 ms a
 * load; with two, 47 calls and 51 ms. At 1,000 loads a second the latency differs by 6 ms.
 */
const MAX_IN_FLIGHT = 1;
/** After this time a call no longer delays the next batch. */
const HOLD_MS = 500;
/** A refusal fails all loads whose deadlines are within this time, so that thousands of loads need few permit requests. */
const DEADLINE_GRAIN_MS = 250;

/**
 * Joins the loads of all requests into batches when a call can be dispatched. An idle queue dispatches a load at once.
 * Under load, batches fill while earlier calls are in flight or wait for a permit. A load never joins a call in flight: a
 * read after a write must not receive an answer from before it.
 */
export class BatchQueue<I extends BatchInput, O> implements Cancellable {
  readonly #kind: BatchKind<I, O>;
  readonly #context: BatchContext;
  readonly #key: string;
  readonly #pending = new PendingLoads<I, O>();
  /** Set while the queue waits for a permit. */
  #permitRequest: { readonly priority: Priority; readonly cancellation: CancellationSource } | undefined;
  readonly #calls = new Set<SharedCall<I, O>>();
  readonly #onIdle: () => void;
  #inFlight = 0;
  #isScheduled = false;

  /** The queue calls `onIdle` when no load is pending and no call is in flight. */
  constructor(kind: BatchKind<I, O>, context: BatchContext, onIdle = () => {}) {
    this.#kind = kind;
    this.#context = context;
    this.#onIdle = onIdle;
    this.#key = `${context.key}\n${kind.name}`;
  }

  /** @throws GatewayError of this input, or of the call that contained it */
  async load(input: I, request: RequestContext): Promise<O> {
    const answer = await this.loadAll([input], request);
    return answer(input);
  }

  /**
   * Loads several inputs. The function that it resolves with answers each of `inputs`.
   * @throws GatewayError when the request is cancelled, has spent its calls or cannot meet its deadline, or the grant has
   *   ended
   */
  loadAll(inputs: readonly I[], request: RequestContext): Promise<Answer<I, O>> {
    const load = new Load<I, O>(inputs, this.#kind.keyOf, request, this.#onCancel);
    this.#pending.add(load);
    request.addListener(load);
    this.#context.grant.addListener(this);
    if (this.#permitRequest?.priority === 'background' && this.#pending.hasInteractive) this.#cancelPermitRequest();
    this.#schedule();
    return load.promise;
  }

  /** The grant has ended. */
  cancel(reason: Error): void {
    for (const load of this.#pending.removeDue(Number.POSITIVE_INFINITY)) load.cancel(reason);
    for (const call of this.#calls) call.cancel(reason);
  }

  readonly #onCancel = (load: Load<I, O>): void => {
    this.#pending.remove(load);
    for (const call of this.#calls) call.leave(load);
    if (this.#pending.inputs === 0) this.#cancelPermitRequest();
    this.#notifyIdle();
  };

  #cancelPermitRequest(): void {
    this.#permitRequest?.cancellation.cancel(new Error('the queue no longer waits for this permit'));
  }

  #notifyIdle(): void {
    if (this.#pending.inputs > 0 || this.#calls.size > 0) return;
    this.#context.grant.removeListener(this);
    if (this.#inFlight === 0 && !this.#permitRequest && !this.#isScheduled) this.#onIdle();
  }

  /** Dispatches after the current turn of the event loop, in which all requests that have arrived add their loads. */
  #schedule(): void {
    if (this.#isScheduled || this.#permitRequest || !this.#mayDispatch()) return;
    this.#isScheduled = true;
    setImmediate(() => this.#dispatchAll());
  }

  #mayDispatch(): boolean {
    const { inputs } = this.#pending;
    return inputs >= this.#kind.maxInputs || (inputs > 0 && this.#inFlight < MAX_IN_FLIGHT);
  }

  async #dispatchAll(): Promise<void> {
    this.#isScheduled = false;
    while (!this.#permitRequest && this.#mayDispatch()) {
      const permit = await this.#permit();
      if (permit) this.#dispatch(permit);
    }
    this.#notifyIdle();
  }

  /** The rate limiter treats the queue as one viewer: a call serves many viewers, which alternate within the queue. */
  async #permit(): Promise<Permit | undefined> {
    const priority = this.#pending.hasInteractive ? 'interactive' : 'background';
    const { deadlineAt } = this.#pending;
    const cancellation = new CancellationSource();
    this.#permitRequest = { priority, cancellation };
    try {
      const fairnessKey = (this.#kind.isShared && this.#pending.first?.callContext.fairnessKey) || this.#key;
      const callContext = { fairnessKey, priority, deadlineAt, cancellation } as const;
      return await this.#context.limiter.acquire(this.#kind.budget, callContext);
    } catch (error) {
      if (cancellation.reason) return undefined;
      for (const load of this.#pending.removeDue(deadlineAt + DEADLINE_GRAIN_MS)) load.fail(error);
      return undefined;
    } finally {
      this.#permitRequest = undefined;
    }
  }

  #dispatch(permit: Permit): void {
    const pending = this.#pending.take(this.#kind.maxInputs, chargeOnce());
    if (pending.length === 0) {
      permit.release();
      return;
    }
    const end = this.#begin();
    const read = (part: readonly PendingInput<I, O>[]) => this.#call(part, permit);
    void (this.#kind.isShared ? readTogether(pending, read) : splitOnFailure(pending, read)).finally(() => {
      // A call that failed before the rate limiter middleware has not used its permit.
      permit.release();
      end();
      this.#notifyIdle();
    });
  }

  async #call(pending: readonly PendingInput<I, O>[], permit: Permit): Promise<Answer<I, O>> {
    const call = new SharedCall(pending, this.#key);
    this.#calls.add(call);
    try {
      return await this.#kind.read(
        call.api(this.#context.api, permit),
        pending.map(({ input }) => input),
      );
    } finally {
      this.#calls.delete(call);
    }
  }

  /** Counts a call as in flight until the returned function is called or `HOLD_MS` have passed. */
  #begin(): () => void {
    this.#inFlight += 1;
    let isInFlight = true;
    const end = () => {
      if (!isInFlight) return;
      isInFlight = false;
      cancel();
      this.#inFlight -= 1;
      this.#schedule();
    };
    const cancel = this.#context.clock.schedule(end, HOLD_MS);
    return end;
  }
}
