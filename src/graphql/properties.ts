import type { FieldRef } from '@pothos/core';
import type { CrmRecord } from '../connector/crm-record.ts';
import type { GatewayError } from '../errors.ts';
import type { builder } from './builder.ts';
import { moment } from './moment.ts';
import { recordProperty } from './plain-fields.ts';
import { storedDecimal } from './scalars.ts';

type Types = typeof builder.$inferSchemaTypes;
type RecordFields = PothosSchemaTypes.ObjectFieldBuilder<Types, CrmRecord>;

type OptionalField<T> = FieldRef<Types, T | null | undefined, 'Object'>;

function ofProperty(description: string, property: string): string {
  return `${description} Property \`${property}\`; null when it is empty.`;
}

/** A text property. */
export function textField(t: RecordFields, property: string, description: string): OptionalField<string> {
  return t.string({
    nullable: true,
    description: ofProperty(description, property),
    ...propertyAs(property, (text) => text),
  });
}

/** A number property, digit for digit. */
export function decimalField(t: RecordFields, property: string, description: string): OptionalField<string> {
  return t.field({
    type: 'Decimal',
    nullable: true,
    description: ofProperty(description, property),
    ...propertyAs(property, storedDecimal),
  });
}

/** A date-and-time property: HubSpot writes ISO 8601, older values are epoch milliseconds. */
export function dateTimeField(t: RecordFields, property: string, description: string): OptionalField<Date | string> {
  return t.field({
    type: 'DateTime',
    nullable: true,
    description: ofProperty(description, property),
    ...propertyAs(property, moment),
  });
}

/** HubSpot does not tell apart empty from absent for long: an empty value is null. */
function propertyAs<T>(property: string, read: (text: string) => T | GatewayError) {
  return recordProperty<T | null>({ properties: [property] }, ({ properties }) => {
    const text = properties[property];
    return text ? read(text) : null;
  });
}
