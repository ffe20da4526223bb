import type { FieldRef } from '@pothos/core';
import { CRM_OBJECTS, type CrmObject } from '../../crm/objects.ts';
import { readScopes, writeScopes } from '../../crm/scopes.ts';
import { callsOfCreate, scopesOfCreate } from '../analysis/argument-needs.ts';
import { fieldMetadata } from '../analysis/field-metadata.ts';
import { selectionOf } from '../analysis/selection.ts';
import { builder } from '../builder.ts';
import { requirePermission } from '../permissions.ts';
import { RECORD_REFS } from '../refs.ts';
import { connectorOf } from '../scopes.ts';
import { readCreate, readUpdate, readUpsert } from '../writes/record-inputs.ts';
import {
  ARCHIVE_IDS,
  type ArchivePayload,
  archiveRecord,
  createRecord,
  type RecordPayload,
  updateRecord,
  upsertRecord,
  writeIds,
} from '../writes/record-writes.ts';
import { userErrorsField } from './user-error.ts';
import { archiveInput, CREATE_INPUTS, UPDATE_INPUTS, UPSERT_INPUTS } from './write-inputs.ts';
import { warningsField } from './write-warning.ts';

for (const type of CRM_OBJECTS) defineWrites(type);

/**
 * Defines the mutations of a record type, such as `createContact`, `updateContact`, `upsertContact`, `archiveContact`.
 */
function defineWrites(type: CrmObject): void {
  const { typename, singular, objectType } = type;
  const payload = recordPayload(type);
  const archived = archivePayload(type);
  const options = { permission: 'hubspot:write', hubspotScopes: writeScopes(objectType), nullable: true } as const;
  const oneCall = fieldMetadata({ calls: () => 1 });

  builder.mutationFields((t) => ({
    [`create${typename}`]: t.field({
      ...options,
      argumentIds: writeIds(type, readCreate),
      type: payload,
      extensions: fieldMetadata({ calls: callsOfCreate, argumentScopes: (node) => scopesOfCreate(type, node) }),
      description: `Creates a ${singular}, and associates it with the records in the input. The gateway never repeats the call. After a timeout, check whether the ${singular} exists before you create it again.`,
      args: { input: t.arg({ type: CREATE_INPUTS[objectType], required: true, description: `The new ${singular}.` }) },
      resolve: async (root, { input }, context, info) =>
        createRecord(type, input, await connectorOf(root, context), info),
    }),
    [`update${typename}`]: t.field({
      ...options,
      argumentIds: writeIds(type, readUpdate),
      type: payload,
      extensions: oneCall,
      description: `Changes the fields of a ${singular} that the input has. After a merge, the id of a merged ${singular} changes the remaining ${singular}.`,
      args: {
        input: t.arg({
          type: UPDATE_INPUTS[objectType],
          required: true,
          description: `The ${singular} and its changes.`,
        }),
      },
      resolve: async (root, { input }, context, info) =>
        updateRecord(type, input, await connectorOf(root, context), info),
    }),
    [`upsert${typename}`]: t.field({
      ...options,
      argumentIds: writeIds(type, readUpsert),
      type: payload,
      extensions: oneCall,
      description: `Changes the ${singular} with a value of a unique property, or creates it. HubSpot does this in one atomic call.`,
      args: {
        input: t.arg({
          type: UPSERT_INPUTS[objectType],
          required: true,
          description: `The ${singular} and its values.`,
        }),
      },
      resolve: async (root, { input }, context, info) =>
        upsertRecord(type, input, await connectorOf(root, context), info),
    }),
    [`archive${typename}`]: t.field({
      ...options,
      argumentIds: ARCHIVE_IDS,
      type: archived,
      extensions: oneCall,
      description: `Moves a ${singular} to the recycle bin. A user can restore it in HubSpot for 90 days. Succeeds also when the ${singular} is already in the recycle bin, or does not exist. The id of a merged ${singular} succeeds without an effect: use the current \`hubspotId\` of the remaining ${singular}.`,
      args: { input: t.arg({ type: archiveInput(type), required: true, description: `The ${singular}.` }) },
      resolve: async (root, { input }, context) => archiveRecord(type, input, await connectorOf(root, context)),
    }),
  }));
}

/** The payload of a record type's mutations, such as `ContactPayload`. */
function recordPayload(type: CrmObject) {
  const { typename, singular } = type;
  return builder.objectRef<RecordPayload>(`${typename}Payload`).implement({
    description: `The ${singular} that was written, or the errors.`,
    fields: (t) => ({
      ...writtenRecordFields(t, type),
      warnings: warningsField(t),
      userErrors: userErrorsField(t, 'written'),
    }),
  });
}

type Types = typeof builder.$inferSchemaTypes;

/** The fields of a payload for the written record. */
export function writtenRecordFields<Payload extends RecordPayload>(
  t: PothosSchemaTypes.ObjectFieldBuilder<Types, Payload>,
  { typename, singular, objectType }: CrmObject,
): Record<string, FieldRef<Types, unknown, 'Object'>> {
  return {
    [singular]: t.field({
      type: RECORD_REFS[objectType],
      nullable: true,
      description:
        `The ${singular} after the write. Fields that HubSpot's answer lacks need one more call, and the viewer needs ` +
        '`hubspot:read` for them. Null when nothing was written.',
      hubspotScopes: readScopes(objectType),
      extensions: fieldMetadata({ reads: 'record' }),
      resolve({ connector, record }, _args, context, info) {
        if (!connector || !record) return null;
        const selection = selectionOf(info, typename, connector.granted);
        const isComplete = selection.properties.every((name) => Object.hasOwn(record.properties, name));
        if (!isComplete || selection.associations.length > 0) requirePermission(context, 'hubspot:read');
        return isComplete ? record : connector.record(objectType, record.recordId, selection);
      },
    }),
    created: t.boolean({
      nullable: true,
      description: `\`true\` when the ${singular} is new, \`false\` when it existed before. Null when nothing was written.`,
      resolve: ({ created }) => created,
    }),
  };
}

/** The payload of a record type's archive mutation, such as `ArchiveContactPayload`. */
function archivePayload({ typename, singular }: CrmObject) {
  return builder.objectRef<ArchivePayload>(`Archive${typename}Payload`).implement({
    description: `The ${singular} that was archived, or the errors.`,
    fields: (t) => ({
      archivedId: t.exposeID('archivedId', {
        nullable: true,
        description: `Global id of the archived ${singular}. Null when nothing was archived.`,
      }),
      userErrors: userErrorsField(t, 'archived'),
    }),
  });
}
