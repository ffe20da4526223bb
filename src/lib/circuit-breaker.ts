import type { Clock } from './clock.ts';

/** Opens when at least half of at least 20 calls within 10 s failed; after 5 s one call may probe. */
const WINDOW_MS = 10_000;
const MIN_CALLS = 20;
const FAILURE_SHARE = 0.5;
const OPEN_MS = 5_000;

/** Keeps calls away from a service that is failing for everybody. */
export class CircuitBreaker {
  readonly #clock: Clock;
  #calls: { readonly at: number; readonly failed: boolean }[] = [];
  #openUntil: number | undefined;
  #probing = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** 0 when a call may go out, whose outcome must then be reported; else the milliseconds to wait. */
  tryPass(): number {
    if (this.#openUntil === undefined) return 0;
    const wait = this.#openUntil - this.#clock.monotonic();
    if (wait > 0) return wait;
    if (this.#probing) return OPEN_MS;
    this.#probing = true;
    return 0;
  }

  /** The call that was let out was not made. */
  abandoned(): void {
    this.#probing = false;
  }

  succeeded(): void {
    this.#record(false);
    this.#openUntil = undefined;
    this.#probing = false;
  }

  failed(): void {
    this.#record(true);
    const failures = this.#calls.filter(({ failed }) => failed).length;
    if (this.#probing || (this.#calls.length >= MIN_CALLS && failures >= this.#calls.length * FAILURE_SHARE))
      this.open();
  }

  /** Opens at once: for failures that will be the same for every call. */
  open(): void {
    this.#openUntil = this.#clock.monotonic() + OPEN_MS;
    this.#probing = false;
    this.#calls = [];
  }

  #record(failed: boolean): void {
    const now = this.#clock.monotonic();
    this.#calls = [...this.#calls.filter(({ at }) => at > now - WINDOW_MS), { at: now, failed }];
  }
}
