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
    'The fields that records of all types share. `property` and `properties` read properties without a field of their own.',
  interfaces: [builder.nodeInterfaceRef()],
  fields: (t) => ({
    id: t.id({
      description: 'Global id of type, portal and record id, such as `Contact:1234567:101`.',
      ...recordProperty({ fromId: true }, ({ recordId, objectType, connector }) =>
        recordGlobalId(crmObject(objectType).typename, connector.installation.hubId, recordId),
      ),
    }),
    hubspotId: t.id({
      description: "HubSpot's record id, unique among the portal's records of this type. Property `hs_object_id`.",
      ...recordProperty({ fromId: true }, ({ recordId }) => recordId),
    }),
    url: t.string({
      description:
        "URL of the record's page in HubSpot's app. When HubSpot does not return it, the gateway builds it: on the portal's own host when a selection of `Installation.uiDomain` has made it known, else on `app.hubspot.com`, which leads to the portal's region.",
      ...recordProperty(
        {},
        ({ raw, connector, objectType, recordId }) => raw.url ?? connector.metadata.recordUrl(objectType, recordId),
      ),
    }),
    createdAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: `${createdAt.description} Null when HubSpot does not return it. Property \`${createdAt.name}\`.`,
      ...recordProperty({}, ({ raw }) => dateTime(raw.createdAt)),
    }),
    updatedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: `${updatedAt.description} Null when HubSpot does not return it. Property \`${updatedAt.name}\`${elsewhere}.`,
      ...recordProperty({}, ({ raw }) => dateTime(raw.updatedAt)),
    }),
    archived: t.boolean({
      description:
        "True when the record is in HubSpot's recycle bin. Only lists with `archived: true` return such records.",
      ...recordProperty({}, ({ raw }) => raw.archived),
    }),
    owner: t.field({
      type: OwnerRef,
      nullable: true,
      description: `${owner.description} Null when the record has no owner, and when the portal has no owner with that id. Property \`${owner.name}\`.`,
      hubspotScopes: OWNERS_READ,
      extensions: fieldMetadata({ properties: [owner.name], reads: 'owners' }),
      resolve: ({ connector, properties }) => {
        const id = properties[owner.name];
        return id ? connector.owner(id) : null;
      },
    }),
  }),
});
