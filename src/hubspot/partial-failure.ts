import { GatewayError, isGatewayError } from '../errors.ts';
import { batchErrors, batchFailure } from './batch-failures.ts';
import { refusalOf } from './refusal.ts';

/**
 * The failure of a write that is no record's: a 207 says what it did not do, where any other call answers with a 4xx.
 * Some versions of the API answer a removal with nothing.
 * https://developers.hubspot.com/docs/api-reference/error-handling
 * @throws HubspotRefusalError, or another GatewayError for what no person can mend
 */
export function refuseFailure(body: unknown): void {
  if (body === undefined) return;
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw invalidResponse();
  const errors = batchErrors(body);
  if (errors.length > 0) throw failureOf(errors[0]);
}

function failureOf(error: unknown): GatewayError {
  const { status, failure } = batchFailure(error);
  if (!isGatewayError(failure, 'HUBSPOT_BAD_REQUEST')) return failure;
  return refusalOf(failure, status, error);
}

function invalidResponse(): GatewayError {
  const message = 'HubSpot answered a write with something that says nothing: it may have been done all the same.';
  return new GatewayError('HUBSPOT_BAD_RESPONSE', message, {});
}
