import type { Clock } from '../time/clock.ts';

/** Counts the calls of a window. */
export interface CallWindow {
  /** The calls in the window now. */
  count(): number;
  add(): void;
  /** Milliseconds until the next call leaves the window; 0 when the window is empty. */
  untilFewer(): number;
}

/** `rolling` counts the last `windowMs`. `fixed` windows start at multiples of their length since 1970. */
export type WindowKind = 'rolling' | 'fixed';

export function createWindow(kind: WindowKind, windowMs: number, clock: Clock): CallWindow {
  return kind === 'rolling' ? new RollingWindow(windowMs, clock) : new FixedWindow(windowMs, clock);
}

/** Calls of one millisecond. */
interface Moment {
  readonly at: number;
  calls: number;
  next: Moment | undefined;
}

/** Counts exactly, with at most one entry per millisecond. */
export class RollingWindow implements CallWindow {
  readonly #windowMs: number;
  readonly #clock: Clock;
  #oldest: Moment | undefined;
  #newest: Moment | undefined;
  #total = 0;

  constructor(windowMs: number, clock: Clock) {
    this.#windowMs = windowMs;
    this.#clock = clock;
  }

  count(): number {
    this.#forget(this.#now());
    return this.#total;
  }

  add(): void {
    const at = this.#now();
    this.#forget(at);
    this.#total += 1;
    if (this.#newest?.at === at) {
      this.#newest.calls += 1;
      return;
    }
    const moment: Moment = { at, calls: 1, next: undefined };
    if (this.#newest) this.#newest.next = moment;
    else this.#oldest = moment;
    this.#newest = moment;
  }

  untilFewer(): number {
    const now = this.#now();
    this.#forget(now);
    return this.#oldest ? this.#oldest.at + this.#windowMs - now : 0;
  }

  #now(): number {
    return Math.floor(this.#clock.monotonic());
  }

  #forget(now: number): void {
    while (this.#oldest && this.#oldest.at <= now - this.#windowMs) {
      this.#total -= this.#oldest.calls;
      this.#oldest = this.#oldest.next;
    }
    if (!this.#oldest) this.#newest = undefined;
  }
}

class FixedWindow implements CallWindow {
  readonly #windowMs: number;
  readonly #clock: Clock;
  #startsAt = 0;
  #calls = 0;

  constructor(windowMs: number, clock: Clock) {
    this.#windowMs = windowMs;
    this.#clock = clock;
  }

  count(): number {
    const now = this.#clock.now();
    const startsAt = now - (now % this.#windowMs);
    if (startsAt !== this.#startsAt) {
      this.#startsAt = startsAt;
      this.#calls = 0;
    }
    return this.#calls;
  }

  add(): void {
    this.#calls = this.count() + 1;
  }

  untilFewer(): number {
    return this.count() === 0 ? 0 : this.#startsAt + this.#windowMs - this.#clock.now();
  }
}
