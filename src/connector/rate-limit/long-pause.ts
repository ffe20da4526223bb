import type { Clock } from '../../lib/time/clock.ts';

/** One call in this interval tests whether HubSpot accepts calls again. */
const PROBE_MS = 60_000;

/**
 * A long pause that HubSpot requested. It can last hours, or be the error of a proxy. During the pause, one probe a
 * minute may be sent. A successful answer to a call that was sent after the pause began ends it.
 */
export class LongPause {
  readonly #clock: Clock;
  #pause: { readonly until: number; probeAt: number } | undefined;
  #count = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Number of pauses so far. A call keeps the value from when it was sent, and passes it to `answered`. */
  get count(): number {
    return this.#count;
  }

  /** End of the pause that HubSpot requested, on the monotonic clock; `undefined` outside a pause. */
  get until(): number | undefined {
    return this.#pause?.until;
  }

  start(forMs: number): void {
    const now = this.#clock.monotonic();
    this.#pause = { until: now + forMs, probeAt: now + PROBE_MS };
    this.#count += 1;
  }

  /** Milliseconds for the `retryAfterMs` of a refusal; `undefined` when a call may be sent. */
  refusedForMs(): number | undefined {
    if (!this.#pause) return undefined;
    const { until, probeAt } = this.#pause;
    const now = this.#clock.monotonic();
    return now < probeAt ? Math.max(until, probeAt) - now : undefined;
  }

  /** Records that a call will be sent. During a pause it is the probe of this minute. */
  probe(): void {
    if (this.#pause) this.#pause.probeAt = this.#clock.monotonic() + PROBE_MS;
  }

  /** HubSpot accepted a call that was sent when `count` had this value. */
  answered(count: number): void {
    if (count === this.#count) this.#pause = undefined;
  }
}
