import type { Clock } from './time/clock.ts';

/** Opens when at least half of at least 20 calls within 10 s failed; after 5 s one call may probe. */
const WINDOW_MS = 10_000;
const MIN_CALLS = 20;
const FAILURE_SHARE = 0.5;
const OPEN_MS = 5_000;
/** A failure that took so long counts twice. */
const SLOW_MS = 8_000;
/** The window moves in steps of this. */
const STEP_MS = 1_000;

/** Outcomes of one step of the window. */
interface Step {
  readonly index: number;
  calls: number;
  failures: number;
}

/** Keeps calls away from a service that is failing for everybody. */
export class CircuitBreaker {
  readonly #clock: Clock;
  /** Oldest first. */
  #steps: Step[] = [];
  #openUntil: number | undefined;
  #probing = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Milliseconds until a call may go out, 0 for now: a look that claims nothing. */
  get waitMs(): number {
    if (this.#openUntil === undefined) return 0;
    if (this.#probing) return OPEN_MS;
    return Math.max(0, this.#openUntil - this.#clock.monotonic());
  }

  /** 0 when a call may go out, whose outcome must then be reported; else the milliseconds to wait. */
  tryPass(): number {
    const { waitMs } = this;
    if (waitMs === 0) this.#probing = this.#openUntil !== undefined;
    return waitMs;
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

  /**
   * True when the circuit is open by this failure.
   * @param tookMs a call that kept others waiting counts for more: where each waits for its timeout, few are made
   */
  failed(tookMs = 0): boolean {
    this.#record(true, 1 + Math.floor(tookMs / SLOW_MS));
    const [calls, failures] = this.#sums();
    const opens = this.#probing || (calls >= MIN_CALLS && failures >= calls * FAILURE_SHARE);
    if (opens) this.open();
    return opens;
  }

  /** Opens at once: for failures that will be the same for every call. */
  open(): void {
    this.#openUntil = this.#clock.monotonic() + OPEN_MS;
    this.#probing = false;
    this.#steps = [];
  }

  #record(failed: boolean, weight = 1): void {
    const index = Math.floor(this.#clock.monotonic() / STEP_MS);
    let step = this.#steps.at(-1);
    if (step?.index !== index) {
      const oldest = index - WINDOW_MS / STEP_MS;
      step = { index, calls: 0, failures: 0 };
      this.#steps = [...this.#steps.filter((known) => known.index > oldest), step];
    }
    step.calls += weight;
    if (failed) step.failures += weight;
  }

  #sums(): [calls: number, failures: number] {
    let [calls, failures] = [0, 0];
    for (const step of this.#steps) {
      calls += step.calls;
      failures += step.failures;
    }
    return [calls, failures];
  }
}
