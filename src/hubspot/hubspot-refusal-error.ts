import type { ExtensionsByCode } from '../errors.ts';
import { HubspotError, REFUSED } from './hubspot-error.ts';
import type { Problem } from './problems.ts';

/** HubSpot did not do what it was asked because of what it was asked: a 4xx that is not about tokens, scopes or limits. */
export class HubspotRefusalError extends HubspotError<'HUBSPOT_BAD_REQUEST'> {
  /** What a person can mend; empty when that is nothing. */
  readonly problems: readonly Problem[];

  constructor(message: string, extensions: ExtensionsByCode['HUBSPOT_BAD_REQUEST'], problems: readonly Problem[]) {
    super('HUBSPOT_BAD_REQUEST', message, extensions, REFUSED);
    this.problems = problems;
  }
}
