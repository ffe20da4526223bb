import { LimitReachedError } from '../../errors.ts';
import type { Permit } from '../../hubspot/client.ts';
import { NetworkError } from '../../hubspot/network-error.ts';
import type { RateLimitState } from '../../hubspot/rate-limit.ts';

/** What the budget noted when a call left. */
export interface SentCall {
  /** How the window stood. */
  readonly mark: number;
  /** How often HubSpot had refused calls. */
  readonly refusals: number;
  /** How often HubSpot had asked to be left alone for long. */
  readonly closures: number;
}

/** What a slot tells the budget that it was granted from. */
export interface PermitIssuer {
  /** `repeated` is the call before, when one call leaves a second time. */
  sent(repeated: SentCall | undefined): SentCall;
  /** HubSpot answered, and not with a 429. */
  admitted(call: SentCall): void;
  /** HubSpot answered, or nobody knows; `undefined` when nothing was sent. */
  ended(call: SentCall | undefined, rateLimit?: RateLimitState): void;
  limitReached(call: SentCall, error: LimitReachedError): void;
}

/** The right to make one call, and its traces from there to the answer. */
export class RatePermit implements Permit {
  readonly #owner: PermitIssuer;
  #state: 'granted' | 'used' | 'ended' = 'granted';
  #sent: SentCall | undefined;

  constructor(owner: PermitIssuer) {
    this.#owner = owner;
  }

  use(): boolean {
    if (this.#state !== 'granted') return false;
    this.#state = 'used';
    return true;
  }

  /** Whether a call left with it. */
  get isSent(): boolean {
    return this.#sent !== undefined;
  }

  release(): void {
    if (this.#state === 'granted') this.#end();
  }

  /** The call leaves; for the second time, after a 401, it counts without waiting for another slot. */
  readonly send = (): void => {
    this.#sent = this.#owner.sent(this.#sent);
  };

  succeed(rateLimit: RateLimitState | undefined): void {
    if (this.#sent) this.#owner.admitted(this.#sent);
    this.#end(rateLimit);
  }

  fail(error: unknown): void {
    if (this.#sent) {
      if (error instanceof LimitReachedError) this.#owner.limitReached(this.#sent, error);
      else if (!(error instanceof NetworkError)) this.#owner.admitted(this.#sent);
    }
    this.#end();
  }

  #end(rateLimit?: RateLimitState): void {
    this.#state = 'ended';
    this.#owner.ended(this.#sent, rateLimit);
  }
}
