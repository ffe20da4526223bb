import { builder } from '../builder.ts';
import { recordGlobalId } from '../global-id.ts';
import { moment } from '../moment.ts';
import { recordProperty } from '../plain-fields.ts';
import { recordTypeOf } from '../record-types.ts';
import { CrmRecordRef, OwnerRef } from '../refs.ts';
import { OWNERS_READ } from '../scopes.ts';
import { from } from '../selection.ts';

builder.interfaceType(CrmRecordRef, {
  description: 'What all records have, whatever their type. Properties of any name are in `property` and `properties`.',
  interfaces: [builder.nodeInterfaceRef()],
  fields: (t) => ({
    id: t.id({
      description: 'Global id: type, portal and record.',
      ...recordProperty({ identity: true }, ({ recordId, objectType, connector }) =>
        recordGlobalId(recordTypeOf(objectType).typename, connector.installation.hubId, recordId),
      ),
    }),
    hubspotId: t.id({
      description: "HubSpot's own record id, unique among the portal's records of this type.",
      ...recordProperty({ identity: true }, ({ recordId }) => recordId),
    }),
    url: t.string({
      nullable: true,
      description: 'Where a person sees the record in HubSpot. Null when HubSpot does not tell.',
      ...recordProperty({}, ({ told }) => told.url ?? null),
    }),
    createdAt: t.field({
      type: 'DateTime',
      description: 'When HubSpot created the record.',
      ...recordProperty({}, ({ told }) => moment(told.createdAt)),
    }),
    updatedAt: t.field({
      type: 'DateTime',
      description: 'When HubSpot last changed the record.',
      ...recordProperty({}, ({ told }) => moment(told.updatedAt)),
    }),
    archived: t.boolean({
      description: "True in HubSpot's recycle bin.",
      ...recordProperty({}, ({ told }) => told.archived),
    }),
    owner: t.field({
      type: OwnerRef,
      nullable: true,
      description: "Whose record it is. Null when it is nobody's, or nobody has that id. Property `hubspot_owner_id`.",
      hubspotScopes: OWNERS_READ,
      extensions: from({ properties: ['hubspot_owner_id'], reads: 'owners' }),
      resolve: ({ connector, properties }) => {
        const id = properties.hubspot_owner_id;
        return id ? connector.owner(id) : null;
      },
    }),
  }),
});
