import { GatewayError } from '../errors.ts';

/** RFC 5321 § 4.5.3.1: 64 octets, an @, 255 octets. */
const MAX_LENGTH = 320;

/**
 * An address to look for. What it may hold besides is HubSpot's to judge.
 * @throws GatewayError BAD_USER_INPUT
 */
export function emailAddress(email: string): string {
  if (email.trim() !== '' && email.length <= MAX_LENGTH) return email;
  throw new GatewayError('BAD_USER_INPUT', 'email must be an e-mail address.', { argument: 'email' });
}
