import type { CrmObject } from '../../crm/objects.ts';
import { builder } from '../builder.ts';

const OrderDirection = builder.enumType('OrderDirection', {
  description: 'Which end comes first.',
  values: {
    ASC: { value: 'ASCENDING', description: 'Rising: the smallest number, the earliest moment, A first.' },
    DESC: { value: 'DESCENDING', description: 'Falling: the largest number, the latest moment, Z first.' },
  } as const,
});

/** `ContactOrder` and its like, with the property to sort by. */
export function orderInput({ typename, objectType, orders }: CrmObject) {
  const values: Record<string, { value: string; description: string }> = {
    HUBSPOT_ID: {
      value: 'hs_object_id',
      description:
        'By record id, which roughly is by age. The one order that pages beyond 10,000 results. Property `hs_object_id`.',
    },
  };
  for (const [field, { name }] of Object.entries(orders)) {
    const value = field.replace(/[A-Z]/g, '_$&').toUpperCase();
    values[value] = { value: name, description: `By property \`${name}\`.` };
  }
  const Field = builder.enumType(`${typename}OrderField`, {
    description: `What ${objectType} can be ordered by. Records without a value come where HubSpot puts them.`,
    values,
  });
  return builder.inputType(`${typename}Order`, {
    description: `The order in which ${objectType} come. Any but \`HUBSPOT_ID\` ends at HubSpot's 10,000 results.`,
    fields: (t) => ({
      field: t.field({ type: Field, required: true, description: 'What to order by.' }),
      direction: t.field({
        type: OrderDirection,
        required: true,
        defaultValue: 'ASCENDING',
        description: 'Which end comes first.',
      }),
    }),
  });
}
