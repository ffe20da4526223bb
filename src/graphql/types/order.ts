import type { CrmObject } from '../../crm/objects.ts';
import { builder } from '../builder.ts';

const OrderDirection = builder.enumType('OrderDirection', {
  description: 'The direction of an order.',
  values: {
    ASC: { value: 'ASCENDING', description: 'The smallest number, the earliest date-time or A first.' },
    DESC: { value: 'DESCENDING', description: 'The largest number, the latest date-time or Z first.' },
  } as const,
});

/** The order input of a record type, such as `ContactOrder`. */
export function orderInput({ typename, objectType, orders }: CrmObject) {
  const values: Record<string, { value: string; description: string }> = {
    HUBSPOT_ID: {
      value: 'hs_object_id',
      description:
        'By record id, which is roughly by age. The only order with pages beyond 10,000 results. Property `hs_object_id`.',
    },
  };
  for (const [field, { name }] of Object.entries(orders)) {
    const value = field.replace(/[A-Z]/g, '_$&').toUpperCase();
    values[value] = { value: name, description: `By property \`${name}\`.` };
  }
  const Field = builder.enumType(`${typename}OrderField`, {
    description: `The fields that ${objectType} can be ordered by. HubSpot decides the place of records without a value.`,
    values,
  });
  return builder.inputType(`${typename}Order`, {
    description: `An order of ${objectType}. HubSpot limits every order except \`HUBSPOT_ID\` to 10,000 results.`,
    fields: (t) => ({
      field: t.field({ type: Field, required: true, description: 'The field to order by.' }),
      direction: t.field({
        type: OrderDirection,
        required: true,
        defaultValue: 'ASCENDING',
        description: 'The direction of the order.',
      }),
    }),
  });
}
