import type { FieldRef } from '@pothos/core';
import type { WriteWarning } from '../../hubspot/crm/write-warnings.ts';
import { builder } from '../builder.ts';

const WriteWarningRef = builder.objectRef<WriteWarning>('WriteWarning').implement({
  description: 'A value that HubSpot wrote, but not as it was sent. The write succeeded.',
  fields: (t) => ({
    category: t.exposeString('category', {
      description:
        "HubSpot's category. `PROPERTY_VALUE_NORMALIZED`: the value of a date or date-time property was in another format, or of a date not at midnight UTC.",
    }),
    property: t.string({
      nullable: true,
      description: "HubSpot's internal name of the property. Null when HubSpot names none.",
      resolve: ({ property }) => property ?? null,
    }),
    rawValue: t.string({
      nullable: true,
      description: 'The value as the gateway sent it. Null when HubSpot does not return it.',
      resolve: ({ rawValue }) => rawValue ?? null,
    }),
    normalizedValue: t.string({
      nullable: true,
      description:
        'The value that HubSpot wrote instead, in epoch milliseconds. Null for other categories, and when HubSpot does not return it.',
      resolve: ({ normalizedValue }) => normalizedValue ?? null,
    }),
    message: t.exposeString('message', { description: 'An English sentence for the user.' }),
  }),
});

type PayloadFields<Of> = PothosSchemaTypes.ObjectFieldBuilder<typeof builder.$inferSchemaTypes, Of>;
type Written = { readonly warnings: readonly WriteWarning[] };

/** The field `warnings` of the payload of a mutation that writes records. */
export function warningsField<Payload extends Written>(
  t: PayloadFields<Payload>,
): FieldRef<typeof builder.$inferSchemaTypes, unknown, 'Object'> {
  return t.field({
    type: [WriteWarningRef],
    description:
      'The values that HubSpot changed before it wrote them. Empty when it changed none, and when nothing was written.',
    resolve: ({ warnings }) => [...warnings],
  });
}
