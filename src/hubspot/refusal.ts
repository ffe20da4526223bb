import type { GatewayError } from '../errors.ts';
import { HubspotError, REFUSED } from './hubspot-error.ts';
import { HubspotRefusalError } from './hubspot-refusal-error.ts';
import { field } from './json.ts';
import { parseProblems } from './problems.ts';

/**
 * The error for a 4xx that is about the call. `status` and `body` are those of the call, or those that the same failure
 * in a batch would have alone.
 */
export function refusalOf(
  { message, extensions }: GatewayError<'HUBSPOT_BAD_REQUEST'>,
  status: number,
  body: unknown,
): HubspotError {
  const permission = status === 400 ? missingPermission(body) : undefined;
  if (permission === undefined) return new HubspotRefusalError(message, extensions, parseProblems(status, body), body);
  return new HubspotError('HUBSPOT_FORBIDDEN', notPermitted(permission), extensions, REFUSED);
}

/**
 * HubSpot answers 400 instead of 403 when the user of a user-level token lacks a permission, and lists no errors.
 * https://developers.hubspot.com/changelog/crm-api-write-validation-enforcement
 */
function missingPermission(body: unknown): string | undefined {
  const [message, errors] = [field(body, 'message'), field(body, 'errors')];
  if (typeof message !== 'string' || (Array.isArray(errors) && errors.length > 0)) return undefined;
  return /^Missing '([\w ]{1,60})' permission\.?$/.exec(message)?.[1];
}

function notPermitted(permission: string): string {
  return `Missing '${permission}' permission. An admin of the portal can give it to the user who connected the portal.`;
}
