import { CRM_OBJECTS, enumName } from '../../crm/objects.ts';
import { builder } from '../builder.ts';
import { CrmRef } from '../refs.ts';

/** Its fields are in the files of the types they answer with. */
builder.interfaceType(CrmRef, {
  description:
    "What can be read in one HubSpot portal. On `Installation` that is its portal; on `Query` it is the portal of the tenant's only installation that is not disconnected.",
});

export const CrmObjectType = builder.enumType('CrmObjectType', {
  description: 'The types of CRM records.',
  values: Object.fromEntries(
    CRM_OBJECTS.map((object) => [
      enumName(object),
      { value: object.objectType, description: `${object.records}: HubSpot object \`${object.objectType}\`.` },
    ]),
  ),
});
