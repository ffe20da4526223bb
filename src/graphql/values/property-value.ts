import type { PropertyDefinition } from '../../hubspot/crm/properties.ts';
import { parseDateTime } from './date-time.ts';
import { decimal } from './scalars.ts';

/** An option that a record has. */
export interface ChosenOption {
  readonly value: string;
  /** `null` where the definition does not have it: it was removed since, or names an owner. */
  readonly label: string | null;
}

/** A value in the shapes that its type gives it; what does not fit its type is in none of them. */
export interface TypedValue {
  readonly string?: string | undefined;
  /** Digit for digit. */
  readonly number?: string | undefined;
  readonly boolean?: boolean | undefined;
  /** `YYYY-MM-DD`. */
  readonly date?: string | undefined;
  readonly dateTime?: Date | undefined;
  readonly option?: ChosenOption | undefined;
  readonly options?: readonly ChosenOption[] | undefined;
}

/** Reads what HubSpot wrote: always a text, whatever the type. */
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

/** What HubSpot shows as check boxes holds several options, joined by semicolons. */
const SEVERAL = 'checkbox';

function readChoice(raw: string, { fieldType, options }: PropertyDefinition): TypedValue {
  const chosen = (wanted: string) => options.find(({ value }) => value === wanted) ?? { value: wanted, label: null };
  if (fieldType !== SEVERAL) return { option: chosen(raw) };
  const values = raw.split(';').filter((value) => value !== '');
  return { options: values.map(chosen) };
}
