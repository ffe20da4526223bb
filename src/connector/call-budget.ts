import { GatewayError } from '../errors.ts';

/** Counts the HubSpot calls of one operation. A call that several operations share counts for each of them. */
export class CallBudget {
  #left: number;

  constructor(limit: number) {
    this.#left = limit;
  }

  /** Charges one call. Returns an error when the operation has reached its limit. */
  charge(): GatewayError | undefined {
    if (this.#left > 0) {
      this.#left -= 1;
      return undefined;
    }
    return new GatewayError(
      'BAD_USER_INPUT',
      'The operation needs too many HubSpot calls: request less data at once.',
      {},
    );
  }
}
