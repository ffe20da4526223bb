import type { ObjectType } from '../../crm/objects.ts';
import { writeScopes } from '../../crm/scopes.ts';
import type { HubspotApi } from '../client.ts';
import { HubspotRefusalError } from '../hubspot-refusal-error.ts';
import { parseWritten, type WrittenRecord } from './record-writes.ts';

/** The two records of a merge. */
export interface Merge {
  /** The record whose values remain. */
  readonly primaryId: string;
  /** The record that is merged into it. */
  readonly mergedId: string;
}

/**
 * `POST /crm/objects/{version}/{objectType}/merge`. HubSpot answers with the remaining record. It has a new id, or that of
 * the primary record in accounts with "Primary ID Preservation".
 * @throws HubspotRefusalError
 */
export async function mergeRecords(
  api: HubspotApi,
  objectType: ObjectType,
  { primaryId, mergedId }: Merge,
): Promise<WrittenRecord> {
  try {
    const { body } = await api.send({
      name: `${objectType}.merge`,
      method: 'POST',
      path: `/crm/objects/${api.version}/${objectType}/merge`,
      body: { primaryObjectId: primaryId, objectIdToMerge: mergedId },
      scopes: writeScopes(objectType),
    });
    return { record: parseWritten(body), isNew: false, warnings: [] };
  } catch (error) {
    throw isTooManyIdentities(error) ? tooManyIdentities(error) : error;
  }
}

/** https://developers.hubspot.com/docs/api-reference/error-handling: also the answer to a URL that is too long. */
const TOO_MANY_IDENTITIES = 414;

function isTooManyIdentities(error: unknown): error is HubspotRefusalError {
  return error instanceof HubspotRefusalError && error.extensions.hubspot?.status === TOO_MANY_IDENTITIES;
}

function tooManyIdentities({ message, extensions }: HubspotRefusalError): HubspotRefusalError {
  const sentence =
    'HubSpot does not merge these records, because together they come from more than 250 merged records.';
  return new HubspotRefusalError(message, extensions, [
    {
      kind: 'invalid',
      property: undefined,
      code: undefined,
      message: sentence,
      options: undefined,
      requiredBy: undefined,
    },
  ]);
}

/** The record to delete: by its id, or by the value of a unique property. */
export interface DeletionTarget {
  readonly id: string;
  /** Absent: `id` is a record id. */
  readonly idProperty?: string;
}

/**
 * `POST /crm/objects/{version}/{objectType}/gdpr-delete` deletes a record permanently. With an e-mail address that no
 * contact has, HubSpot blocks the address: no contact can be created with it.
 * https://developers.hubspot.com/docs/guides/api/crm/objects/contacts
 * @throws HubspotRefusalError
 */
export async function deleteForPrivacy(
  api: HubspotApi,
  objectType: ObjectType,
  { id, idProperty }: DeletionTarget,
): Promise<void> {
  await api.send({
    name: `${objectType}.gdprDelete`,
    method: 'POST',
    path: `/crm/objects/${api.version}/${objectType}/gdpr-delete`,
    body: { objectId: id, ...(idProperty !== undefined && { idProperty }) },
    scopes: writeScopes(objectType),
  });
}
