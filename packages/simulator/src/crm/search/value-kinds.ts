import type { PropertyDefinition } from '../properties/property-definitions.ts';
import { compareDecimals, type Decimal, parseDecimal } from './decimal.ts';

/** Parses and compares the values of a property. */
export interface ValueKind<T> {
  /** The name in an error message. */
  readonly name: string;
  /** `undefined` for an invalid text. */
  read(text: string): T | undefined;
  compare(a: T, b: T): number;
  /** The text for the search of words. */
  fold(text: string): string;
}

const lowerCase = (text: string) => text.toLowerCase();
const unchanged = (text: string) => text;
const byCodeUnits = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

const NUMBERS: ValueKind<Decimal> = {
  name: 'a number',
  read: parseDecimal,
  compare: compareDecimals,
  fold: lowerCase,
};
/** Dates and date-times, in epoch milliseconds. */
const DATES: ValueKind<number> = { name: 'a date', read: parseDate, compare: (a, b) => a - b, fold: lowerCase };
const OPTIONS: ValueKind<string> = { name: 'an option', read: unchanged, compare: byCodeUnits, fold: unchanged };
export const TEXTS: ValueKind<string> = { name: 'a text', read: lowerCase, compare: byCodeUnits, fold: lowerCase };

/**
 * Texts compare without case, options with it.
 * https://developers.hubspot.com/docs/guides/api/crm/search#filter-search-results
 * The types of the values are erased here, because only values of one kind are compared.
 */
export function valueKind(type: PropertyDefinition['type']): ValueKind<unknown> {
  if (type === 'number') return NUMBERS;
  if (type === 'date' || type === 'datetime') return DATES;
  return type === 'enumeration' ? OPTIONS : TEXTS;
}

/** The values of a property. An enumeration can have several. */
export function heldValues(type: PropertyDefinition['type'], text: string): readonly string[] {
  return type === 'enumeration' ? text.split(';') : [text];
}

const EPOCH_MS = /^-?\d{1,15}$/;
const ISO_8601 = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/;

function parseDate(text: string): number | undefined {
  if (EPOCH_MS.test(text)) return Number(text);
  const epochMs = ISO_8601.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(epochMs) ? undefined : epochMs;
}
