import type { Clock } from '../../lib/time/clock.ts';

/**
 * Calls leave at once as long as what is left lasts at this share of full speed until slots come back. From idle that
 * is a burst of 43 of 110 calls and then 6.6 a second: nobody waits for seconds because others came all at once.
 */
const STEADY_SHARE = 0.6;

/** Calls that HubSpot has counted at `countedBy` of the monotonic clock, or before: figures, however many they are. */
interface CountedCalls {
  readonly countedBy: number;
  own: number;
  /** Made by somebody else, as HubSpot's figures tell. */
  external: number;
}

/**
 * The calls that HubSpot counts in its rolling window. When it counted one, somewhere between sending and answer, nobody
 * knows: so each counts here from its grant until a window's length after its answer, and no rolling window, and so no
 * fixed one, ever holds more than the limit. It costs the time of an answer per window: at 300 ms, 10.7 calls a second
 * of 11.
 */
export class SlidingWindow {
  readonly #windowMs: number;
  readonly #clock: Clock;
  /** Oldest first, one entry for each moment. */
  readonly #counted: CountedCalls[] = [];
  /** Sums of `#counted`. */
  #ownCounted = 0;
  #externalCounted = 0;
  /** Granted, and not answered yet. */
  #inFlight = 0;
  /** Calls of whomever that ever entered. */
  #entered = 0;

  constructor(windowMs: number, clock: Clock) {
    this.#windowMs = windowMs;
    this.#clock = clock;
  }

  /** Calls that count, or will. */
  get used(): number {
    this.#forget();
    return this.#ownCounted + this.#externalCounted + this.#inFlight;
  }

  /** The same without those of others. */
  get own(): number {
    this.#forget();
    return this.#ownCounted + this.#inFlight;
  }

  /** A call may leave. */
  grant(): void {
    this.#inFlight += 1;
    this.#entered += 1;
  }

  /** It did not. */
  withdraw(): void {
    this.#inFlight -= 1;
    this.#entered -= 1;
  }

  /** Its answer is here, or none will ever be: HubSpot counts it by now, if at all. */
  answered(): void {
    this.#inFlight -= 1;
    this.#count({ own: 1, external: 0 });
  }

  /** What to hand to `reconcile` with the answer to a call that leaves now. */
  mark(): number {
    return this.used - this.#entered;
  }

  /**
   * With an answer HubSpot says that `counted` calls count, `allowed` of which others may have made. What can neither be
   * theirs nor ours was made by somebody unknown. `mark` is from when the call left: whatever counted then or entered
   * since could be among what HubSpot saw.
   */
  reconcile(mark: number, counted: number, allowed: number): void {
    this.#countExternal(counted - allowed - (mark + this.#entered));
  }

  /** HubSpot says that the window is full: what is missing in it was made by somebody unknown. */
  fill(limit: number): void {
    if (Number.isFinite(limit)) this.#countExternal(limit - this.used);
  }

  /**
   * Milliseconds until a call may leave, 0 for at once; with `turn`, until that many may have left from now on, at the
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
    // So much is left that even the latest call will have left the window before it is needed.
    if (spare >= pace * this.#windowMs) return rounds * this.#windowMs;
    // Of calls that leave the window together, the first one stands in the way longest.
    const untilRoom = (ahead: number, countedBy: number) =>
      countedBy + this.#windowMs - now - Math.max(0, spare + ahead) / pace;
    let wait = 0;
    let ahead = 0;
    for (const { countedBy, own, external } of this.#counted) {
      wait = Math.max(wait, untilRoom(ahead, countedBy));
      ahead += own + external;
    }
    // What is under way leaves the window last, and counts from its answer on: now, at the earliest.
    if (this.#inFlight > 0) wait = Math.max(wait, untilRoom(ahead, now));
    return rounds * this.#windowMs + wait;
  }

  #countExternal(calls: number): void {
    if (calls <= 0) return;
    this.#entered += calls;
    this.#count({ own: 0, external: calls });
  }

  #count({ own, external }: { own: number; external: number }): void {
    const countedBy = this.#clock.monotonic();
    const last = this.#counted.at(-1);
    if (last?.countedBy === countedBy) {
      last.own += own;
      last.external += external;
    } else {
      this.#counted.push({ countedBy, own, external });
    }
    this.#ownCounted += own;
    this.#externalCounted += external;
  }

  #forget(): void {
    const end = this.#clock.monotonic() - this.#windowMs;
    const kept = this.#counted.findIndex(({ countedBy }) => countedBy > end);
    for (const { own, external } of this.#counted.splice(0, kept < 0 ? this.#counted.length : kept)) {
      this.#ownCounted -= own;
      this.#externalCounted -= external;
    }
  }
}
