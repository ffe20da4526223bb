import type { PropertyDefinition } from '../../hubspot/crm/properties.ts';
import { parseDateTime } from './date-time.ts';
import { decimal } from './scalars.ts';

/** A selected option of an enumeration property. */
export interface ChosenOption {
  readonly value: string;
  /** `null` when the definition does not have the option: it was removed, or it is the id of an owner. */
  readonly label: string | null;
}

/** A value by type. All fields are `undefined` for a value that does not fit the property's type. */
export interface TypedValue {
  readonly string?: string | undefined;
  /** A decimal number with all digits. */
  readonly number?: string | undefined;
  readonly boolean?: boolean | undefined;
  /** `YYYY-MM-DD`. */
  readonly date?: string | undefined;
  readonly dateTime?: Date | undefined;
  readonly option?: ChosenOption | undefined;
  readonly options?: readonly ChosenOption[] | undefined;
}

/** Parses a value. HubSpot sends values of all types as text. */
export function readValue(raw: string, definition: PropertyDefinition): TypedValue {
  switch (definition.type) {
    case 'string':
    case 'phone_number':
      return { string: raw };
    case 'number':
      return { number: decimal(raw) };
    case 'bool':
      return { boolean: BOOLEANS.get(raw) };
    case 'date':
      return { date: parseDateTime(raw)?.toISOString().slice(0, 10) };
    case 'datetime':
      return { dateTime: parseDateTime(raw) };
    case 'enumeration':
      return readChoice(raw, definition);
    case 'other':
      return {};
  }
}

const BOOLEANS = new Map([
  ['true', true],
  ['false', false],
]);

/** Properties with this field type have several options, separated by semicolons. */
const MULTIPLE_OPTIONS = 'checkbox';

function readChoice(raw: string, { fieldType, options }: PropertyDefinition): TypedValue {
  const optionOf = (value: string) => options.find((option) => option.value === value) ?? { value, label: null };
  if (fieldType !== MULTIPLE_OPTIONS) return { option: optionOf(raw) };
  const values = raw.split(';').filter((value) => value !== '');
  return { options: values.map(optionOf) };
}
