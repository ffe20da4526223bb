import { type ExtensionsByCode, GatewayError, type GatewayErrorCode, type HubspotFacts } from '../errors.ts';

/** A failed answer of HubSpot's API, as far as it decides the code. */
export interface HubspotFailure extends HubspotFacts {
  /** `policyName` of a 429, e.g. `TEN_SECONDLY_ROLLING`. */
  readonly policy?: string;
  /** From `Retry-After`, in milliseconds. */
  readonly retryAfterMs?: number;
}

/** The facts about a failed call. They are decided once, where the call failed. */
export interface CallOutcome {
  /**
   * - `no`: nothing was sent, or no connection was made
   * - `maybe`: the call was sent, and no answer came
   * - `yes`: HubSpot, or a proxy in front of it, answered
   */
  readonly reachedHubSpot: 'no' | 'maybe' | 'yes';
  /** True when HubSpot may have executed the call: only a read may be repeated. False: any call may be. */
  readonly mayBeDone: boolean;
  /**
   * - `outage`: HubSpot did not answer, or a server failed
   * - `locked`: HubSpot locked something for other writes (HTTP 423)
   * - `migrating`: HubSpot moves the portal to another data centre (HTTP 477)
   * - `undefined`: HubSpot refused this call, or its answer cannot be understood
   */
  readonly condition?: 'outage' | 'locked' | 'migrating' | undefined;
  /** From `Retry-After`, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** True when the deadline of the call ended it early. That says nothing about HubSpot. */
  readonly isCutShort?: boolean;
}

/** HubSpot answered that it did not execute the call. */
export const REFUSED: CallOutcome = { reachedHubSpot: 'yes', mayBeDone: false };
/** HubSpot answered something that cannot be understood. */
export const NOT_UNDERSTOOD: CallOutcome = { reachedHubSpot: 'yes', mayBeDone: true };

/** A call of HubSpot's API failed. Failures of the gateway itself are plain GatewayErrors. */
export class HubspotError<C extends GatewayErrorCode = GatewayErrorCode>
  extends GatewayError<C>
  implements CallOutcome
{
  readonly reachedHubSpot: CallOutcome['reachedHubSpot'];
  readonly mayBeDone: boolean;
  readonly condition: CallOutcome['condition'];
  readonly retryAfterMs: number | undefined;
  readonly isCutShort: boolean;

  constructor(
    code: C,
    message: string,
    extensions: ExtensionsByCode[C],
    { reachedHubSpot, mayBeDone, condition, retryAfterMs, isCutShort = false }: CallOutcome,
    options?: ErrorOptions,
  ) {
    super(code, message, extensions, options);
    this.reachedHubSpot = reachedHubSpot;
    this.mayBeDone = mayBeDone;
    this.condition = condition;
    this.retryAfterMs = retryAfterMs;
    this.isCutShort = isCutShort;
  }

  /** The same failure with another message. */
  withMessage(message: string): HubspotError<C> {
    return new HubspotError(this.code, message, this.extensions, this, { cause: this.cause ?? this });
  }
}
