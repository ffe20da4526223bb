import type { Clock } from './time/clock.ts';

/** Work that can be cancelled. */
export interface Abandonable {
  /** Never throws. Further calls have no effect. */
  abandon(reason: Error): void;
}

/**
 * Signals a cancellation to work, like an AbortSignal. It is cheaper for work that starts thousands of times per second,
 * because it needs neither events nor closures.
 */
export interface Cancellation {
  /** The reason of the cancellation; `undefined` while the work is not cancelled. */
  readonly reason: Error | undefined;
  /** Cancels `work` with this cancellation, immediately if it is already cancelled. */
  follow(work: Abandonable): void;
  /** Removes `work`, which is done. */
  leave(work: Abandonable): void;
}

/** A cancellation with the method that cancels it. */
export class CancellationSource implements Cancellation {
  readonly #followers = new Set<Abandonable>();
  #reason: Error | undefined;

  get reason(): Error | undefined {
    return this.#reason;
  }

  /** Only the first call has an effect. */
  cancel(reason: Error): void {
    if (this.#reason) return;
    this.#reason = reason;
    for (const work of this.#followers) work.abandon(reason);
    this.#followers.clear();
  }

  follow(work: Abandonable): void {
    if (this.#reason) work.abandon(this.#reason);
    else this.#followers.add(work);
  }

  leave(work: Abandonable): void {
    this.#followers.delete(work);
  }
}

/** Cancelled as soon as one of the two is. */
export function eitherOf(one: Cancellation, other: Cancellation): Cancellation {
  return {
    get reason() {
      return one.reason ?? other.reason;
    },
    follow(work) {
      const reason = one.reason ?? other.reason;
      if (reason) return work.abandon(reason);
      one.follow(work);
      other.follow(work);
    },
    leave(work) {
      one.leave(work);
      other.leave(work);
    },
  };
}

/** Settles as `work` does, or rejects with the reason as soon as it is cancelled. `work` itself continues. */
export function untilCancelled<T>(cancellation: Cancellation | undefined, work: Promise<T>): Promise<T> {
  if (!cancellation) return work;
  return new Promise((resolve, reject) => {
    const waiting = { abandon: reject };
    cancellation.follow(waiting);
    work.then(resolve, reject).finally(() => cancellation.leave(waiting));
  });
}

/** Resolves after `delayMs` on `clock`, or rejects with the reason as soon as it is cancelled. */
export function pause(clock: Clock, delayMs: number, cancellation: Cancellation | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const waiting = {
      abandon(reason: Error) {
        cancelTimer();
        reject(reason);
      },
    };
    const cancelTimer = clock.schedule(() => {
      cancellation?.leave(waiting);
      resolve();
    }, delayMs);
    cancellation?.follow(waiting);
  });
}
