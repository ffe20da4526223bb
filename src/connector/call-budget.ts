import { GatewayError } from '../errors.ts';

/** Counts the calls of HubSpot that one operation takes part in; a call that several operations share counts for each. */
export class CallBudget {
  #left: number;

  constructor(limit: number) {
    this.#left = limit;
  }

  /** Charges one call. Answers the refusal when the operation would cost more than its limit. */
  charge(): GatewayError | undefined {
    if (this.#left > 0) {
      this.#left -= 1;
      return undefined;
    }
    return new GatewayError('BAD_USER_INPUT', 'The operation needs too many HubSpot calls: ask for less at once.', {});
  }
}
