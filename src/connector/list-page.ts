import type { ObjectType } from '../crm/objects.ts';
import type { HubspotApi } from '../hubspot/client.ts';
import {
  batchReadRecords,
  type ListOptions,
  listPath,
  listRecords,
  MAX_URL_CHARACTERS,
  type RecordPage,
} from '../hubspot/crm/objects.ts';

/**
 * Reads a page of a list. If the property names are too long for a URL, a second call reads the properties by the ids of
 * the page. Records that were deleted in between are left out.
 */
export async function readListPage(api: HubspotApi, objectType: ObjectType, options: ListOptions): Promise<RecordPage> {
  if (listPath(api, objectType, options).length <= MAX_URL_CHARACTERS) return listRecords(api, objectType, options);
  const { properties, archived } = options;
  const { records: listed, next } = await listRecords(api, objectType, { ...options, properties: [] });
  if (listed.length === 0) return { records: listed, next };
  const ids = listed.map(({ id }) => id);
  const { records: read, failureOf } = await batchReadRecords(api, objectType, { ids, properties, archived });
  const found = new Map(read.map((record) => [record.id, record]));
  const records = listed.flatMap(({ id, associations }) => {
    const record = found.get(id);
    if (record) return [{ ...record, ...(associations && { associations }) }];
    const failure = failureOf(id);
    if (failure) throw failure;
    return [];
  });
  return { records, next };
}
