import { invalid, Refusal } from '../../refusal.ts';

// The texts were seen in reports of developers; HubSpot documents none.

/** A body that does not have the shape of a search. https://github.com/HubSpot/hubspot-api-nodejs/issues/128, …/226 */
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

/** A well-formed search that makes no sense for this portal. HubSpot is short about it; the simulator adds why. */
export function unanswerable(why: string, propertyName: string): Refusal {
  return new Refusal(400, {
    message: 'There was a problem with the request.',
    errors: [{ message: why, context: { propertyName: [propertyName] } }],
    category: 'VALIDATION_ERROR',
  });
}
