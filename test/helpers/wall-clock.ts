import type { Clock } from '../../src/lib/time/clock.ts';

/** The clock of one machine: its wall clock is off by `offsetMs`, while time passes as it does for everybody. */
export class WallClock implements Clock {
  offsetMs = 0;
  readonly #time: Clock;

  constructor(time: Clock) {
    this.#time = time;
  }

  now(): number {
    return this.#time.now() + this.offsetMs;
  }

  monotonic(): number {
    return this.#time.monotonic();
  }

  schedule(callback: () => void, delayMs: number): () => void {
    return this.#time.schedule(callback, delayMs);
  }
}
