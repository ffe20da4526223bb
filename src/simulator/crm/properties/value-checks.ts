import { VALUE_REFUSALS } from '../../assumptions.ts';
import { instant } from '../../instant.ts';
import type { Portal } from '../../portal.ts';
import { factsOf, type ObjectTypeName } from '../object-types.ts';
import { pipelineOptions } from '../pipelines.ts';
import type { PropertyDefinition, PropertyType } from './property-definitions.ts';

/** A value in HubSpot's stored form, or HubSpot's error. */
export type Verdict = { readonly value: string } | { readonly error: string; readonly message: string };

/** The context for checking a value. */
export interface ValueContext {
  readonly portal: Portal;
  readonly type: ObjectTypeName;
  readonly definition: PropertyDefinition;
  /** The record's current value. */
  readonly current: string | undefined;
}

const MAX_TEXT = 65_536;
const NUMBER = /^-?(\d+|\d*\.\d+)$/;
const EMAIL = /^[^\s\p{Cc}@,;:<>()[\]"]+@[^\s\p{Cc}@.]+(\.[^\s\p{Cc}@.]+)+$/u;
const MOMENT = /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?)?$/;

const CHECKS: Readonly<Record<PropertyType, (value: string, context: ValueContext) => Verdict>> = {
  string: text,
  phone_number: text,
  json: text,
  object_coordinates: text,
  number: (value) =>
    NUMBER.test(value) ? { value } : { error: 'INVALID_INTEGER', message: `${value} was not a valid number.` },
  bool: (value) => oneOf(value, ['true', 'false']),
  enumeration: choice,
  date,
  datetime,
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

/** A date, or its midnight in UTC. */
function date(value: string): Verdict {
  const at = moment(value);
  if (at === undefined) return VALUE_REFUSALS.date(value);
  const [day = '', time = ''] = new Date(at).toISOString().split('T');
  return time === '00:00:00.000Z'
    ? { value: day }
    : { error: 'INVALID_DATE', message: `${value} is at ${time.replace('Z', '')} UTC, not midnight!` };
}

function datetime(value: string): Verdict {
  const at = moment(value);
  return at === undefined
    ? { error: 'INVALID_LONG', message: `${value} was not a valid long.` }
    : { value: instant(at) };
}

/** Parses ISO 8601, with UTC as the default time zone, or epoch milliseconds. `undefined` for other texts. */
function moment(value: string): number | undefined {
  if (/^-?\d+$/.test(value)) return Number.isNaN(new Date(Number(value)).getTime()) ? undefined : Number(value);
  const [, day, time, , , zone] = MOMENT.exec(value) ?? [];
  const at = Date.parse(time !== undefined && zone === undefined ? `${value}Z` : value);
  // JavaScript reads 30 February as 2 March.
  return day === undefined || Number.isNaN(at) || !isDay(day) ? undefined : at;
}

function isDay(day: string): boolean {
  const at = Date.parse(day);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(day);
}
