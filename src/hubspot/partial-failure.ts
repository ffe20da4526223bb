import { GatewayError, isGatewayError } from '../errors.ts';
import { batchErrors, batchFailure } from './batch-failures.ts';
import type { HubspotError } from './hubspot-error.ts';
import { refusalOf } from './refusal.ts';

/**
 * Throws the failure in the 207 answer of a write. Some versions of the API answer a removal with an empty body.
 * https://developers.hubspot.com/docs/api-reference/error-handling
 * @throws HubspotRefusalError, or another GatewayError for failures that a user cannot fix
 */
export function refuseFailure(body: unknown): void {
  if (body === undefined) return;
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw invalidResponse();
  const errors = batchErrors(body);
  if (errors.length > 0) throw failureOf(errors[0]);
}

/** The failure in one of the `errors` of a 207: a HubspotRefusalError when the input is at fault. */
export function failureOf(error: unknown): HubspotError {
  const { status, failure } = batchFailure(error);
  if (!isGatewayError(failure, 'HUBSPOT_BAD_REQUEST')) return failure;
  return refusalOf(failure, status, error);
}

function invalidResponse(): GatewayError {
  const message = 'HubSpot sent an invalid answer to a write, which may have succeeded: read before you write again.';
  return new GatewayError('HUBSPOT_BAD_RESPONSE', message, {});
}
