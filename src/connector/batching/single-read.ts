import type { ObjectType } from '../../crm/objects.ts';
import { isGatewayError } from '../../errors.ts';
import { NO_FAILURES } from '../../hubspot/batch-failures.ts';
import type { HubspotApi } from '../../hubspot/client.ts';
import {
  batchReadRecords,
  getRecord,
  type HubspotRecord,
  MAX_URL_CHARACTERS,
  type RecordBatch,
  type RecordOptions,
  recordPath,
} from '../../hubspot/crm/objects.ts';
import { GrantShrunkError } from '../middleware/recheck-grant.ts';

/**
 * One record with its associated records inline: a call less than a batch read and one of associations, and a round trip less.
 * `undefined` where HubSpot refuses it: the batch read then tells what is absent, and what of the record alone is refused.
 */
export async function readSingleRecord(
  api: HubspotApi,
  objectType: ObjectType,
  id: string,
  options: RecordOptions,
): Promise<HubspotRecord | undefined> {
  if (!fitsUrl(api, objectType, id, options)) return undefined;
  try {
    return await getRecord(api, objectType, id, options);
  } catch (error) {
    if (mayDoAsBatch(error)) return undefined;
    throw error;
  }
}

/** Reads one name alone. The record in the answer belongs to that name, under any id. */
export async function readByAnyName(
  api: HubspotApi,
  objectType: ObjectType,
  id: string,
  options: RecordOptions,
): Promise<RecordBatch> {
  if (!fitsUrl(api, objectType, id, options)) return batchReadRecords(api, objectType, { ...options, ids: [id] });
  try {
    return { records: [await getRecord(api, objectType, id, options)], ...NO_FAILURES };
  } catch (error) {
    if (!isGatewayError(error, 'HUBSPOT_BAD_REQUEST') || error.extensions.hubspot?.status !== 404) throw error;
    return { records: [], ...NO_FAILURES };
  }
}

function fitsUrl(api: HubspotApi, objectType: ObjectType, id: string, options: RecordOptions): boolean {
  return !IS_DOTS.test(id) && recordPath(api, objectType, id, options).length <= MAX_URL_CHARACTERS;
}

/** Not a name but a direction, wherever it stands in a path: RFC 3986 § 5.2.4. No encoding helps. */
const IS_DOTS = /^\.{1,2}$/;

/** The scope of a associated record, too, may be what is missing. */
function mayDoAsBatch(error: unknown): boolean {
  if (error instanceof GrantShrunkError) return false;
  return (['HUBSPOT_BAD_REQUEST', 'HUBSPOT_FORBIDDEN', 'MISSING_SCOPES'] as const).some((code) =>
    isGatewayError(error, code),
  );
}
