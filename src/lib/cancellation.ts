import type { Clock } from './time/clock.ts';

/** Work that somebody may lose interest in. */
export interface Abandonable {
  /** Never throws. More than once is as good as once. */
  abandon(reason: Error): void;
}

/**
 * Whether work is still wanted. An AbortSignal says the same; this is for what begins and ends thousands of times a
 * second, and takes neither an event nor a listener's closure.
 */
export interface Cancellation {
  /** Why nobody wants the work any more; `undefined` while somebody does. */
  readonly reason: Error | undefined;
  /** Has `work` abandoned as soon as it is not wanted any more. */
  follow(work: Abandonable): void;
  /** Forgets `work`, which is done. */
  leave(work: Abandonable): void;
}

/** A cancellation in the hands of whoever may cancel. */
export class CancellationSource implements Cancellation {
  readonly #followers = new Set<Abandonable>();
  #reason: Error | undefined;

  get reason(): Error | undefined {
    return this.#reason;
  }

  /** Once: later reasons change nothing. */
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

/** What `work` comes to, or a rejection with the reason as soon as that is not waited for; `work` itself goes on. */
export function untilCancelled<T>(cancellation: Cancellation | undefined, work: Promise<T>): Promise<T> {
  if (!cancellation) return work;
  return new Promise((resolve, reject) => {
    const waiting = { abandon: reject };
    cancellation.follow(waiting);
    work.then(resolve, reject).finally(() => cancellation.leave(waiting));
  });
}

/** Resolves after `delayMs` on `clock`; rejects with the reason as soon as nobody waits for that. */
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
