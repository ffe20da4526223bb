import type { Clock } from './time/clock.ts';

/** The circuit opens when at least half of at least 20 calls within 10 s fail. After 5 s, it lets one call probe. */
const WINDOW_MS = 10_000;
const MIN_CALLS = 20;
const FAILURE_SHARE = 0.5;
const OPEN_MS = 5_000;
/** A failure counts once more for each period of this length that the call took. */
const SLOW_MS = 8_000;
/** The window slides in steps of this length. */
const STEP_MS = 1_000;

/** Outcomes of one step of the window. */
interface Step {
  readonly index: number;
  calls: number;
  failures: number;
}

/** Stops calls to a service that fails. */
export class CircuitBreaker {
  readonly #clock: Clock;
  /** Oldest first. */
  #steps: Step[] = [];
  #openUntil: number | undefined;
  #probing = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Milliseconds until a call can be made, 0 when it can be made now. Reading it reserves nothing. */
  get waitMs(): number {
    if (this.#openUntil === undefined) return 0;
    if (this.#probing) return OPEN_MS;
    return Math.max(0, this.#openUntil - this.#clock.monotonic());
  }

  /** Returns 0 when the caller can make a call, whose outcome it must report. Otherwise the milliseconds to wait. */
  tryPass(): number {
    const { waitMs } = this;
    if (waitMs === 0) this.#probing = this.#openUntil !== undefined;
    return waitMs;
  }

  /** Reports that a call was not made after `tryPass`. */
  notCalled(): void {
    this.#probing = false;
  }

  succeeded(): void {
    this.#record(false);
    this.#openUntil = undefined;
    this.#probing = false;
  }

  /**
   * Reports a failure. Returns true when it opens the circuit.
   * @param tookMs duration of the call. Slow failures count more, because only few calls fail when each runs into its
   *   timeout.
   */
  failed(tookMs = 0): boolean {
    this.#record(true, 1 + Math.floor(tookMs / SLOW_MS));
    const [calls, failures] = this.#sums();
    const opens = this.#probing || (calls >= MIN_CALLS && failures >= calls * FAILURE_SHARE);
    if (opens) this.open();
    return opens;
  }

  /** Opens the circuit at once, for a failure that all calls will have. */
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
