import type { ObjectType } from '../../crm/objects.ts';
import { writeScopes } from '../../crm/scopes.ts';
import type { GatewayError } from '../../errors.ts';
import { parseBatchFailures } from '../batch-failures.ts';
import type { HubspotApi } from '../client.ts';
import { type BatchInput, type BatchResult, batchResults, notUnderstood } from './batch-results.ts';
import { presentAssociations } from './record-writes.ts';

// HubSpot writes up to `MAX_BATCH` records in one call. https://developers.hubspot.com/docs/guides/api/crm/using-object-apis

export type BatchVerb = 'create' | 'update' | 'upsert';

/**
 * `POST /crm/objects/{version}/{objectType}/batch/{verb}`. Every input has an `objectWriteTraceId`: HubSpot then writes the
 * valid inputs, and answers 207 with the errors of the others. Some invalid inputs make it refuse the whole batch instead,
 * such as those of upserts by e-mail address. https://developers.hubspot.com/docs/api-reference/error-handling
 * @returns the result of each input
 * @throws HubspotRefusalError when HubSpot refused the whole batch and wrote nothing
 */
export async function writeBatch(
  api: HubspotApi,
  objectType: ObjectType,
  verb: BatchVerb,
  inputs: readonly BatchInput[],
): Promise<(input: BatchInput) => BatchResult> {
  const { body } = await api.send({
    name: `${objectType}.batch${NAMES[verb]}`,
    method: 'POST',
    path: `/crm/objects/${api.version}/${objectType}/batch/${verb}`,
    body: {
      inputs: inputs.map(({ traceId, id, idProperty, properties, associations = [] }) => ({
        ...(id !== undefined && { id }),
        ...(idProperty !== undefined && { idProperty }),
        properties,
        ...presentAssociations(associations),
        objectWriteTraceId: traceId,
      })),
    },
    scopes: writeScopes(objectType),
  });
  return batchResults(body, inputs);
}

const NAMES = { create: 'Create', update: 'Update', upsert: 'Upsert' } as const satisfies Record<BatchVerb, string>;

/**
 * `POST /crm/objects/{version}/{objectType}/batch/archive` moves records to the recycle bin. It succeeds for ids without a
 * record.
 * @returns the failure of each id; `undefined` when it succeeded
 * @throws HubspotRefusalError when HubSpot refused the whole batch
 */
export async function archiveBatch(
  api: HubspotApi,
  objectType: ObjectType,
  ids: readonly string[],
): Promise<(id: string) => GatewayError | undefined> {
  const { body } = await api.send({
    name: `${objectType}.batchArchive`,
    method: 'POST',
    path: `/crm/objects/${api.version}/${objectType}/batch/archive`,
    body: { inputs: ids.map((id) => ({ id })) },
    scopes: writeScopes(objectType),
  });
  if (body !== undefined && (typeof body !== 'object' || body === null || Array.isArray(body))) throw notUnderstood();
  return parseBatchFailures(body).failureOf;
}
