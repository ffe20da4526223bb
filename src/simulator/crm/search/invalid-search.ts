import type { ErrorBody } from '../../answers.ts';

/** HubSpot's 400 for a search that it does not run. */
export class InvalidSearch extends Error {
  readonly body: ErrorBody;

  constructor(body: ErrorBody) {
    super(body.message);
    this.name = 'InvalidSearch';
    this.body = { ...body, category: 'VALIDATION_ERROR' };
  }
}

// The texts were seen in reports of developers; HubSpot documents none. The lines that name a limit are made up.

/** A body that does not have the shape of a search. https://github.com/HubSpot/hubspot-api-nodejs/issues/128, …/226 */
export function malformed(problem: string): InvalidSearch {
  return new InvalidSearch({ message: `Invalid input JSON on line 1, column 1: ${problem}` });
}

/** `problem` as in `operator BETWEEN requires a highValue`. */
export function malformedFilter(problem: string): InvalidSearch {
  return malformed(
    `Cannot construct instance of \`com.hubspot.inbounddb.publicobject.core.v3.search.Filter\`, problem: ${problem}`,
  );
}

/** `type` as in `Filter`. */
export function incomplete(type: string, missing: readonly string[]): InvalidSearch {
  return malformed(`Cannot build ${type}, some of required attributes are not set [${missing.join(', ')}]`);
}

/** A well-formed search that makes no sense for this portal. HubSpot is short about it; the simulator adds why. */
export function unanswerable(why: string, propertyName: string): InvalidSearch {
  return new InvalidSearch({
    message: 'There was a problem with the request.',
    errors: [{ message: why, context: { propertyName: [propertyName] } }],
  });
}

export function beyondLimit(message: string): InvalidSearch {
  return new InvalidSearch({ message });
}
