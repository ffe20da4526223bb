import type { GatewayError } from '../../errors.ts';
import type { Cancellable } from '../../lib/cancellation.ts';
import type { RequestContext } from '../request-context.ts';

/** One input of a batch read. */
export interface BatchInput {
  /** The id of the record to read. */
  readonly id: string;
}

/** Returns the answer for one of the inputs, or throws the error of that input. */
export type Answer<I, O> = (input: I) => O;

/** One input of a load that waits for its answer. */
export interface PendingInput<I extends BatchInput, O> {
  readonly load: Load<I, O>;
  readonly input: I;
  /** Pending inputs with the same key are one input of a call. */
  readonly key: string;
  /** False as soon as a call contains it. */
  isPending: boolean;
}

/** The inputs that one request reads together, and the promise of their answers. */
export class Load<I extends BatchInput, O> implements Cancellable {
  readonly inputs: readonly PendingInput<I, O>[];
  readonly request: RequestContext;
  /** Resolves when every input has an answer. */
  readonly promise: Promise<Answer<I, O>>;
  /** True when nobody waits for the answers any more. */
  isCancelled = false;
  readonly #resolve: (answer: Answer<I, O>) => void;
  readonly #reject: (error: unknown) => void;
  readonly #onCancel: (load: this) => void;
  #unanswered: number;
  /** The answer of the first call. Almost always, one call contains all inputs. */
  #answer: Answer<I, O> | undefined;
  /** The answers of further calls. */
  #otherAnswers: Map<I, Answer<I, O>> | undefined;

  constructor(
    inputs: readonly I[],
    keyOf: (input: I) => string,
    request: RequestContext,
    onCancel: (load: Load<I, O>) => void,
  ) {
    const { promise, resolve, reject } = Promise.withResolvers<Answer<I, O>>();
    this.inputs = inputs.map((input) => ({ load: this, input, key: keyOf(input), isPending: true }));
    this.request = request;
    this.promise = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#onCancel = onCancel;
    this.#unanswered = inputs.length;
  }

  /** Stores the answer of the call that contained `input`. */
  settle(input: I, answer: Answer<I, O>): void {
    this.#answer ??= answer;
    if (answer !== this.#answer) {
      this.#otherAnswers ??= new Map();
      this.#otherAnswers.set(input, answer);
    }
    this.#unanswered -= 1;
    if (this.#unanswered > 0) return;
    this.request.removeListener(this);
    const [first, others] = [this.#answer, this.#otherAnswers];
    this.#resolve(others ? (one) => (others.get(one) ?? first)(one) : first);
  }

  /** Fails all inputs. */
  fail(error: unknown): void {
    this.request.removeListener(this);
    this.#reject(error);
  }

  cancel(reason: Error): void {
    this.isCancelled = true;
    this.fail(reason);
    this.#onCancel(this);
  }
}

/**
 * Charges every request once for one call, however many of its loads are in the call. The returned function fails the
 * loads of requests that have spent their calls, and returns false for them.
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
 * Charges the requests of a call for one more call.
 * @throws Error when all loads are cancelled or refused; no client sees it
 */
export function chargeAgain<I extends BatchInput, O>(pending: readonly PendingInput<I, O>[]): void {
  const isAffordable = chargeOnce<I, O>();
  const active = pending.filter(({ load }) => !load.isCancelled && isAffordable(load));
  if (active.length === 0) throw new Error('no load waits for this call');
}

/** Turns a rejection into an answer that throws, so that it fails only the inputs of this call. */
export function settled<I, O>(answer: Promise<Answer<I, O>>): Promise<Answer<I, O>> {
  return answer.catch((error: unknown) => () => {
    throw error;
  });
}
