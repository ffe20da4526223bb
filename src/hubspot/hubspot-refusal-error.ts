import type { ExtensionsByCode } from '../errors.ts';
import { certainProblems, type RefusableInput } from './crm/refused-inputs.ts';
import { HubspotError, REFUSED } from './hubspot-error.ts';
import type { Problem } from './problems.ts';

/** HubSpot refused the input of a call: a 4xx that does not concern tokens, scopes or limits. */
export class HubspotRefusalError extends HubspotError<'HUBSPOT_BAD_REQUEST'> {
  /** The problems that a user can fix; may be empty. */
  readonly problems: readonly Problem[];
  /** HubSpot's answer, which may contain data of the portal. */
  readonly #body: unknown;

  constructor(
    message: string,
    extensions: ExtensionsByCode['HUBSPOT_BAD_REQUEST'],
    problems: readonly Problem[],
    body?: unknown,
  ) {
    super('HUBSPOT_BAD_REQUEST', message, extensions, REFUSED);
    this.problems = problems;
    this.#body = body;
  }

  /** When HubSpot refused a batch: the problems that certainly concern this input of it. */
  problemsOf(input: RefusableInput): readonly Problem[] {
    return certainProblems(this.#body, input);
  }
}
