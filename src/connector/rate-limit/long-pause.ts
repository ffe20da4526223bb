import type { Clock } from '../../lib/time/clock.ts';

/** So often one call may find out whether a closure is over. */
const PROBE_MS = 60_000;

/**
 * A time for which HubSpot asked to be left alone: hours at times, and a proxy's mistake at others. Nothing leaves
 * meanwhile but one call a minute, and an answer to any call that left after the closing ends it.
 */
export class LongPause {
  readonly #clock: Clock;
  #closed: { readonly until: number; probeAt: number } | undefined;
  #times = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How often it was closed: what a call that leaves now hands to `answered`. */
  get times(): number {
    return this.#times;
  }

  /** When the time is over that HubSpot asked for, on the monotonic clock; `undefined` while nothing is closed. */
  get until(): number | undefined {
    return this.#closed?.until;
  }

  close(forMs: number): void {
    const now = this.#clock.monotonic();
    this.#closed = { until: now + forMs, probeAt: now + PROBE_MS };
    this.#times += 1;
  }

  /** Milliseconds to tell somebody who may not call now; `undefined` when a call may leave. */
  refusal(): number | undefined {
    if (!this.#closed) return undefined;
    const { until, probeAt } = this.#closed;
    const now = this.#clock.monotonic();
    return now < probeAt ? Math.max(until, probeAt) - now : undefined;
  }

  /** A call leaves: while it is closed, the one of this minute. */
  probe(): void {
    if (this.#closed) this.#closed.probeAt = this.#clock.monotonic() + PROBE_MS;
  }

  /** HubSpot took a call again that left after it was closed so many times. */
  answered(times: number): void {
    if (times === this.#times) this.#closed = undefined;
  }
}
