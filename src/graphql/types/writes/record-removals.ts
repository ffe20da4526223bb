import { CRM_OBJECTS, type CrmObject } from '../../../crm/objects.ts';
import { writeScopes } from '../../../crm/scopes.ts';
import { fieldMetadata } from '../../analysis/field-metadata.ts';
import { builder } from '../../builder.ts';
import { eitherId } from '../../ids/global-id.ts';
import { connectorOf } from '../../scopes.ts';
import { pluralName } from '../../writes/batch-inputs.ts';
import {
  DELETION_IDS,
  type DeletionPayload,
  deleteForPrivacy,
  MERGE_IDS,
  mergeRecords,
} from '../../writes/record-removals.ts';
import type { RecordPayload } from '../../writes/record-writes.ts';
import { writtenRecordFields } from '../record-writes.ts';
import { userErrorsField } from '../user-error.ts';
import { installationIdField } from '../write-inputs.ts';

const ONE_CALL = fieldMetadata({ calls: () => 1 });

for (const type of CRM_OBJECTS) defineMerge(type);
for (const type of CRM_OBJECTS.filter(({ privacyDeletion }) => privacyDeletion)) definePrivacyDeletion(type);

/** Defines a mutation such as `mergeContacts`. */
function defineMerge(type: CrmObject): void {
  const { typename, singular, objectType } = type;
  const name = `Merge${pluralName(type)}`;
  const id = eitherId(typename);
  const input = builder.inputType(`${name}Input`, {
    description: `Two ${objectType} to merge.`,
    fields: (t) => ({
      installationId: installationIdField(t),
      primaryId: t.id({ required: true, description: `The ${singular} whose values remain. ${id}` }),
      mergedId: t.id({ required: true, description: `The ${singular} that is merged into it. ${id}` }),
    }),
  });
  const payload = builder.objectRef<RecordPayload>(`${name}Payload`).implement({
    description: `The ${singular} that remains after the merge, or the errors.`,
    fields: (t) => {
      const { [singular]: record = t.field({ type: 'Boolean', resolve: () => true }) } = writtenRecordFields(t, type);
      return { [singular]: record, userErrors: userErrorsField(t, 'written') };
    },
  });
  builder.mutationField(`merge${pluralName(type)}`, (t) =>
    t.field({
      permission: 'hubspot:write',
      hubspotScopes: writeScopes(objectType),
      nullable: true,
      argumentIds: MERGE_IDS,
      type: payload,
      extensions: ONE_CALL,
      description:
        `Merges two ${objectType}. A merge cannot be undone. The ${singular} that remains has the values of the primary one, and those of the other one ` +
        'where the primary one has none. HubSpot gives it a new id, or keeps the primary id, depending on the account: use the id in the payload. ' +
        'Both former ids then find it. The gateway never repeats the call.',
      args: { input: t.arg({ type: input, required: true, description: `The two ${objectType}.` }) },
      resolve: async (root, args, context, info) =>
        mergeRecords(type, args.input, await connectorOf(root, context), info),
    }),
  );
}

/** Defines a mutation such as `deleteContactForPrivacy`. */
function definePrivacyDeletion(type: CrmObject): void {
  const { typename, singular, objectType } = type;
  const name = `Delete${typename}ForPrivacy`;
  const input = builder.inputType(`${name}Input`, {
    description: `The ${singular} to delete permanently: either \`id\` or \`email\`.`,
    fields: (t) => ({
      installationId: installationIdField(t),
      id: t.id({ description: eitherId(typename) }),
      email: t.string({
        description: `E-mail address of the ${singular}. When no ${singular} has it, HubSpot blocks the address: no ${singular} can be created with it.`,
      }),
    }),
  });
  const payload = builder.objectRef<DeletionPayload>(`${name}Payload`).implement({
    description: `The ${singular} that was deleted, or the errors.`,
    fields: (t) => ({
      deletedId: t.exposeID('deletedId', {
        nullable: true,
        description: `Global id of the ${singular} that was deleted by its id. Null otherwise.`,
      }),
      deletedEmail: t.exposeString('deletedEmail', {
        nullable: true,
        description: `The address whose ${singular} was deleted, or that was blocked. Null otherwise.`,
      }),
      userErrors: userErrorsField(t, 'deleted'),
    }),
  });
  builder.mutationField(`delete${typename}ForPrivacy`, (t) =>
    t.field({
      permission: 'hubspot:erase',
      hubspotScopes: writeScopes(objectType),
      nullable: true,
      argumentIds: DELETION_IDS,
      type: payload,
      extensions: ONE_CALL,
      description:
        `Deletes a ${singular} and its content permanently, as privacy laws such as the GDPR demand. Nobody can restore it. ` +
        'The gateway never repeats the call.',
      args: { input: t.arg({ type: input, required: true, description: `The ${singular}.` }) },
      resolve: async (root, args, context) => deleteForPrivacy(type, args.input, await connectorOf(root, context)),
    }),
  );
}
