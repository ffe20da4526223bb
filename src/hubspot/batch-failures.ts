import { type GatewayError, hubspotError } from '../errors.ts';
import { describeFailure } from './client.ts';
import { field } from './json.ts';

/** That something does not exist, as category of an error. */
export const ABSENT = 'OBJECT_NOT_FOUND';

/** Why an input of a batch has no result: an error, or `undefined` when HubSpot just has nothing for it. */
export type FailureOf = (id: string) => GatewayError | undefined;

export const noFailure: FailureOf = () => undefined;

/**
 * A 207 lists what it could not answer. An error that names ids is about those alone; one that names none is about
 * every input without a result. That something does not exist is an answer, but no other failure may pass for absence.
 * https://developers.hubspot.com/docs/api-reference/error-handling
 */
export function parseBatchFailures(body: unknown): FailureOf {
  const errors = field(body, 'errors');
  if (!Array.isArray(errors) || errors.length === 0) return noFailure;
  const named = new Map<string, GatewayError | undefined>();
  let unnamed: GatewayError | undefined;
  for (const error of errors) {
    const failure =
      field(error, 'category') === ABSENT ? undefined : hubspotError({ status: 207, ...describeFailure(error) });
    const ids = idsOf(error);
    if (ids.length === 0) unnamed ??= failure;
    for (const id of ids) named.set(id, named.get(id) ?? failure);
  }
  return (id) => (named.has(id) ? named.get(id) : unnamed);
}

/** Records are named by `ids`, what associations start from by `fromObjectId`. */
function idsOf(error: unknown): string[] {
  const context = field(error, 'context');
  const ids = field(context, 'ids') ?? field(context, 'fromObjectId');
  return Array.isArray(ids) ? ids.map(String) : [];
}
