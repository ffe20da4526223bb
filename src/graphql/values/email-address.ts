import { GatewayError } from '../../errors.ts';

/** RFC 5321 § 4.5.3.1: 64 octets, an @, 255 octets. */
const MAX_LENGTH = 320;

/**
 * Checks an e-mail address that a request looks for. HubSpot checks the rest of its syntax.
 * @throws GatewayError BAD_USER_INPUT
 */
export function emailAddress(email: string): string {
  // A lone surrogate has no UTF-8 encoding, so it cannot be in a URL.
  if (email.trim() !== '' && email.length <= MAX_LENGTH && email.isWellFormed()) return email;
  throw new GatewayError('BAD_USER_INPUT', 'email must be an e-mail address.', { argument: 'email' });
}
