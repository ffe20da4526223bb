import type { HubspotFacts } from '../../errors.ts';
import { HubspotError, REFUSED } from '../hubspot-error.ts';

/** A 401 of HubSpot's API. */
export class TokenRefusedError extends HubspotError<'HUBSPOT_UNAUTHORIZED'> {
  /** True when another token of the same grant may be accepted: this one has expired, or was revoked early. */
  readonly refreshable: boolean;
  /** True when HubSpot reports that the token has expired. */
  readonly isExpired: boolean;

  constructor(hubspot: HubspotFacts, body: unknown) {
    const message = 'HubSpot does not accept the access token of this installation.';
    super('HUBSPOT_UNAUTHORIZED', message, { hubspot }, REFUSED);
    this.refreshable = !expiredAtEpoch(body);
    this.isExpired = hubspot.category === 'EXPIRED_AUTHENTICATION';
  }
}

/** HubSpot reports an expiry in 1970 for a kind of token that the API never accepts. */
function expiredAtEpoch(body: unknown): boolean {
  const context: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'context') : undefined;
  const times: unknown =
    typeof context === 'object' && context !== null ? Reflect.get(context, 'expire time') : undefined;
  return Array.isArray(times) && String(times[0]).startsWith('1970-01-01');
}
