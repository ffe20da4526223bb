import type { ExtensionsByCode } from '../errors.ts';
import { HubspotError, REFUSED } from './hubspot-error.ts';
import type { Problem } from './problems.ts';

/** HubSpot refused the input of a call: a 4xx that does not concern tokens, scopes or limits. */
export class HubspotRefusalError extends HubspotError<'HUBSPOT_BAD_REQUEST'> {
  /** The problems that a user can fix; may be empty. */
  readonly problems: readonly Problem[];

  constructor(message: string, extensions: ExtensionsByCode['HUBSPOT_BAD_REQUEST'], problems: readonly Problem[]) {
    super('HUBSPOT_BAD_REQUEST', message, extensions, REFUSED);
    this.problems = problems;
  }
}
