import { CRM_OBJECTS, type CrmObject } from '../../crm/objects.ts';
import { readScopes, writeScopes } from '../../crm/scopes.ts';
import { callsOfCreate, scopesOfCreate } from '../analysis/association-mutation-cost.ts';
import { fieldMetadata } from '../analysis/field-metadata.ts';
import { selectionOf } from '../analysis/selection.ts';
import { builder } from '../builder.ts';
import { requirePermission } from '../permissions.ts';
import { RECORD_REFS } from '../refs.ts';
import { connectorOf } from '../scopes.ts';
import { readCreate, readUpdate, readUpsert } from '../writes/record-inputs.ts';
import {
  type ArchivePayload,
  archiveRecord,
  createRecord,
  GIVEN_ARCHIVE,
  givenWrite,
  type RecordPayload,
  updateRecord,
  upsertRecord,
} from '../writes/record-writes.ts';
import { userErrorsField } from './user-error.ts';
import { archiveInput, createInput, updateInput, upsertInput } from './write-inputs.ts';

for (const type of CRM_OBJECTS) defineWrites(type);

/** `createContact`, `updateContact`, `upsertContact` and `archiveContact`, or those of another type. */
function defineWrites(type: CrmObject): void {
  const { typename, singular, objectType } = type;
  const payload = recordPayload(type);
  const archived = archivePayload(type);
  const demanded = { permission: 'hubspot:write', hubspotScopes: writeScopes(objectType), nullable: true } as const;
  const oneCall = fieldMetadata({ calls: () => 1 });

  builder.mutationFields((t) => ({
    [`create${typename}`]: t.field({
      ...demanded,
      given: givenWrite(type, readCreate),
      type: payload,
      extensions: fieldMetadata({ calls: callsOfCreate, argumentScopes: (node) => scopesOfCreate(type, node) }),
      description: `Creates a ${singular}, associated with other records where the input names them. The gateway never repeats it: after a timeout, look before you create again.`,
      args: { input: t.arg({ type: createInput(type), required: true, description: `The new ${singular}.` }) },
      resolve: async (root, { input }, context, info) =>
        createRecord(type, input, await connectorOf(root, context), info),
    }),
    [`update${typename}`]: t.field({
      ...demanded,
      given: givenWrite(type, readUpdate),
      type: payload,
      extensions: oneCall,
      description: `Changes a ${singular}: the fields that the input gives, and no others. The id of one that was merged changes the ${singular} that it became.`,
      args: {
        input: t.arg({ type: updateInput(type), required: true, description: `Which ${singular}, and what changes.` }),
      },
      resolve: async (root, { input }, context, info) =>
        updateRecord(type, input, await connectorOf(root, context), info),
    }),
    [`upsert${typename}`]: t.field({
      ...demanded,
      given: givenWrite(type, readUpsert),
      type: payload,
      extensions: oneCall,
      description: `Changes the ${singular} that has a value of a unique property, or creates it: HubSpot decides in one step.`,
      args: {
        input: t.arg({
          type: upsertInput(type),
          required: true,
          description: `Which ${singular}, and what it shall hold.`,
        }),
      },
      resolve: async (root, { input }, context, info) =>
        upsertRecord(type, input, await connectorOf(root, context), info),
    }),
    [`archive${typename}`]: t.field({
      ...demanded,
      given: GIVEN_ARCHIVE,
      type: archived,
      extensions: oneCall,
      description: `Moves a ${singular} to the recycle bin, where a person can restore it for 90 days. One that is there already, or never was, answers the same, and so does an id that was merged into another record, which stays: archive that one by its own \`hubspotId\`.`,
      args: { input: t.arg({ type: archiveInput(type), required: true, description: `Which ${singular}.` }) },
      resolve: async (root, { input }, context) => archiveRecord(type, input, await connectorOf(root, context)),
    }),
  }));
}

/** `ContactPayload` and its like. */
function recordPayload({ typename, singular, objectType }: CrmObject) {
  return builder.objectRef<RecordPayload>(`${typename}Payload`).implement({
    description: `The ${singular} that was written, or why it was not.`,
    fields: (t) => ({
      [singular]: t.field({
        type: RECORD_REFS[objectType],
        nullable: true,
        description:
          `The ${singular} after the write. What HubSpot's answer does not hold is read in one more call, for which ` +
          'viewers need `hubspot:read`. Null when nothing was written.',
        hubspotScopes: readScopes(objectType),
        extensions: fieldMetadata({ reads: 'record' }),
        resolve({ connector, record }, _args, context, info) {
          if (!connector || !record) return null;
          const selection = selectionOf(info, typename, connector.granted);
          const isTold = selection.properties.every((name) => Object.hasOwn(record.properties, name));
          if (!isTold || selection.associations.length > 0) requirePermission(context, 'hubspot:read');
          return isTold ? record : connector.record(objectType, record.recordId, selection);
        },
      }),
      created: t.exposeBoolean('created', {
        nullable: true,
        description: `\`true\` when the ${singular} is new, \`false\` when it was there. Null when nothing was written.`,
      }),
      userErrors: userErrorsField(t, 'written'),
    }),
  });
}

/** `ArchiveContactPayload` and its like. */
function archivePayload({ typename, singular }: CrmObject) {
  return builder.objectRef<ArchivePayload>(`Archive${typename}Payload`).implement({
    description: `The ${singular} that was archived, or why it was not.`,
    fields: (t) => ({
      archivedId: t.exposeID('archivedId', {
        nullable: true,
        description: `Global id of the archived ${singular}. Null when nothing was archived.`,
      }),
      userErrors: userErrorsField(t, 'archived'),
    }),
  });
}
