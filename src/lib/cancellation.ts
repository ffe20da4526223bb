import type { Clock } from './time/clock.ts';

/** Work that can be cancelled. */
export interface Cancellable {
  /** Never throws. Further calls have no effect. */
  cancel(reason: Error): void;
}

/**
 * Signals a cancellation to work, like an AbortSignal. It is cheaper for work that starts thousands of times per second,
 * because it needs neither events nor closures.
 */
export interface Cancellation {
  /** The reason of the cancellation; `undefined` while the work is not cancelled. */
  readonly reason: Error | undefined;
  /** Cancels `work` with this cancellation, immediately if it is already cancelled. */
  addListener(work: Cancellable): void;
  /** Removes `work`, which is done. */
  removeListener(work: Cancellable): void;
}

/** A cancellation with the method that cancels it. */
export class CancellationSource implements Cancellation {
  readonly #listeners = new Set<Cancellable>();
  #reason: Error | undefined;

  get reason(): Error | undefined {
    return this.#reason;
  }

  /** Only the first call has an effect. */
  cancel(reason: Error): void {
    if (this.#reason) return;
    this.#reason = reason;
    for (const work of this.#listeners) work.cancel(reason);
    this.#listeners.clear();
  }

  addListener(work: Cancellable): void {
    if (this.#reason) work.cancel(this.#reason);
    else this.#listeners.add(work);
  }

  removeListener(work: Cancellable): void {
    this.#listeners.delete(work);
  }
}

/** Cancelled as soon as one of the two is. */
export function anyOf(one: Cancellation, other: Cancellation): Cancellation {
  return {
    get reason() {
      return one.reason ?? other.reason;
    },
    addListener(work) {
      const reason = one.reason ?? other.reason;
      if (reason) return work.cancel(reason);
      one.addListener(work);
      other.addListener(work);
    },
    removeListener(work) {
      one.removeListener(work);
      other.removeListener(work);
    },
  };
}

/** Settles as `work` does, or rejects with the reason as soon as it is cancelled. `work` itself continues. */
export function untilCancelled<T>(cancellation: Cancellation | undefined, work: Promise<T>): Promise<T> {
  if (!cancellation) return work;
  return new Promise((resolve, reject) => {
    const waiting = { cancel: reject };
    cancellation.addListener(waiting);
    work.then(resolve, reject).finally(() => cancellation.removeListener(waiting));
  });
}

/** Resolves after `delayMs` on `clock`, or rejects with the reason as soon as it is cancelled. */
export function pause(clock: Clock, delayMs: number, cancellation: Cancellation | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const waiting = {
      cancel(reason: Error) {
        cancelTimer();
        reject(reason);
      },
    };
    const cancelTimer = clock.schedule(() => {
      cancellation?.removeListener(waiting);
      resolve();
    }, delayMs);
    cancellation?.addListener(waiting);
  });
}
