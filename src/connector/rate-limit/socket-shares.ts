import { CONNECTIONS } from '../../hubspot/client.ts';

/** Sockets that are divided. It is a quarter of all, since a portal keeps more than its share until its calls end. */
const SHARED = CONNECTIONS / 4;
/** Budgets of a portal that can have calls in flight at the same time. */
const BUDGETS = 3;

/** Divides the sockets among the portals with calls in flight, so that portals whose calls hang leave sockets for others. */
export class SocketShares {
  readonly #callsInFlight = new Map<number, number>();

  countInFlight(hubId: number, change: 1 | -1): void {
    const calls = (this.#callsInFlight.get(hubId) ?? 0) + change;
    if (calls > 0) this.#callsInFlight.set(hubId, calls);
    else this.#callsInFlight.delete(hubId);
  }

  /** The calls of one budget of one portal that may be in flight now; at most `max`. */
  share(max: number): number {
    const portals = this.#callsInFlight.size + 1;
    return Math.max(1, Math.min(max, Math.floor(SHARED / portals / BUDGETS)));
  }
}
