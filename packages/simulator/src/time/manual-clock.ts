import type { Clock } from './clock.ts';

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** A clock that moves only by `advance` and `jump`. Timers run in order when they are due. */
export class ManualClock implements Clock {
  #now: number;
  #elapsed = 0;
  readonly #timers = new Set<Timer>();

  constructor(startsAt = Date.UTC(2026, 10, 23, 9, 0, 0)) {
    this.#now = startsAt;
  }

  /** Whole milliseconds like `Date.now()`. Timers can be due at fractions of a millisecond. */
  now(): number {
    return Math.round(this.#now);
  }

  monotonic(): number {
    return this.#elapsed;
  }

  schedule(callback: () => void, delayMs: number): () => void {
    const timer: Timer = { at: this.#elapsed + Math.max(0, delayMs), callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Moves both times forward by `ms`, and runs the timers that are due. */
  advance(ms: number): void {
    const end = this.#elapsed + ms;
    for (let timer = this.#nextDue(end); timer; timer = this.#nextDue(end)) {
      this.#timers.delete(timer);
      this.#move(timer.at - this.#elapsed);
      timer.callback();
    }
    this.#move(end - this.#elapsed);
  }

  /** Moves only the wall clock, like NTP or an administrator. */
  jump(ms: number): void {
    this.#now += ms;
  }

  #move(ms: number): void {
    this.#now += ms;
    this.#elapsed += ms;
  }

  #nextDue(end: number): Timer | undefined {
    let due: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.at <= end && (due === undefined || timer.at < due.at)) due = timer;
    }
    return due;
  }
}
