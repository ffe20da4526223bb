import { type GatewayError, hubspotError } from '../errors.ts';
import { describeFailure } from './client.ts';
import { field } from './json.ts';
import { parseProblems } from './problems.ts';
import { HubspotRefusal } from './refusal.ts';

/** The status that the same refusal has when it is not one of a batch. */
const STATUS_OF: Readonly<Record<string, number>> = { VALIDATION_ERROR: 400, OBJECT_NOT_FOUND: 404, CONFLICT: 409 };

/**
 * The failure of a batch of one: a 207 says what it did not do, where any other call answers with a 4xx.
 * https://developers.hubspot.com/docs/api-reference/error-handling
 * @throws HubspotRefusal, or another GatewayError for what no person can mend
 */
export function refuseFailure(body: unknown): void {
  const errors = field(body, 'errors');
  if (Array.isArray(errors) && errors.length > 0) throw failureOf(errors[0]);
}

function failureOf(error: unknown): GatewayError {
  const facts = { status: 207, ...describeFailure(error) };
  const problems = parseProblems(STATUS_OF[facts.category ?? ''] ?? facts.status, error);
  const { message } = hubspotError(facts);
  return problems.length > 0 ? new HubspotRefusal(message, { hubspot: facts }, problems) : hubspotError(facts);
}
