import { invalid, Refusal } from '../../refusal.ts';

// The messages come from reports of developers. HubSpot does not document them.

/** The error for a body that is not a search. https://github.com/HubSpot/hubspot-api-nodejs/issues/128, …/226 */
export function malformed(problem: string): Refusal {
  return invalid(`Invalid input JSON on line 1, column 1: ${problem}`);
}

/** `problem` as in `operator BETWEEN requires a highValue`. */
export function malformedFilter(problem: string): Refusal {
  return malformed(
    `Cannot construct instance of \`com.hubspot.inbounddb.publicobject.core.v3.search.Filter\`, problem: ${problem}`,
  );
}

/** `type` as in `Filter`. */
export function incomplete(type: string, missing: readonly string[]): Refusal {
  return malformed(`Cannot build ${type}, some of required attributes are not set [${missing.join(', ')}]`);
}

/** The error for a search that is invalid for this portal. The simulator adds the reason to HubSpot's short message. */
export function unanswerable(why: string, propertyName: string): Refusal {
  return new Refusal(400, {
    message: 'There was a problem with the request.',
    errors: [{ message: why, context: { propertyName: [propertyName] } }],
    category: 'VALIDATION_ERROR',
  });
}
