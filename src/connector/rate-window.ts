import type { Clock } from '../lib/clock.ts';

/**
 * A call that has left is taken to have reached HubSpot, and to count there, so much later at the latest; sooner when
 * its answer came sooner. Were an answer's whole time waited for, slow answers would cost calls: 110 in 10.25 s are 10.7
 * a second at any latency.
 */
const LONGEST_TRANSIT_MS = 250;
/**
 * Calls leave at once as long as what is left lasts at this share of full speed until slots come back. From idle that
 * is a burst of 43 of 110 calls and then 6.6 a second: nobody waits for seconds because others came all at once.
 */
const STEADY_SHARE = 0.6;

/** A call as the window remembers it. */
export interface LoggedCall {
  /** HubSpot counted it at this time of the monotonic clock, or before. */
  countedBy: number;
  /** Made by somebody else, as HubSpot's figures tell. */
  readonly foreign: boolean;
  /** Calls that had been sent or discovered before this one and still counted, less all that ever had. */
  readonly basis: number;
}

/**
 * A log of the calls that HubSpot counts in its rolling window. As each is kept until it certainly counts no more, no
 * rolling window, and so no fixed one, ever holds more than the limit.
 */
export class RateWindow {
  readonly #windowMs: number;
  readonly #clock: Clock;
  /** By `countedBy`. */
  readonly #calls: LoggedCall[] = [];
  /** Granted, but not sent yet. */
  #reserved = 0;
  /** All that were ever logged. */
  #logged = 0;

  constructor(windowMs: number, clock: Clock) {
    this.#windowMs = windowMs;
    this.#clock = clock;
  }

  /** Calls that count, or will. */
  get used(): number {
    this.#forget();
    return this.#calls.length + this.#reserved;
  }

  /** The same without those of others. */
  get own(): number {
    this.#forget();
    return this.#calls.filter(({ foreign }) => !foreign).length + this.#reserved;
  }

  reserve(): void {
    this.#reserved += 1;
  }

  unreserve(): void {
    this.#reserved -= 1;
  }

  /** A call leaves. */
  sent(): LoggedCall {
    return this.#log(this.#clock.monotonic() + LONGEST_TRANSIT_MS, false);
  }

  /** Its answer is here: HubSpot has counted it. */
  answered(call: LoggedCall): void {
    const now = this.#clock.monotonic();
    if (call.countedBy <= now) return;
    this.#calls.splice(this.#calls.indexOf(call), 1);
    call.countedBy = now;
    this.#insert(call);
  }

  /**
   * With the answer to `call` HubSpot says that `counted` calls count, `allowed` of which others may have made. What
   * can neither be theirs nor ours was made by somebody unknown.
   */
  reconcile(call: LoggedCall, counted: number, allowed: number): void {
    // HubSpot counted between the sending and now; the calls of all that time could be among them.
    const known = call.basis + this.#logged;
    for (let unknown = counted - allowed - known; unknown > 0; unknown -= 1) this.#log(this.#clock.monotonic(), true);
  }

  /** HubSpot says that the window is full: what is missing in it was made by somebody unknown. */
  fill(limit: number): void {
    if (!Number.isFinite(limit)) return;
    for (let missing = limit - this.used; missing > 0; missing -= 1) this.#log(this.#clock.monotonic(), true);
  }

  /**
   * Milliseconds until a call may leave, 0 for at once; with `turn`, until the so-manieth may from now on, at the
   * earliest. Infinite while the limit is 0.
   */
  wait(limit: number, turn = 1): number {
    if (!Number.isFinite(limit)) return 0;
    if (limit < 1) return Number.POSITIVE_INFINITY;
    const { used } = this;
    const now = this.#clock.monotonic();
    // Past the calls that count now, the turns before this one stand in the way, in the same rhythm.
    const rounds = Math.floor((turn - 1) / limit);
    const spare = limit - used - (turn - rounds * limit - 1);
    const pace = (STEADY_SHARE * limit) / this.#windowMs;
    let wait = 0;
    for (let index = 0; index < used; index += 1) {
      const countedBy = this.#calls[index]?.countedBy ?? now + LONGEST_TRANSIT_MS;
      const untilItLeaves = countedBy + this.#windowMs - now;
      wait = Math.max(wait, untilItLeaves - Math.max(0, spare + index) / pace);
    }
    return rounds * this.#windowMs + wait;
  }

  #log(countedBy: number, foreign: boolean): LoggedCall {
    this.#forget();
    const call = { countedBy, foreign, basis: this.#calls.length - this.#logged };
    this.#logged += 1;
    this.#insert(call);
    return call;
  }

  #insert(call: LoggedCall): void {
    const index = this.#calls.findLastIndex(({ countedBy }) => countedBy <= call.countedBy);
    this.#calls.splice(index + 1, 0, call);
  }

  #forget(): void {
    const end = this.#clock.monotonic() - this.#windowMs;
    const kept = this.#calls.findIndex(({ countedBy }) => countedBy > end);
    this.#calls.splice(0, kept < 0 ? this.#calls.length : kept);
  }
}
