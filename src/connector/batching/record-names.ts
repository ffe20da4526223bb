import { crmObject, type ObjectType } from '../../crm/objects.ts';
import type { BatchFailures } from '../../hubspot/batch-failures.ts';
import type { HubspotRecord } from '../../hubspot/crm/objects.ts';

/** How the answers of a batch are called. */
export interface Naming<T> {
  /** The name of the record now. HubSpot also finds it by former names. */
  nameOf(answer: T): string;
  /** As far as the answer tells them. */
  formerNamesOf(answer: T): readonly string[];
}

export interface Match<T> {
  /** By the names that were asked for. */
  readonly found: ReadonlyMap<string, T>;
  /** Names without an answer, of which no error speaks. */
  readonly left: ReadonlySet<string>;
  /** Answers under names that nobody asked for, or given more than once: they belong to names among `left`. */
  readonly spare: readonly T[];
}

/**
 * Which answer of a batch belongs to which name that was asked for. HubSpot answers an id that was merged into another,
 * and a secondary e-mail address, with the record as it is called now, once or as often as it is asked for.
 */
export function matchNames<T>(
  asked: ReadonlySet<string>,
  answers: readonly T[],
  failures: Pick<BatchFailures, 'names'>,
  { nameOf, formerNamesOf }: Naming<T>,
): Match<T> {
  const found = new Map<string, T>();
  const others: T[] = [];
  for (const answer of answers) {
    const name = nameOf(answer);
    if (asked.has(name) && !found.has(name)) found.set(name, answer);
    else others.push(answer);
  }
  if (found.size === asked.size) return { found, left: NO_NAMES, spare: [] };
  const left = new Set([...asked].filter((name) => !found.has(name) && !failures.names(name)));
  if (left.size === 0) return { found, left, spare: [] };

  const explained = new Set<string>();
  for (const answer of answers) {
    for (const name of formerNamesOf(answer)) {
      if (!left.delete(name)) continue;
      found.set(name, answer);
      explained.add(nameOf(answer));
    }
  }
  const spare = others.filter((answer) => !explained.has(nameOf(answer)));
  const [first] = spare;
  // As many answers as names, and all the same: one record for each of its former names.
  if (first === undefined || spare.length !== left.size || !areAlike(spare, nameOf)) return { found, left, spare };
  for (const name of left) found.set(name, first);
  return { found, left: NO_NAMES, spare: [] };
}

const NO_NAMES: ReadonlySet<string> = new Set();

function areAlike<T>(answers: readonly T[], nameOf: (answer: T) => string): boolean {
  return new Set(answers.map(nameOf)).size === 1;
}

/** By which names records are asked for, and the properties that tell of their former ones. */
export interface RecordNaming extends Naming<HubspotRecord> {
  readonly formerNames: readonly string[];
  /** As HubSpot has the name, however it was written. */
  normalise(name: string): string;
}

/** For `idProperty`, a unique property; for record ids without. */
export function recordNaming(objectType: ObjectType, idProperty: string | undefined): RecordNaming {
  const normalise = idProperty === 'email' ? lowerCase : asItIs;
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

/** HubSpot's lists of former values of unique properties, joined by semicolons. */
const FORMER_VALUES: Readonly<Record<string, readonly string[]>> = { email: ['hs_additional_emails'] };

function asItIs(name: string): string {
  return name;
}

/** HubSpot keeps e-mail addresses in lower case, whatever was written. */
function lowerCase(address: string): string {
  return address.trim().toLowerCase();
}
