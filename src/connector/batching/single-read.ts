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
 * Reads one record with its associations in one call, instead of a batch read and an association read. Resolves with
 * `undefined` when HubSpot refuses that: a batch read of the record then tells whether the record or only its
 * associations are the cause.
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
    if (canReadAsBatch(error)) return undefined;
    throw error;
  }
}

/** Reads the record with one name in a call of its own, so that the answer belongs to that name whatever its id. */
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
  return !DOT_SEGMENT.test(id) && recordPath(api, objectType, id, options).length <= MAX_URL_CHARACTERS;
}

/** Dot segments of a path, which URL parsers resolve even when they are encoded (RFC 3986 § 5.2.4). */
const DOT_SEGMENT = /^\.{1,2}$/;

/** True for errors that the associations can have caused, for example by a missing scope of their object type. */
function canReadAsBatch(error: unknown): boolean {
  if (error instanceof GrantShrunkError) return false;
  return (['HUBSPOT_BAD_REQUEST', 'HUBSPOT_FORBIDDEN', 'MISSING_SCOPES'] as const).some((code) =>
    isGatewayError(error, code),
  );
}
