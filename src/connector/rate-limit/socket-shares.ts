import { CONNECTIONS } from '../../hubspot/client.ts';

/** The sockets that portals share. It is a quarter, since early portals keep more than their part until their calls end. */
const SHARED = CONNECTIONS / 4;
/** Budgets of a portal that may have calls under way at the same time. */
const BUDGETS = 3;

/**
 * Divides the sockets among the portals that have calls under way: when HubSpot hangs for many of them, the others find
 * sockets all the same.
 */
export class SocketShares {
  readonly #callsUnderWay = new Map<number, number>();

  inFlight(hubId: number, change: 1 | -1): void {
    const calls = (this.#callsUnderWay.get(hubId) ?? 0) + change;
    if (calls > 0) this.#callsUnderWay.set(hubId, calls);
    else this.#callsUnderWay.delete(hubId);
  }

  /** How many calls of one budget of one portal may be under way now, of the `most` that there may ever be. */
  share(most: number): number {
    const portals = this.#callsUnderWay.size + 1;
    return Math.max(1, Math.min(most, Math.floor(SHARED / portals / BUDGETS)));
  }
}
