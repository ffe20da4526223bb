import type { Permit } from '../../hubspot/client.ts';
import { HubspotError } from '../../hubspot/hubspot-error.ts';
import { LimitReachedError } from '../../hubspot/limit-reached-error.ts';
import type { RateLimitState } from '../../hubspot/rate-limit.ts';

/** The state of a bucket when it sent a call. */
export interface SentCall {
  /** From `SlidingWindow.mark`. */
  readonly mark: number;
  /** How often HubSpot had refused calls. */
  readonly refusals: number;
  /** How often HubSpot had requested a long pause. */
  readonly longPauses: number;
}

/** The events that a permit reports to the bucket that granted it. */
export interface PermitIssuer {
  /** `previous` is the first attempt when a call is sent a second time. */
  sent(previous: SentCall | undefined): SentCall;
  /** HubSpot answered with another status than 429. */
  admitted(call: SentCall): void;
  /** The call has ended, with or without an answer; `call` is `undefined` when it was not sent. */
  ended(call: SentCall | undefined, rateLimit?: RateLimitState): void;
  limitReached(call: SentCall, error: LimitReachedError): void;
}

/** The permit for one call. It reports the course of the call to its issuer. */
export class RatePermit implements Permit {
  readonly #issuer: PermitIssuer;
  #state: 'granted' | 'used' | 'ended' = 'granted';
  #sent: SentCall | undefined;

  constructor(issuer: PermitIssuer) {
    this.#issuer = issuer;
  }

  use(): boolean {
    if (this.#state !== 'granted') return false;
    this.#state = 'used';
    return true;
  }

  /** True when a call was sent with this permit. */
  get isSent(): boolean {
    return this.#sent !== undefined;
  }

  release(): void {
    if (this.#state === 'granted') this.#end();
  }

  /** Reports that the call is sent. A second attempt, after a 401, counts too, but needs no permit of its own. */
  readonly send = (): void => {
    this.#sent = this.#issuer.sent(this.#sent);
  };

  succeed(rateLimit: RateLimitState | undefined): void {
    if (this.#sent) this.#issuer.admitted(this.#sent);
    this.#end(rateLimit);
  }

  fail(error: unknown): void {
    if (this.#sent) {
      if (error instanceof LimitReachedError) this.#issuer.limitReached(this.#sent, error);
      else if (!(error instanceof HubspotError) || error.reachedHubSpot === 'yes') this.#issuer.admitted(this.#sent);
    }
    this.#end();
  }

  #end(rateLimit?: RateLimitState): void {
    this.#state = 'ended';
    this.#issuer.ended(this.#sent, rateLimit);
  }
}
