import type { HubspotApi, Permit } from '../hubspot/client.ts';
import type { Budget } from '../hubspot/rate-limit.ts';
import { type Abandonable, type Cancellation, CancellationSource } from '../lib/cancellation.ts';
import type { Clock } from '../lib/clock.ts';
import type { Priority } from '../lib/slots.ts';
import { readApart, readTogether } from './isolation.ts';
import { type Answer, type AskedInput, type BatchInput, chargeOnce, Load } from './load.ts';
import type { Operation } from './operation.ts';
import type { SlotSource } from './rate-governor.ts';
import { SharedCall } from './shared-call.ts';
import { WaitingLoads } from './waiting-loads.ts';

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
  readonly governor: SlotSource;
  /** Cancelled when the grant is over. */
  readonly grant: Cancellation;
  readonly clock: Clock;
}

/**
 * While so many calls of a queue fly, loads gather until a batch is full. One is a choice for the portal's budget of 11
 * calls a second: measured at 40 ms a call and 100 loads a second, one costs 25 calls a second and 61 ms a load, two
 * cost 47 and 51 ms; at 1,000 loads a second the wait differs by 6 ms.
 */
const MAX_FLYING = 1;
/** A call that takes longer holds nobody up any more. */
const HOLD_MS = 500;
/** A refusal is for all loads whose deadlines are no further apart: thousands of them are not refused one by one. */
const DEADLINE_GRAIN_MS = 250;

/**
 * Joins the loads of all requests into batches at the moment of dispatch. An idle queue sends a load at once; under
 * load, batches fill while earlier calls fly or wait for the rate governor. A load never joins a call that has left:
 * what was asked before a write must not answer a read after it.
 */
export class BatchQueue<I extends BatchInput, O> implements Abandonable {
  readonly #kind: BatchKind<I, O>;
  readonly #context: BatchContext;
  readonly #key: string;
  readonly #waiting = new WaitingLoads<I, O>();
  /** The wait for a permit, while there is one. */
  #asking: { readonly priority: Priority; readonly cancellation: CancellationSource } | undefined;
  readonly #calls = new Set<SharedCall<I, O>>();
  readonly #onIdle: () => void;
  #flying = 0;
  #gathers = false;

  /** `onIdle` is told when nothing waits or flies any more. */
  constructor(kind: BatchKind<I, O>, context: BatchContext, onIdle = () => {}) {
    this.#kind = kind;
    this.#context = context;
    this.#onIdle = onIdle;
    this.#key = `${context.key}\n${kind.name}`;
  }

  /** @throws GatewayError of this input alone, or of the call that it was in */
  async load(input: I, operation: Operation): Promise<O> {
    const answer = await this.loadAll([input], operation);
    return answer(input);
  }

  /**
   * Several at once; the function that it resolves with answers each of `inputs`.
   * @throws GatewayError when the operation is given up, may cost no more calls or would be answered too late, or the
   *   grant is over
   */
  loadAll(inputs: readonly I[], operation: Operation): Promise<Answer<I, O>> {
    const load = new Load<I, O>(inputs, this.#kind.keyOf, operation, this.#abandon);
    this.#waiting.add(load);
    operation.follow(load);
    this.#context.grant.follow(this);
    if (this.#asking?.priority === 'background' && this.#waiting.hasInteractive) this.#stopAsking();
    this.#gather();
    return load.promise;
  }

  /** The grant is over. */
  abandon(reason: Error): void {
    for (const load of this.#waiting.removeDue(Number.POSITIVE_INFINITY)) load.abandon(reason);
    for (const call of this.#calls) call.abandon(reason);
  }

  readonly #abandon = (load: Load<I, O>): void => {
    this.#waiting.remove(load);
    for (const call of this.#calls) call.leave(load);
    if (this.#waiting.inputs === 0) this.#stopAsking();
    this.#rest();
  };

  #stopAsking(): void {
    this.#asking?.cancellation.cancel(new Error('this permit is not waited for any more'));
  }

  #rest(): void {
    if (this.#waiting.inputs > 0 || this.#calls.size > 0) return;
    this.#context.grant.leave(this);
    if (this.#flying === 0 && !this.#asking && !this.#gathers) this.#onIdle();
  }

  /** Lets every request that has arrived by now ask first: they are read from their sockets in one turn of the event loop. */
  #gather(): void {
    if (this.#gathers || this.#asking || !this.#mayAsk()) return;
    this.#gathers = true;
    setImmediate(() => this.#dispatch());
  }

  #mayAsk(): boolean {
    const { inputs } = this.#waiting;
    return inputs >= this.#kind.maxInputs || (inputs > 0 && this.#flying < MAX_FLYING);
  }

  async #dispatch(): Promise<void> {
    this.#gathers = false;
    while (!this.#asking && this.#mayAsk()) {
      const permit = await this.#permit();
      if (permit) this.#depart(permit);
    }
    this.#rest();
  }

  /** A queue stands in line as one viewer of its own: what it is granted serves many, in turns among themselves. */
  async #permit(): Promise<Permit | undefined> {
    const priority = this.#waiting.hasInteractive ? 'interactive' : 'background';
    const { deadlineAt } = this.#waiting;
    const cancellation = new CancellationSource();
    this.#asking = { priority, cancellation };
    try {
      const viewerKey = (this.#kind.isShared && this.#waiting.first?.origin.viewerKey) || this.#key;
      const origin = { viewerKey, priority, deadlineAt, cancellation } as const;
      return await this.#context.governor.acquire(this.#kind.budget, origin);
    } catch (error) {
      if (cancellation.reason) return undefined;
      for (const load of this.#waiting.removeDue(deadlineAt + DEADLINE_GRAIN_MS)) load.fail(error);
      return undefined;
    } finally {
      this.#asking = undefined;
    }
  }

  #depart(permit: Permit): void {
    const asked = this.#waiting.take(this.#kind.maxInputs, chargeOnce());
    if (asked.length === 0) {
      permit.release();
      return;
    }
    const land = this.#takeOff();
    const read = (part: readonly AskedInput<I, O>[]) => this.#call(part, permit);
    void (this.#kind.isShared ? readTogether(asked, read) : readApart(asked, read)).finally(() => {
      // A call that was refused before it reached the governor used nothing.
      permit.release();
      land();
      this.#rest();
    });
  }

  async #call(asked: readonly AskedInput<I, O>[], permit: Permit): Promise<Answer<I, O>> {
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
  #takeOff(): () => void {
    this.#flying += 1;
    let isFlying = true;
    const land = () => {
      if (!isFlying) return;
      isFlying = false;
      cancel();
      this.#flying -= 1;
      this.#gather();
    };
    const cancel = this.#context.clock.schedule(land, HOLD_MS);
    return land;
  }
}
