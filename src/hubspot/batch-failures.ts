import type { GatewayError } from '../errors.ts';
import { describeFailure, hubspotError } from './failed-answer.ts';
import { field } from './json.ts';

/** That something does not exist, as category of an error. */
export const ABSENT = 'OBJECT_NOT_FOUND';

/** Why an input of a batch has no result: an error, or `undefined` when HubSpot just has nothing for it. */
export type FailureOf = (id: string) => GatewayError | undefined;

/** The failures of the inputs of a batch that have no result. */
export interface BatchFailures {
  readonly failureOf: FailureOf;
  /** Whether an error is about this input by its name. */
  readonly names: (id: string) => boolean;
}

export const NO_FAILURES: BatchFailures = { failureOf: () => undefined, names: () => false };

/** The status that the same failure has when it is not one of a batch. */
const STATUS_OF: Readonly<Record<string, number>> = {
  VALIDATION_ERROR: 400,
  INVALID_AUTHENTICATION: 401,
  EXPIRED_AUTHENTICATION: 401,
  MISSING_SCOPES: 403,
  FORBIDDEN: 403,
  [ABSENT]: 404,
  CONFLICT: 409,
  RATE_LIMITS: 429,
  INTERNAL_ERROR: 500,
};

/** One of the `errors` in a 207, and the status that it would have alone: 207 where its category does not say. */
export function batchFailure(error: unknown): { readonly status: number; readonly failure: GatewayError } {
  const facts = { status: 207, ...describeFailure(error) };
  const status = STATUS_OF[facts.category ?? ''] ?? 207;
  return { status, failure: hubspotError(facts, status) };
}

/** The `errors` of a batch's answer. One that is only counted is a failure that says nothing. */
export function batchErrors(body: unknown): readonly unknown[] {
  const [errors, count] = [field(body, 'errors'), field(body, 'numErrors')];
  if (Array.isArray(errors) && errors.length > 0) return errors;
  return typeof count === 'number' && count > 0 ? [undefined] : [];
}

/**
 * A 207 lists what it could not answer. An error that names ids is about those alone; one that names none is about
 * every input without a result. That something does not exist is an answer, but no other failure may pass for absence.
 * https://developers.hubspot.com/docs/api-reference/error-handling
 */
export function parseBatchFailures(body: unknown): BatchFailures {
  const errors = batchErrors(body);
  if (errors.length === 0) return NO_FAILURES;
  const named = new Map<string, GatewayError | undefined>();
  let unnamed: GatewayError | undefined;
  for (const error of errors) {
    const failure = field(error, 'category') === ABSENT ? undefined : batchFailure(error).failure;
    const ids = idsOf(error);
    if (ids.length === 0) unnamed ??= failure;
    for (const id of ids) named.set(id, named.get(id) ?? failure);
  }
  return {
    failureOf: (id) => (named.has(id) ? named.get(id) : unnamed),
    names: (id) => named.has(id),
  };
}

/** Records are named by `ids`, what associations start from by `fromObjectId`. */
function idsOf(error: unknown): string[] {
  const context = field(error, 'context');
  const ids = field(context, 'ids') ?? field(context, 'fromObjectId');
  return Array.isArray(ids) ? ids.map(String) : [];
}
