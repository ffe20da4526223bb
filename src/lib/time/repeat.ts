import { type Clock, sleep } from './clock.ts';

/** The pause in milliseconds before the next attempt, after `failures` failures; `undefined` to stop. */
export type PauseAfter = (error: unknown, failures: number) => number | undefined;

/** Repeats `work` until it succeeds. Rejects with its last error when `pauseAfter` returns `undefined`. */
export async function repeat<T>(clock: Clock, work: () => Promise<T>, pauseAfter: PauseAfter): Promise<T> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await work();
    } catch (error) {
      const pauseMs = pauseAfter(error, failures);
      if (pauseMs === undefined) throw error;
      await sleep(clock, pauseMs);
    }
  }
}
