import type { InputObjectRef, ObjectRef } from '@pothos/core';
import { CRM_OBJECTS, type CrmObject } from '../../../crm/objects.ts';
import { writeScopes } from '../../../crm/scopes.ts';
import { callsOfBatch, callsOfCreates, countOfInputs, scopesOfCreates } from '../../analysis/batch-mutation-cost.ts';
import { fieldMetadata } from '../../analysis/field-metadata.ts';
import { MAX_INPUTS } from '../../analysis/page-sizes.ts';
import { builder } from '../../builder.ts';
import { eitherId } from '../../ids/global-id.ts';
import { connectorOf } from '../../scopes.ts';
import { pluralName } from '../../writes/batch-inputs.ts';
import {
  archiveRecords,
  type BatchPayload,
  createRecords,
  LIST_IDS,
  type ResultOfInput,
  recordsIds,
  updateRecords,
  upsertRecords,
} from '../../writes/batch-writes.ts';
import { readCreate, readUpdate, readUpsert } from '../../writes/record-inputs.ts';
import { CREATE_INPUTS, INSTALLATION_ID, UPDATE_INPUTS, UPSERT_INPUTS } from '../write-inputs.ts';
import { archiveResult, recordResult } from './batch-results.ts';

type Types = typeof builder.$inferSchemaTypes;

for (const type of CRM_OBJECTS) defineBatchWrites(type);

/** Defines the mutations of several records, such as `createContacts`, `updateContacts`, `upsertContacts`, `archiveContacts`. */
function defineBatchWrites(type: CrmObject): void {
  const { singular, objectType } = type;
  const plural = pluralName(type);
  const [written, archived] = [recordResult(type), archiveResult(type)];
  const options = { permission: 'hubspot:write', hubspotScopes: writeScopes(objectType), nullable: true } as const;
  const ofBatch = fieldMetadata({ calls: callsOfBatch, items: countOfInputs });

  builder.mutationFields((t) => {
    const installationId = t.arg.id({ description: INSTALLATION_ID });
    return {
      [`create${plural}`]: t.field({
        ...options,
        argumentIds: recordsIds(type, readCreate),
        type: payload(`Create${plural}Payload`, written),
        extensions: fieldMetadata({
          calls: callsOfCreates,
          items: countOfInputs,
          argumentScopes: (node) => scopesOfCreates(type, node),
        }),
        description: `Creates up to ${MAX_INPUTS} ${objectType}, and associates them with the records in their inputs. ${VALID_ONES} No ${singular} is created twice, since the gateway never repeats an input that HubSpot may have received.`,
        args: { installationId, inputs: inputs(t, CREATE_INPUTS[objectType], `The new ${objectType}.`) },
        resolve: async (root, args, context, info) =>
          createRecords(type, args.inputs, await connectorOf(root, context), info),
      }),
      [`update${plural}`]: t.field({
        ...options,
        argumentIds: recordsIds(type, readUpdate),
        type: payload(`Update${plural}Payload`, written),
        extensions: ofBatch,
        description: `Changes the fields of up to ${MAX_INPUTS} ${objectType} that their inputs have. ${VALID_ONES} Only the current id of a merged ${singular} is valid.`,
        args: { installationId, inputs: inputs(t, UPDATE_INPUTS[objectType], `The ${objectType} and their changes.`) },
        resolve: async (root, args, context, info) =>
          updateRecords(type, args.inputs, await connectorOf(root, context), info),
      }),
      [`upsert${plural}`]: t.field({
        ...options,
        argumentIds: recordsIds(type, readUpsert),
        type: payload(`Upsert${plural}Payload`, written),
        extensions: ofBatch,
        description: `Changes up to ${MAX_INPUTS} ${objectType} with a value of a unique property, or creates them. ${VALID_ONES}`,
        args: { installationId, inputs: inputs(t, UPSERT_INPUTS[objectType], `The ${objectType} and their values.`) },
        resolve: async (root, args, context, info) =>
          upsertRecords(type, args.inputs, await connectorOf(root, context), info),
      }),
      [`archive${plural}`]: t.field({
        ...options,
        argumentIds: LIST_IDS,
        type: payload(`Archive${plural}Payload`, archived),
        extensions: ofBatch,
        description: `Moves up to ${MAX_INPUTS} ${objectType} to the recycle bin, as \`archive${type.typename}\` does with one.`,
        args: {
          installationId,
          ids: t.arg.idList({ required: true, description: `1 to ${MAX_INPUTS} ids. ${eitherId(type.typename)}` }),
        },
        resolve: async (root, args, context) => archiveRecords(type, args.ids, await connectorOf(root, context)),
      }),
    };
  });
}

const VALID_ONES =
  'HubSpot writes the valid inputs, in one call where it can tell the invalid ones, and each input has a result of its own.';

type MutationFields = PothosSchemaTypes.MutationFieldBuilder<Types, object>;

/** The argument `inputs` of a mutation of several records. */
function inputs<Input>(t: MutationFields, type: InputObjectRef<Types, Input>, description: string) {
  return t.arg({ type: [type], required: true, description: `${description} 1 to ${MAX_INPUTS}.` });
}

/** The payload of a mutation of several records, such as `CreateContactsPayload`. */
function payload<Result extends ResultOfInput>(
  name: string,
  result: ObjectRef<Types, Result>,
): ObjectRef<Types, BatchPayload<Result>> {
  return builder.objectRef<BatchPayload<Result>>(name).implement({
    description: 'The results of a mutation of several records.',
    fields: (t) => ({
      results: t.field({
        type: [result],
        description: 'One result for each input, in the order of the inputs.',
        resolve: ({ results }) => [...results],
      }),
    }),
  });
}
