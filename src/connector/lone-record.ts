import { isGatewayError } from '../errors.ts';
import type { HubspotApi } from '../hubspot/client.ts';
import {
  getRecord,
  type HubspotRecord,
  MAX_URL_CHARACTERS,
  type ObjectType,
  type RecordOptions,
  recordPath,
} from '../hubspot/objects.ts';

/**
 * One record with its neighbours inline: a call less than a batch read and one of associations, and a round trip less.
 * `undefined` where HubSpot refuses it: the batch read then tells what is absent, and what of the record alone is refused.
 */
export async function readLoneRecord(
  api: HubspotApi,
  objectType: ObjectType,
  id: string,
  options: RecordOptions,
): Promise<HubspotRecord | undefined> {
  if (IS_DOTS.test(id) || recordPath(api, objectType, id, options).length > MAX_URL_CHARACTERS) return undefined;
  try {
    return await getRecord(api, objectType, id, options);
  } catch (error) {
    if (mayDoAsBatch(error)) return undefined;
    throw error;
  }
}

/** Not a name but a direction, wherever it stands in a path: RFC 3986 § 5.2.4. No encoding helps. */
const IS_DOTS = /^\.{1,2}$/;

/** The scope of a neighbour, too, may be what is missing. */
function mayDoAsBatch(error: unknown): boolean {
  return (['HUBSPOT_BAD_REQUEST', 'HUBSPOT_FORBIDDEN', 'MISSING_SCOPES'] as const).some((code) =>
    isGatewayError(error, code),
  );
}
