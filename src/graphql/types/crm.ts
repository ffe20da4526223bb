import { CRM_OBJECTS, enumName } from '../../crm/objects.ts';
import { builder } from '../builder.ts';
import { CrmRef } from '../refs.ts';

/** The files of the returned types define the fields. */
builder.interfaceType(CrmRef, {
  description:
    "The CRM of one HubSpot portal. `Installation` reads its own portal. `Query` reads the portal of the tenant's only installation that is not disconnected.",
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
