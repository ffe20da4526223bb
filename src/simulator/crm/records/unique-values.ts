import type { Portal } from '../../portal.ts';
import { invalid, Refusal } from '../../refusal.ts';
import type { ObjectTypeFacts } from '../object-types.ts';
import type { StoredRecord } from './record-store.ts';

/**
 * Throws HubSpot's refusal when another record has a unique value that is written, or when a write before this one
 * claims it. `record` is the one that is written; there is none yet when it is new.
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
    const holder = portal.recordBy(type.name, name, value);
    if (holder && holder.id !== record?.id) throw taken(portal, type, { name, value }, record, holder.id);
    const claim = `${name}=${value.toLowerCase()}`;
    if (claimed.has(claim)) throw taken(portal, type, { name, value }, record);
    claimed.add(claim);
  }
}

/**
 * A new contact whose address is taken is a conflict; any other duplicate is invalid, and names the id that the new
 * record would have had.
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
