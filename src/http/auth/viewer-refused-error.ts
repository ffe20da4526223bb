/** The reason why a token is refused. The log has it; the client does not receive it. */
export type ViewerRefusal =
  | 'no_token'
  | 'malformed_token'
  | 'unknown_key'
  | 'unsupported_key'
  | 'no_key_set'
  | 'other_algorithm'
  | 'bad_signature'
  | 'other_type'
  | 'expired'
  | 'not_yet_valid'
  | 'no_expiry'
  | 'lives_too_long'
  | 'issued_in_future'
  | 'other_issuer'
  | 'other_audience'
  | 'bad_subject'
  | 'no_tenant'
  | 'bad_tenant'
  | 'bad_permissions';

export class ViewerRefusedError extends Error {
  override readonly name = 'ViewerRefusedError';
  readonly reason: ViewerRefusal;
  /** Facts for the log, with which an operator can fix a setting. Contains claims only when the signature is valid. */
  readonly facts: object;

  constructor(reason: ViewerRefusal, facts: object = {}, options?: ErrorOptions) {
    super(`the viewer was refused: ${reason}`, options);
    this.reason = reason;
    this.facts = facts;
  }
}
