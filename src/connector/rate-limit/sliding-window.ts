import type { Clock } from '../../lib/time/clock.ts';

/**
 * Calls are granted at once while the remaining capacity suffices for this part of the full rate until capacity returns.
 * From idle, with a limit of 110, that is a burst of 43 calls and then 6.6 calls a second. A full burst of 110 would let
 * every later call wait for up to a window.
 */
const STEADY_SHARE = 0.6;

/** The calls that HubSpot counted at `countedBy` of the monotonic clock or before. */
interface CountedCalls {
  readonly countedBy: number;
  own: number;
  /** Made by other apps or processes, as HubSpot's headers show. */
  external: number;
}

/**
 * The calls that HubSpot counts in its sliding window. HubSpot counts a call at an unknown time between its dispatch and
 * its answer. So a call counts here from its grant until one window after its answer, and no window of HubSpot, sliding
 * or fixed, exceeds the limit. This costs the duration of one call per window: 10.7 of 11 calls a second at 300 ms a call.
 */
export class SlidingWindow {
  readonly #windowMs: number;
  readonly #clock: Clock;
  /** Oldest first, one entry for each timestamp. */
  readonly #counted: CountedCalls[] = [];
  /** Sums of `#counted`. */
  #ownCounted = 0;
  #externalCounted = 0;
  /** Granted, and not answered yet. */
  #inFlight = 0;
  /** All calls, own and external, that ever entered the window. */
  #entered = 0;

  constructor(windowMs: number, clock: Clock) {
    this.#windowMs = windowMs;
    this.#clock = clock;
  }

  /** Calls that HubSpot counts or will count. */
  get used(): number {
    this.#expire();
    return this.#ownCounted + this.#externalCounted + this.#inFlight;
  }

  /** The calls of this process that HubSpot counts or will count. */
  get own(): number {
    this.#expire();
    return this.#ownCounted + this.#inFlight;
  }

  /** A call may be sent. */
  grant(): void {
    this.#inFlight += 1;
    this.#entered += 1;
  }

  /** A granted call was not sent. */
  withdraw(): void {
    this.#inFlight -= 1;
    this.#entered -= 1;
  }

  /** A call has ended, with or without an answer. HubSpot has counted it by now, or never will. */
  answered(): void {
    this.#inFlight -= 1;
    this.#count({ own: 1, external: 0 });
  }

  /** The value for `reconcile`, from the time when the call is sent. */
  mark(): number {
    return this.used - this.#entered;
  }

  /**
   * Compares the window with HubSpot's count, and adds the difference as external calls.
   * @param mark from `mark`: HubSpot can have counted the calls of that time and all that entered since
   * @param counted the calls that HubSpot reports with an answer
   * @param otherReplicas the most of them that other replicas can have made
   */
  reconcile(mark: number, counted: number, otherReplicas: number): void {
    this.#countExternal(counted - otherReplicas - (mark + this.#entered));
  }

  /** HubSpot reports that the window is full: adds what is missing here as external calls. */
  fill(limit: number): void {
    if (Number.isFinite(limit)) this.#countExternal(limit - this.used);
  }

  /**
   * The least milliseconds until the call at `position` of the queue, from 1 on, may be sent; 0 for at once. Infinite
   * while the limit is 0.
   */
  wait(limit: number, position = 1): number {
    if (!Number.isFinite(limit)) return 0;
    if (limit < 1) return Number.POSITIVE_INFINITY;
    const { used } = this;
    const now = this.#clock.monotonic();
    // Each `limit` calls ahead in the queue take a whole window.
    const rounds = Math.floor((position - 1) / limit);
    const spare = limit - used - (position - rounds * limit - 1);
    const rate = (STEADY_SHARE * limit) / this.#windowMs;
    // The spare capacity lasts for a window at the steady rate. By then, all calls of now have left the window.
    if (spare >= rate * this.#windowMs) return rounds * this.#windowMs;
    // At the steady rate, capacity must last until the calls that were counted at `countedBy` leave the window.
    const untilRoom = (ahead: number, countedBy: number) =>
      countedBy + this.#windowMs - now - Math.max(0, spare + ahead) / rate;
    let wait = 0;
    let ahead = 0;
    for (const { countedBy, own, external } of this.#counted) {
      wait = Math.max(wait, untilRoom(ahead, countedBy));
      ahead += own + external;
    }
    // Calls in flight leave the window last: one window after their answers, which come now at the earliest.
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

  #expire(): void {
    const end = this.#clock.monotonic() - this.#windowMs;
    const kept = this.#counted.findIndex(({ countedBy }) => countedBy > end);
    for (const { own, external } of this.#counted.splice(0, kept < 0 ? this.#counted.length : kept)) {
      this.#ownCounted -= own;
      this.#externalCounted -= external;
    }
  }
}
