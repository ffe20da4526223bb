import type { HubspotApi, Permit } from '../../hubspot/client.ts';
import type { Budget } from '../../hubspot/rate-limit.ts';
import { type Abandonable, type Cancellation, CancellationSource } from '../../lib/cancellation.ts';
import type { Priority } from '../../lib/slots.ts';
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
   * True where all inputs of the queue are one and the same: a call for them is made in the turn of whoever waits
   * longest, and what HubSpot refuses, it refuses to all of them.
   */
  readonly isShared?: boolean;
  /** Inputs of one key are asked once, and answered from one result. */
  readonly keyOf: (input: I) => string;
  /**
   * One call of HubSpot for all of `inputs`, in which keys may repeat, or more where that one does not do. The function it resolves with answers each
   * input, or throws what failed for that input alone.
   */
  read(api: HubspotApi, inputs: readonly I[]): Promise<Answer<I, O>>;
}

/** What the queues of one installation share. */
export interface BatchContext {
  /** Tells this installation's queues from all others. */
  readonly key: string;
  readonly api: HubspotApi;
  readonly limiter: PermitSource;
  /** Cancelled when the grant is over. */
  readonly grant: Cancellation;
  readonly clock: Clock;
}

/**
 * While so many calls of a queue fly, loads gather until a batch is full. One is a choice for the portal's budget of 11
 * calls a second: measured at 40 ms a call and 100 loads a second, one costs 25 calls a second and 61 ms a load, two
 * cost 47 and 51 ms; at 1,000 loads a second the wait differs by 6 ms.
 */
const MAX_IN_FLIGHT = 1;
/** A call that takes longer holds nobody up any more. */
const HOLD_MS = 500;
/** A refusal is for all loads whose deadlines are no further apart: thousands of them are not refused one by one. */
const DEADLINE_GRAIN_MS = 250;

/**
 * Joins the loads of all requests into batches at the moment of dispatch. An idle queue sends a load at once; under
 * load, batches fill while earlier calls fly or wait for the rate rate limiter. A load never joins a call that has left:
 * what was asked before a write must not answer a read after it.
 */
export class BatchQueue<I extends BatchInput, O> implements Abandonable {
  readonly #kind: BatchKind<I, O>;
  readonly #context: BatchContext;
  readonly #key: string;
  readonly #pending = new PendingLoads<I, O>();
  /** The wait for a permit, while there is one. */
  #permitRequest: { readonly priority: Priority; readonly cancellation: CancellationSource } | undefined;
  readonly #calls = new Set<SharedCall<I, O>>();
  readonly #onIdle: () => void;
  #inFlight = 0;
  #isScheduled = false;

  /** `onIdle` is told when nothing waits or flies any more. */
  constructor(kind: BatchKind<I, O>, context: BatchContext, onIdle = () => {}) {
    this.#kind = kind;
    this.#context = context;
    this.#onIdle = onIdle;
    this.#key = `${context.key}\n${kind.name}`;
  }

  /** @throws GatewayError of this input alone, or of the call that it was in */
  async load(input: I, request: RequestContext): Promise<O> {
    const answer = await this.loadAll([input], request);
    return answer(input);
  }

  /**
   * Several at once; the function that it resolves with answers each of `inputs`.
   * @throws GatewayError when the operation is given up, may cost no more calls or would be answered too late, or the
   *   grant is over
   */
  loadAll(inputs: readonly I[], request: RequestContext): Promise<Answer<I, O>> {
    const load = new Load<I, O>(inputs, this.#kind.keyOf, request, this.#abandon);
    this.#pending.add(load);
    request.follow(load);
    this.#context.grant.follow(this);
    if (this.#permitRequest?.priority === 'background' && this.#pending.hasInteractive) this.#stopAsking();
    this.#schedule();
    return load.promise;
  }

  /** The grant is over. */
  abandon(reason: Error): void {
    for (const load of this.#pending.removeDue(Number.POSITIVE_INFINITY)) load.abandon(reason);
    for (const call of this.#calls) call.abandon(reason);
  }

  readonly #abandon = (load: Load<I, O>): void => {
    this.#pending.remove(load);
    for (const call of this.#calls) call.leave(load);
    if (this.#pending.inputs === 0) this.#stopAsking();
    this.#notifyIdle();
  };

  #stopAsking(): void {
    this.#permitRequest?.cancellation.cancel(new Error('this permit is not waited for any more'));
  }

  #notifyIdle(): void {
    if (this.#pending.inputs > 0 || this.#calls.size > 0) return;
    this.#context.grant.leave(this);
    if (this.#inFlight === 0 && !this.#permitRequest && !this.#isScheduled) this.#onIdle();
  }

  /** Lets every request that has arrived by now ask first: they are read from their sockets in one turn of the event loop. */
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

  /** A queue stands in line as one viewer of its own: what it is granted serves many, in turns among themselves. */
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
    const asked = this.#pending.take(this.#kind.maxInputs, chargeOnce());
    if (asked.length === 0) {
      permit.release();
      return;
    }
    const end = this.#begin();
    const read = (part: readonly PendingInput<I, O>[]) => this.#call(part, permit);
    void (this.#kind.isShared ? readTogether(asked, read) : splitOnFailure(asked, read)).finally(() => {
      // A call that was refused before it reached the rate limiter used nothing.
      permit.release();
      end();
      this.#notifyIdle();
    });
  }

  async #call(asked: readonly PendingInput<I, O>[], permit: Permit): Promise<Answer<I, O>> {
    const call = new SharedCall(asked, this.#key);
    this.#calls.add(call);
    try {
      return await this.#kind.read(
        call.api(this.#context.api, permit),
        asked.map(({ input }) => input),
      );
    } finally {
      this.#calls.delete(call);
    }
  }

  /** Counts a call in; the function it answers counts it out, once. */
  #begin(): () => void {
    this.#inFlight += 1;
    let isInFlight = true;
    const land = () => {
      if (!isInFlight) return;
      isInFlight = false;
      cancel();
      this.#inFlight -= 1;
      this.#schedule();
    };
    const cancel = this.#context.clock.schedule(land, HOLD_MS);
    return land;
  }
}
