import { type Clock, sleep } from './clock.ts';

/** The pause before the next try after so many failures, in milliseconds; `undefined` to give up. */
export type PauseAfter = (error: unknown, failures: number) => number | undefined;

/** Tries `work` until it succeeds, or `pauseAfter` gives up: then with its last error. */
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
