import { MERGE_KEEPS_ID } from '../../assumptions.ts';
import type { Portal } from '../../portal.ts';
import { invalid, Refusal } from '../../refusal.ts';
import { OBJECT_TYPES, type ObjectTypeName } from '../object-types.ts';
import { requireEdit } from './record-rights.ts';
import type { StoredRecord } from './record-store.ts';

const TYPES = OBJECT_TYPES.map(({ name }) => name);
const MAX_IDENTITIES = 250;

/**
 * Merges two records into a new record. It has the values of the primary record, and those of the other record where the
 * primary one has none. Both ids find the new record. Throws HubSpot's error.
 * https://developers.hubspot.com/docs/guides/api/crm/objects/contacts#merge-contacts
 */
export function mergeRecords(
  portal: Portal,
  type: ObjectTypeName,
  primaryId: string,
  otherId: string,
  keepsId = MERGE_KEEPS_ID,
): StoredRecord {
  if (primaryId === otherId) throw invalid('A record cannot be merged with itself.');
  const [primary, other] = [live(portal, type, primaryId), live(portal, type, otherId)];
  const gone = keepsId ? [otherId] : [primaryId, otherId];
  const merged = [...mergedIds(primary), ...mergedIds(other), ...gone];
  if (merged.length > MAX_IDENTITIES) {
    throw new Refusal(414, { message: `Cannot have more than ${MAX_IDENTITIES} identities on a profile` });
  }
  // The creation time of the older record.
  const createdAt = Math.min(...[primary, other].map((record) => Date.parse(record.createdAt)));
  const survivor = keepsId ? primary : portal.create(type, {}, createdAt);
  portal.update(type, survivor, {
    ...combined(type, primary, other),
    hs_merged_object_ids: merged.join(';'),
    ...(type === 'contacts' && { hs_all_contact_vids: [survivor.id, ...merged].join(';') }),
  });
  for (const id of gone) portal.associations.move({ type, id }, { type, id: survivor.id }, TYPES);
  portal.store.supersede(type, gone, survivor);
  return survivor;
}

function live(portal: Portal, type: ObjectTypeName, id: string): StoredRecord {
  const record = portal.record(type, id);
  if (!record || record.archivedAt !== undefined) throw new Refusal(404, { message: 'resource not found' });
  requireEdit(portal, record);
  return record;
}

function mergedIds({ properties }: StoredRecord): readonly string[] {
  return properties.get('hs_merged_object_ids')?.split(';') ?? [];
}

/** The contact keeps the other address as an additional address. */
function combined(type: ObjectTypeName, primary: StoredRecord, other: StoredRecord): Record<string, string> {
  const both = { ...Object.fromEntries(other.properties), ...Object.fromEntries(primary.properties) };
  const { hs_object_id: _id, createdate: _date, ...values } = both;
  if (type !== 'contacts') return values;
  const addresses = [primary, other].flatMap(({ properties }) => [
    properties.get('email') ?? '',
    ...(properties.get('hs_additional_emails')?.split(';') ?? []),
  ]);
  const former = addresses.filter((address) => address !== '' && address !== values.email);
  return { ...values, hs_additional_emails: former.join(';') };
}
