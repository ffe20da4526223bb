import type { GatewayError } from '../../errors.ts';
import type { Abandonable } from '../../lib/cancellation.ts';
import type { RequestContext } from '../request-context.ts';

/** One input of a batch read. */
export interface BatchInput {
  /** The record that it is about. */
  readonly id: string;
}

/** Answers one of the inputs that were asked for, or throws what failed for that input alone. */
export type Answer<I, O> = (input: I) => O;

/** One input of a load, on its way to an answer. */
export interface PendingInput<I extends BatchInput, O> {
  readonly load: Load<I, O>;
  readonly input: I;
  /** Inputs of one key are one input of a call. */
  readonly key: string;
  /** False as soon as it is in a call. */
  isPending: boolean;
}

/** What one operation asked for at once: inputs, and the promise of their answers. */
export class Load<I extends BatchInput, O> implements Abandonable {
  readonly inputs: readonly PendingInput<I, O>[];
  readonly request: RequestContext;
  /** Resolves when every input has an answer. */
  readonly promise: Promise<Answer<I, O>>;
  /** False when it was given up. */
  isWanted = true;
  readonly #resolve: (answer: Answer<I, O>) => void;
  readonly #reject: (error: unknown) => void;
  readonly #onAbandon: (load: this) => void;
  #unanswered: number;
  /** Nearly always all inputs are in one call. */
  #answer: Answer<I, O> | undefined;
  #others: Map<I, Answer<I, O>> | undefined;

  constructor(
    inputs: readonly I[],
    keyOf: (input: I) => string,
    request: RequestContext,
    onAbandon: (load: Load<I, O>) => void,
  ) {
    const { promise, resolve, reject } = Promise.withResolvers<Answer<I, O>>();
    this.inputs = inputs.map((input) => ({ load: this, input, key: keyOf(input), isPending: true }));
    this.request = request;
    this.promise = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#onAbandon = onAbandon;
    this.#unanswered = inputs.length;
  }

  /** The call that `input` was in is answered by `answer`. */
  settle(input: I, answer: Answer<I, O>): void {
    this.#answer ??= answer;
    if (answer !== this.#answer) {
      this.#others ??= new Map();
      this.#others.set(input, answer);
    }
    this.#unanswered -= 1;
    if (this.#unanswered > 0) return;
    this.request.leave(this);
    const [first, others] = [this.#answer, this.#others];
    this.#resolve(others ? (asked) => (others.get(asked) ?? first)(asked) : first);
  }

  /** No call can answer it. */
  fail(error: unknown): void {
    this.request.leave(this);
    this.#reject(error);
  }

  abandon(reason: Error): void {
    this.isWanted = false;
    this.fail(reason);
    this.#onAbandon(this);
  }
}

/**
 * Charges every operation once for one call, whatever its loads in it. The function refuses the loads of those that
 * spent all they had, and is false for them.
 */
export function chargeOnce<I extends BatchInput, O>(): (load: Load<I, O>) => boolean {
  const refusals = new Map<RequestContext, GatewayError | undefined>();
  return (load) => {
    const { request } = load;
    if (!refusals.has(request)) refusals.set(request, request.calls.charge());
    const refusal = refusals.get(request);
    if (refusal) load.fail(refusal);
    return refusal === undefined;
  };
}

/**
 * Charges for one call more than those that took the inputs out were charged for.
 * @throws Error when all loads are refused or were given up: nobody is told of it
 */
export function chargeAgain<I extends BatchInput, O>(asked: readonly PendingInput<I, O>[]): void {
  const isAffordable = chargeOnce<I, O>();
  const wanted = asked.filter(({ load }) => load.isWanted && isAffordable(load));
  if (wanted.length === 0) throw new Error('nobody waits for this call');
}
