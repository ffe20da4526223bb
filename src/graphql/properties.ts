import type { FieldRef } from '@pothos/core';
import type { CrmRecord } from '../connector/connector.ts';
import type { builder } from './builder.ts';
import { moment } from './moment.ts';
import { from } from './selection.ts';

type Types = typeof builder.$inferSchemaTypes;
type RecordFields = PothosSchemaTypes.ObjectFieldBuilder<Types, CrmRecord>;

type OptionalField<T> = FieldRef<Types, T | null | undefined, 'Object'>;

function ofProperty(description: string, property: string): string {
  return `${description} Property \`${property}\`; null when it is empty.`;
}

/** HubSpot does not tell apart empty from absent for long: an empty value is null. */
function value({ properties }: CrmRecord, property: string): string | null {
  return properties[property] || null;
}

/** A text property. */
export function textField(t: RecordFields, property: string, description: string): OptionalField<string> {
  return t.string({
    nullable: true,
    description: ofProperty(description, property),
    extensions: from({ properties: [property] }),
    resolve: (record) => value(record, property),
  });
}

/** A number property, digit for digit. */
export function decimalField(t: RecordFields, property: string, description: string): OptionalField<string> {
  return t.field({
    type: 'Decimal',
    nullable: true,
    description: ofProperty(description, property),
    extensions: from({ properties: [property] }),
    resolve: (record) => value(record, property),
  });
}

/** A date-and-time property: HubSpot writes ISO 8601, older values are epoch milliseconds. */
export function dateTimeField(t: RecordFields, property: string, description: string): OptionalField<Date | string> {
  return t.field({
    type: 'DateTime',
    nullable: true,
    description: ofProperty(description, property),
    extensions: from({ properties: [property] }),
    resolve: (record) => {
      const text = value(record, property);
      return text === null ? null : moment(text);
    },
  });
}
