import type { CrmRecord } from '../connector/crm-record.ts';
import type { Property } from '../crm/property.ts';
import type { GatewayError } from '../errors.ts';
import type { builder } from './builder.ts';
import { moment } from './moment.ts';
import { recordProperty } from './plain-fields.ts';
import { storedDecimal } from './scalars.ts';

export type RecordFields = PothosSchemaTypes.ObjectFieldBuilder<typeof builder.$inferSchemaTypes, CrmRecord>;

/** A text, or an option by its value. */
export function textField(t: RecordFields, property: Property) {
  return t.string(optional(property, (text) => text));
}

/** A number, digit for digit. */
export function decimalField(t: RecordFields, property: Property) {
  return t.field({ type: 'Decimal', ...optional(property, storedDecimal) });
}

/** A moment: HubSpot writes ISO 8601, older values are epoch milliseconds. */
export function dateTimeField(t: RecordFields, property: Property) {
  return t.field({ type: 'DateTime', ...optional(property, moment) });
}

/** HubSpot does not tell apart empty from absent for long: an empty value is null. */
function optional<T>({ name, description }: Property, read: (text: string) => T | GatewayError) {
  return {
    nullable: true,
    description: `${description} Property \`${name}\`; null when it is empty.`,
    ...recordProperty<T | null>({ properties: [name] }, ({ properties }) => {
      const text = properties[name];
      return text ? read(text) : null;
    }),
  } as const;
}
