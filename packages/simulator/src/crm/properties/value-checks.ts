import { VALUE_REFUSALS } from '../../assumptions.ts';
import type { Portal } from '../../portal.ts';
import { factsOf, type ObjectTypeName } from '../object-types.ts';
import { pipelineOptions } from '../pipelines.ts';
import { date, datetime } from './date-values.ts';
import type { PropertyDefinition, PropertyType } from './property-definitions.ts';
import type { Verdict } from './verdict.ts';

/** The context for checking a value. */
export interface ValueContext {
  readonly portal: Portal;
  readonly type: ObjectTypeName;
  readonly definition: PropertyDefinition;
  /** Whether dates in other formats are normalized, as from version 2026-09 on. Earlier versions refuse them. */
  readonly normalizes: boolean;
  /** The record's current value. */
  readonly current: string | undefined;
}

const MAX_TEXT = 65_536;
const NUMBER = /^-?(\d+|\d*\.\d+)$/;
const EMAIL = /^[^\s\p{Cc}@,;:<>()[\]"]+@[^\s\p{Cc}@.]+(\.[^\s\p{Cc}@.]+)+$/u;

const CHECKS: Readonly<Record<PropertyType, (value: string, context: ValueContext) => Verdict>> = {
  string: text,
  phone_number: text,
  json: text,
  object_coordinates: text,
  number: (value) =>
    NUMBER.test(value) ? { value } : { error: 'INVALID_INTEGER', message: `${value} was not a valid number.` },
  bool: (value) => oneOf(value, ['true', 'false']),
  enumeration: choice,
  date: (value, { normalizes }) => date(value, normalizes),
  datetime: (value, { normalizes }) => datetime(value, normalizes),
};

/** Checks a value that is not empty. The codes and messages come from answers that developers have published. */
export function checkValue(value: string, context: ValueContext): Verdict {
  return CHECKS[context.definition.type](value, context);
}

function text(value: string, { portal, type, definition }: ValueContext): Verdict {
  if (value.length > MAX_TEXT) return VALUE_REFUSALS.tooLong(value, MAX_TEXT);
  if (type !== 'contacts' || definition.name !== 'email') return { value };
  if (!EMAIL.test(value)) return { error: 'INVALID_EMAIL', message: `Email address ${value} is invalid` };
  const address = value.toLowerCase();
  return portal.blockedEmails.has(address) ? VALUE_REFUSALS.blockedEmail(value) : { value: address };
}

function choice(value: string, { portal, type, definition, current }: ValueContext): Verdict {
  if (definition.referencedObjectType === 'OWNER') {
    return portal.owners.some(({ id }) => id === value)
      ? { value }
      : { error: 'INVALID_INTEGER', message: `${value} was not a valid integer (for owner ID).` };
  }
  const listed = pipelineOptions(factsOf(type), portal.pipelines[type], definition.name) ?? definition.options;
  // HubSpot checks external options elsewhere.
  if (definition.externalOptions && listed.length === 0) return { value };
  const options = listed.map((option) => option.value);
  return definition.fieldType === 'checkbox' ? choices(value, options, current) : oneOf(value, options);
}

/** Several options, `a;b`. With a leading semicolon, they are added to the existing options. */
function choices(value: string, options: readonly string[], current = ''): Verdict {
  const chosen = (value.startsWith(';') ? `${current}${value}` : value).split(';').filter((option) => option !== '');
  for (const option of chosen) {
    const verdict = oneOf(option, options);
    if ('error' in verdict) return verdict;
  }
  return { value: [...new Set(chosen)].join(';') };
}

export function oneOf(value: string, options: readonly string[]): Verdict {
  if (options.includes(value)) return { value };
  const message = `${value} was not one of the allowed options: [${options.join(', ')}]`;
  return { error: 'INVALID_OPTION', message };
}
