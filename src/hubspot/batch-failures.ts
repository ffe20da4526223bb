import type { GatewayError } from '../errors.ts';
import { describeFailure, hubspotError } from './failed-answer.ts';
import type { HubspotError } from './hubspot-error.ts';
import { field } from './json.ts';

/** The error category of an object that does not exist. */
export const ABSENT = 'OBJECT_NOT_FOUND';

/** The error of an input without a result; `undefined` when the object does not exist. */
export type FailureOf = (id: string) => GatewayError | undefined;

/** The failures of the inputs of a batch that have no result. */
export interface BatchFailures {
  readonly failureOf: FailureOf;
  /** True when an error names this input. */
  readonly names: (id: string) => boolean;
}

export const NO_FAILURES: BatchFailures = { failureOf: () => undefined, names: () => false };

/** The HTTP status of the same failure outside a batch, by category. */
const STATUS_OF: Readonly<Record<string, number>> = {
  VALIDATION_ERROR: 400,
  INVALID_AUTHENTICATION: 401,
  EXPIRED_AUTHENTICATION: 401,
  MISSING_SCOPES: 403,
  FORBIDDEN: 403,
  [ABSENT]: 404,
  CONFLICT: 409,
  OBJECT_ALREADY_EXISTS: 409,
  RATE_LIMITS: 429,
  INTERNAL_ERROR: 500,
};

/** One of the `errors` in a 207, with the status that it would have outside a batch; 207 for an unknown category. */
export function batchFailure(error: unknown): { readonly status: number; readonly failure: HubspotError } {
  const facts = { status: 207, ...describeFailure(error) };
  const status = STATUS_OF[facts.category ?? ''] ?? 207;
  return { status, failure: hubspotError(facts, status) };
}

/** The `errors` of a batch answer. `undefined` stands for errors that HubSpot only counts. */
export function batchErrors(body: unknown): readonly unknown[] {
  const [errors, count] = [field(body, 'errors'), field(body, 'numErrors')];
  if (Array.isArray(errors) && errors.length > 0) return errors;
  return typeof count === 'number' && count > 0 ? [undefined] : [];
}

/**
 * Parses the errors of a 207. An error with ids concerns those inputs, and an error without ids all inputs without a
 * result. Only the category of an absent object means that the object does not exist.
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

/** Batches of records report `ids`, batches of associations `fromObjectId`. */
function idsOf(error: unknown): string[] {
  const context = field(error, 'context');
  const ids = field(context, 'ids') ?? field(context, 'fromObjectId');
  return Array.isArray(ids) ? ids.map(String) : [];
}
