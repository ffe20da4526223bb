import { builder } from '../builder.ts';
import type { FilterFields } from '../filter-fields.ts';

const OrderDirection = builder.enumType('OrderDirection', {
  description: 'Which end comes first.',
  values: {
    ASC: { value: 'ASCENDING', description: 'The smallest, the earliest, A.' },
    DESC: { value: 'DESCENDING', description: 'The largest, the latest, Z.' },
  } as const,
});

/** `ContactOrder` and its like, with the property to sort by. */
export function orderInput(typename: string, fields: FilterFields) {
  const values: Record<string, { value: string; description: string }> = {
    HUBSPOT_ID: {
      value: 'hs_object_id',
      description: 'The record id, and so roughly the age. The one order that pages beyond 10,000 results.',
    },
  };
  for (const [field, { property }] of Object.entries(fields)) {
    const name = field.replace(/[A-Z]/g, '_$&').toUpperCase();
    values[name] = { value: property, description: `Property \`${property}\`.` };
  }
  const Field = builder.enumType(`${typename}OrderField`, {
    description: 'What to order by. Records without a value come where HubSpot puts them.',
    values,
  });
  return builder.inputType(`${typename}Order`, {
    description: 'The order of a connection.',
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
