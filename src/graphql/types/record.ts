import { RECORD_PROPERTIES } from '../../crm/define-object.ts';
import { CRM_OBJECTS, crmObject } from '../../crm/objects.ts';
import { OWNERS_READ } from '../../crm/scopes.ts';
import { fieldMetadata } from '../analysis/field-metadata.ts';
import { builder } from '../builder.ts';
import { recordProperty } from '../execution/default-resolved-fields.ts';
import { recordGlobalId } from '../ids/global-id.ts';
import { CrmRecordRef, OwnerRef } from '../refs.ts';
import { dateTime } from '../values/date-time.ts';

const { createdAt, updatedAt, owner } = RECORD_PROPERTIES;
const elsewhere = CRM_OBJECTS.flatMap((object) =>
  object.updatedAt === undefined ? [] : [`, of ${object.objectType} \`${object.updatedAt}\``],
).join('');

builder.interfaceType(CrmRecordRef, {
  description:
    'What records of all types have in common. Properties that have no field of their own are read by `property` and `properties`.',
  interfaces: [builder.nodeInterfaceRef()],
  fields: (t) => ({
    id: t.id({
      description: 'Global id, made of type, portal and record id: `Contact:1234567:101`.',
      ...recordProperty({ fromId: true }, ({ recordId, objectType, connector }) =>
        recordGlobalId(crmObject(objectType).typename, connector.installation.hubId, recordId),
      ),
    }),
    hubspotId: t.id({
      description: "HubSpot's own record id, unique among the portal's records of this type. Property `hs_object_id`.",
      ...recordProperty({ fromId: true }, ({ recordId }) => recordId),
    }),
    url: t.string({
      nullable: true,
      description: "The record's page in HubSpot's own application, for people. Null when HubSpot does not tell.",
      ...recordProperty({}, ({ raw }) => raw.url ?? null),
    }),
    createdAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: `${createdAt.description} Null when HubSpot tells no date. Property \`${createdAt.name}\`.`,
      ...recordProperty({}, ({ raw }) => dateTime(raw.createdAt)),
    }),
    updatedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: `${updatedAt.description} Null when HubSpot tells no date. Property \`${updatedAt.name}\`${elsewhere}.`,
      ...recordProperty({}, ({ raw }) => dateTime(raw.updatedAt)),
    }),
    archived: t.boolean({
      description: "True when the record is in HubSpot's recycle bin: only lists with `archived: true` show it then.",
      ...recordProperty({}, ({ raw }) => raw.archived),
    }),
    owner: t.field({
      type: OwnerRef,
      nullable: true,
      description: `${owner.description} Null when it has no owner, and when the portal knows none of that id. Property \`${owner.name}\`.`,
      hubspotScopes: OWNERS_READ,
      extensions: fieldMetadata({ properties: [owner.name], reads: 'owners' }),
      resolve: ({ connector, properties }) => {
        const id = properties[owner.name];
        return id ? connector.owner(id) : null;
      },
    }),
  }),
});
