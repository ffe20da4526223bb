/** Time as a parameter, so that tests hold it in their hand. */
export interface Clock {
  /** Wall-clock time in epoch milliseconds; it may jump. */
  now(): number;
  /** Milliseconds since an arbitrary start; it never goes back. Measure durations with this one. */
  monotonic(): number;
  /** Runs `callback` once after `delayMs`; the returned function cancels it. */
  schedule(callback: () => void, delayMs: number): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  schedule(callback, delayMs) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

/** Resolves after `delayMs` on `clock`. */
export function sleep(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    clock.schedule(resolve, delayMs);
  });
}
