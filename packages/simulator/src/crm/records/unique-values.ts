import type { Portal } from '../../portal.ts';
import { invalid, Refusal } from '../../refusal.ts';
import type { ObjectTypeFacts } from '../object-types.ts';
import type { StoredRecord } from './record-store.ts';

/**
 * Throws HubSpot's error when another record, or an earlier write of the batch, has a unique value of this write.
 * `record` is the updated record; `undefined` for a new one.
 */
export function requireFree(
  portal: Portal,
  type: ObjectTypeFacts,
  values: Readonly<Record<string, string>>,
  record: StoredRecord | undefined,
  claimed: Set<string>,
): void {
  for (const [name, value] of Object.entries(values)) {
    if (value === '' || !portal.definition(type.name, name)?.hasUniqueValue) continue;
    const holder = portal.store.getBy(type.name, name, value);
    if (holder && holder.id !== record?.id) throw taken(portal, type, { name, value }, record, holder.id);
    const claim = `${name}=${value.toLowerCase()}`;
    if (claimed.has(claim)) throw taken(portal, type, { name, value }, record);
    claimed.add(claim);
  }
}

/**
 * A duplicate address of a new contact is a conflict. Any other duplicate is a validation error with the id of the
 * refused record.
 */
function taken(
  { hubId, store }: Portal,
  { name: typeName, singular }: ObjectTypeFacts,
  { name, value }: { readonly name: string; readonly value: string },
  record: StoredRecord | undefined,
  holder?: string,
): Refusal {
  if (name === 'email' && typeName === 'contacts' && !record) {
    const message = holder === undefined ? 'Contact already exists' : `Contact already exists. Existing ID: ${holder}`;
    return new Refusal(409, { message, category: 'CONFLICT' }, holder === undefined ? {} : { existingId: [holder] });
  }
  const objectType = `ObjectTypeId{legacyObjectType=${singular.toUpperCase()}}`;
  const coordinates = `{portalId=${hubId}, objectTypeId=${objectType}, propertyName=${name}, value=${value}}`;
  const id = record?.id ?? store.reserveId(typeName);
  return invalid(
    `Cannot set PropertyValueCoordinates${coordinates} on ${id}. ${holder ?? 'Another one'} already has that value.`,
  );
}
