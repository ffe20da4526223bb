import { GatewayError } from '../../errors.ts';

/** RFC 5321 § 4.5.3.1: 64 octets, an @, 255 octets. */
const MAX_LENGTH = 320;

/**
 * An address to look for. What it may hold besides is HubSpot's to judge.
 * @throws GatewayError BAD_USER_INPUT
 */
export function emailAddress(email: string): string {
  // Half of a surrogate pair has no UTF-8, and so no place in a URL.
  if (email.trim() !== '' && email.length <= MAX_LENGTH && email.isWellFormed()) return email;
  throw new GatewayError('BAD_USER_INPUT', 'email must be an e-mail address.', { argument: 'email' });
}
