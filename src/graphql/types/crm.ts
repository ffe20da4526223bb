import type { ObjectType } from '../../hubspot/objects.ts';
import { builder } from '../builder.ts';
import { CrmRef } from '../refs.ts';

/** Its fields are in the files of the types they answer with. */
builder.interfaceType(CrmRef, {
  description:
    "What is reachable in one portal. On `Query` it means the tenant's only installation that is not disconnected.",
});

export const CrmObjectType = builder.enumType('CrmObjectType', {
  description: 'The types of records.',
  values: {
    CONTACT: { value: 'contacts', description: 'People.' },
    DEAL: { value: 'deals', description: 'Sales.' },
    COMPANY: { value: 'companies', description: 'Organisations.' },
  } satisfies Record<string, { value: ObjectType; description: string }>,
});
