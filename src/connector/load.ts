import type { GatewayError } from '../errors.ts';
import type { Abandonable, Operation } from './operation.ts';

/** One input of a batch read. */
export interface BatchInput {
  /** The record that it is about. */
  readonly id: string;
}

/** What one operation asked for once: an input, and the promise of its answer. */
export class Load<I extends BatchInput, O> implements Abandonable {
  readonly input: I;
  /** Loads of one key are one input of a call. */
  readonly key: string;
  readonly operation: Operation;
  readonly promise: Promise<O>;
  readonly resolve: (answer: O) => void;
  readonly reject: (error: unknown) => void;
  /** False when it was given up. */
  isWanted = true;
  readonly #onAbandon: (load: this) => void;

  constructor(input: I, key: string, operation: Operation, onAbandon: (load: Load<I, O>) => void) {
    const { promise, resolve, reject } = Promise.withResolvers<O>();
    this.input = input;
    this.key = key;
    this.operation = operation;
    this.promise = promise;
    this.resolve = resolve;
    this.reject = reject;
    this.#onAbandon = onAbandon;
  }

  abandon(reason: GatewayError): void {
    this.isWanted = false;
    this.reject(reason);
    this.#onAbandon(this);
  }
}

/**
 * Charges every operation once for one call, whatever its loads in it. The function refuses the loads of those that
 * spent all they had, and is false for them.
 */
export function chargeOnce<I extends BatchInput, O>(): (load: Load<I, O>) => boolean {
  const refusals = new Map<Operation, GatewayError | undefined>();
  return ({ operation, reject }) => {
    if (!refusals.has(operation)) refusals.set(operation, operation.calls.charge());
    const refusal = refusals.get(operation);
    if (refusal) reject(refusal);
    return refusal === undefined;
  };
}
