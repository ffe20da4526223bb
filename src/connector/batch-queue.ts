import type { HubspotApi, Permit } from '../hubspot/client.ts';
import type { Budget } from '../hubspot/rate-limit.ts';
import type { Clock } from '../lib/clock.ts';
import type { Priority } from '../lib/slots.ts';
import { readApart, readTogether } from './isolation.ts';
import { type Answer, type AskedInput, type BatchInput, chargeAgain, chargeOnce, Load } from './load.ts';
import { type Operation, tooLate } from './operation.ts';
import type { SlotSource } from './rate-governor.ts';
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
export class BatchQueue<I extends BatchInput, O> {
  readonly #kind: BatchKind<I, O>;
  readonly #context: BatchContext;
  readonly #key: string;
  readonly #waiting = new WaitingLoads<I, O>();
  /** The wait for a permit, while there is one. */
  #asking: { readonly priority: Priority; readonly abort: AbortController } | undefined;
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
   * @throws GatewayError when the operation is given up, may cost no more calls or would be answered too late
   */
  loadAll(inputs: readonly I[], operation: Operation): Promise<Answer<I, O>> {
    const load = new Load<I, O>(inputs, this.#kind.keyOf, operation, this.#abandon);
    this.#waiting.add(load);
    operation.follow(load);
    if (this.#asking?.priority === 'background' && this.#waiting.hasInteractive) this.#asking.abort.abort();
    this.#gather();
    return load.promise;
  }

  readonly #abandon = (load: Load<I, O>): void => {
    this.#waiting.remove(load);
    if (this.#waiting.inputs === 0) this.#asking?.abort.abort();
    this.#rest();
  };

  #rest(): void {
    if (this.#waiting.inputs === 0 && this.#flying === 0 && !this.#asking && !this.#gathers) this.#onIdle();
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
    const abort = new AbortController();
    this.#asking = { priority, abort };
    try {
      const viewerKey = (this.#kind.isShared && this.#waiting.first?.origin.viewerKey) || this.#key;
      const origin = { viewerKey, priority, deadlineAt } as const;
      return await this.#context.governor.acquire(this.#kind.budget, origin, abort.signal);
    } catch (error) {
      if (abort.signal.aborted) return undefined;
      for (const load of this.#waiting.removeDue(deadlineAt + DEADLINE_GRAIN_MS)) load.reject(error);
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
    const cancelDeadlines = this.#watchDeadlines(asked);
    const read = (part: readonly AskedInput<I, O>[]) =>
      this.#kind.read(
        this.#apiFor(part, permit),
        part.map(({ input }) => input),
      );
    void (this.#kind.isShared ? readTogether(asked, read) : readApart(asked, read)).finally(() => {
      // A call that was refused before it reached the governor used nothing.
      permit.release();
      cancelDeadlines();
      land();
    });
  }

  /** A call serves until the last deadline of its loads: those with an earlier one are told at theirs. */
  #watchDeadlines(asked: readonly AskedInput<I, O>[]): () => void {
    const { clock } = this.#context;
    const loads = [...new Set(asked.map(({ load }) => load))].sort((a, b) => deadlineOf(b) - deadlineOf(a));
    let cancel = () => {};
    const watch = () => {
      const next = loads.at(-1);
      if (next) cancel = clock.schedule(tell, deadlineOf(next) - clock.monotonic() + DEADLINE_GRAIN_MS);
    };
    const tell = () => {
      for (let load = loads.at(-1); load && deadlineOf(load) < clock.monotonic(); load = loads.at(-1)) {
        loads.pop();
        load.abandon(tooLate());
      }
      watch();
    };
    watch();
    return () => cancel();
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
      this.#rest();
    };
    const cancel = this.#context.clock.schedule(land, HOLD_MS);
    return land;
  }

  /**
   * Calls for these inputs: the first one of all leaves with `permit`, and the first for these was charged for; worth
   * repeating while anybody waits for an answer.
   */
  #apiFor(asked: readonly AskedInput<I, O>[], permit: Permit): HubspotApi {
    let priority: Priority = 'background';
    let deadlineAt = 0;
    for (const { operation } of new Set(asked.map(({ load }) => load))) {
      if (operation.origin.priority === 'interactive') priority = 'interactive';
      deadlineAt = Math.max(deadlineAt, operation.origin.deadlineAt);
    }
    const { api } = this.#context;
    const origin = { viewerKey: this.#key, priority, deadlineAt };
    let isCharged = true;
    return {
      version: api.version,
      send: async (call) => {
        if (!isCharged) chargeAgain(asked);
        isCharged = false;
        return api.send({ ...call, origin, permit });
      },
    };
  }
}

function deadlineOf<I extends BatchInput, O>({ operation }: Load<I, O>): number {
  return operation.origin.deadlineAt;
}
