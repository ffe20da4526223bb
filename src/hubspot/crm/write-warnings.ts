import { isPropertyName } from '../../crm/property.ts';
import { field } from '../json.ts';

/** A change that HubSpot made to a value before it wrote it. It contains no text of HubSpot and no data of the portal. */
export interface WriteWarning {
  /** HubSpot's category, such as `PROPERTY_VALUE_NORMALIZED`. */
  readonly category: string;
  /** `undefined` when HubSpot names none. */
  readonly property: string | undefined;
  /** The value as it was sent to HubSpot. */
  readonly rawValue: string | undefined;
  /** The value that HubSpot wrote instead. Of dates in epoch milliseconds. */
  readonly normalizedValue: string | undefined;
  /** An English sentence. */
  readonly message: string;
}

/** HubSpot changed the value of a date or date-time. */
const NORMALIZED = 'PROPERTY_VALUE_NORMALIZED';
/** Warnings about one record. */
const MAX_WARNINGS = 50;
const CATEGORY = /^[A-Z0-9_]{1,100}$/;
/** A number, a date or a date-time. */
const VALUE = /^[\d.:TZ+-]{1,40}$/;
/** A date-time of the years 0 to 9999. */
const YEAR_TO_MILLISECOND = /^\d{4}-.{19}$/;

/**
 * The `warnings` of a written object, `sent` with these values. A warning without a category is left out.
 * https://developers.hubspot.com/changelog/crm-api-write-validation-enforcement
 */
export function parseWarnings(written: unknown, sent: Readonly<Record<string, string>>): readonly WriteWarning[] {
  const reported = field(written, 'warnings');
  if (!Array.isArray(reported) || reported.length === 0) return NONE;
  return reported.flatMap((warning) => parseWarning(warning, sent) ?? []).slice(0, MAX_WARNINGS);
}

const NONE: readonly WriteWarning[] = [];

function parseWarning(reported: unknown, sent: Readonly<Record<string, string>>): WriteWarning | undefined {
  const category = field(reported, 'category');
  if (typeof category !== 'string' || !CATEGORY.test(category)) return undefined;
  const context = field(reported, 'context');
  const name = fact(context, 'propertyName');
  const property = name !== undefined && isPropertyName(name) ? name : undefined;
  // Only what the client has sent itself: another text could be a value of the record, which it may not read.
  const isSent =
    property !== undefined && Object.hasOwn(sent, property) && sent[property] === fact(context, 'rawValue');
  const value = category === NORMALIZED ? fact(context, 'normalizedValue') : undefined;
  const normalizedValue = value !== undefined && VALUE.test(value) ? value : undefined;
  return {
    category,
    property,
    rawValue: isSent ? sent[property] : undefined,
    normalizedValue,
    message: sentence({ category, property, normalizedValue }),
  };
}

/** The gateway's own sentence: HubSpot's text can quote values of the record. */
function sentence({ category, property, normalizedValue }: Omit<WriteWarning, 'rawValue' | 'message'>): string {
  const subject = property === undefined ? 'a value' : `the value of \`${property}\``;
  if (category !== NORMALIZED) return `HubSpot wrote ${subject} with the warning ${category}.`;
  return `HubSpot changed ${subject} before the write${result(normalizedValue)}.`;
}

/** Epoch milliseconds say little to a person. */
function result(normalizedValue = ''): string {
  const at = /^-?\d{1,15}$/.test(normalizedValue) ? new Date(Number(normalizedValue)).toISOString() : '';
  return YEAR_TO_MILLISECOND.test(at) ? `, to ${at}` : '';
}

/** A value of a warning's context: a text, a number, or a list with it. */
function fact(context: unknown, name: string): string | undefined {
  const value = field(context, name);
  const [first]: readonly unknown[] = Array.isArray(value) ? value : [value];
  return typeof first === 'string' || typeof first === 'number' ? String(first) : undefined;
}
