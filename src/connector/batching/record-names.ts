import { crmObject, type ObjectType } from '../../crm/objects.ts';
import type { BatchFailures } from '../../hubspot/batch-failures.ts';
import type { HubspotRecord } from '../../hubspot/crm/objects.ts';

/** The names of the answers of a batch. A name is a record id or the value of a unique property. */
export interface Naming<T> {
  /** The current name of the record. HubSpot also finds the record by former names. */
  nameOf(answer: T): string;
  /** The former names that the answer contains. */
  formerNamesOf(answer: T): readonly string[];
}

export interface Match<T> {
  /** By the requested names. */
  readonly found: ReadonlyMap<string, T>;
  /** Requested names without an answer or an error. */
  readonly unmatched: ReadonlySet<string>;
  /** Answers under names that were not requested, and duplicates. They belong to names among `unmatched`. */
  readonly unclaimed: readonly T[];
}

/**
 * Matches the answers of a batch with the requested names. HubSpot answers a merged id or a secondary e-mail address with
 * the current name of the record, either once or for each requested name.
 */
export function matchNames<T>(
  requested: ReadonlySet<string>,
  answers: readonly T[],
  failures: Pick<BatchFailures, 'names'>,
  { nameOf, formerNamesOf }: Naming<T>,
): Match<T> {
  const found = new Map<string, T>();
  const unexpected: T[] = [];
  for (const answer of answers) {
    const name = nameOf(answer);
    if (requested.has(name) && !found.has(name)) found.set(name, answer);
    else unexpected.push(answer);
  }
  if (found.size === requested.size) return { found, unmatched: NO_NAMES, unclaimed: [] };
  const unmatched = new Set([...requested].filter((name) => !found.has(name) && !failures.names(name)));
  if (unmatched.size === 0) return { found, unmatched, unclaimed: [] };

  const explained = new Set<string>();
  for (const answer of answers) {
    for (const name of formerNamesOf(answer)) {
      if (!unmatched.delete(name)) continue;
      found.set(name, answer);
      explained.add(nameOf(answer));
    }
  }
  const unclaimed = unexpected.filter((answer) => !explained.has(nameOf(answer)));
  const [first] = unclaimed;
  // As many equal answers as names: HubSpot has answered each of them with the same record.
  if (first === undefined || unclaimed.length !== unmatched.size || !haveOneName(unclaimed, nameOf))
    return { found, unmatched, unclaimed };
  for (const name of unmatched) found.set(name, first);
  return { found, unmatched: NO_NAMES, unclaimed: [] };
}

const NO_NAMES: ReadonlySet<string> = new Set();

function haveOneName<T>(answers: readonly T[], nameOf: (answer: T) => string): boolean {
  return new Set(answers.map(nameOf)).size === 1;
}

export interface RecordNaming extends Naming<HubspotRecord> {
  /** The properties with the former names of a record. */
  readonly formerNames: readonly string[];
  /** Returns the name as HubSpot stores it. */
  normalise(name: string): string;
}

/** Names are values of the unique property `idProperty`; without it, record ids. */
export function recordNaming(objectType: ObjectType, idProperty: string | undefined): RecordNaming {
  const normalise = idProperty === 'email' ? lowerCase : unchanged;
  const { formerIds } = crmObject(objectType);
  const formerNames = idProperty === undefined ? formerIds : (FORMER_VALUES[idProperty] ?? []);
  return {
    normalise,
    formerNames,
    nameOf: (record) => (idProperty === undefined ? record.id : normalise(record.properties[idProperty] ?? '')),
    formerNamesOf: ({ properties }) =>
      formerNames.flatMap((property) => properties[property]?.split(';').map(normalise) ?? []),
  };
}

/** The properties with former values of unique properties, separated by semicolons. */
const FORMER_VALUES: Readonly<Record<string, readonly string[]>> = { email: ['hs_additional_emails'] };

function unchanged(name: string): string {
  return name;
}

/** HubSpot stores e-mail addresses in lower case. */
function lowerCase(address: string): string {
  return address.trim().toLowerCase();
}
