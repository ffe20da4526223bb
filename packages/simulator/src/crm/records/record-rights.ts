import { EDIT_REFUSED } from '../../assumptions.ts';
import type { Portal } from '../../portal.ts';
import { Refusal } from '../../refusal.ts';
import type { ObjectTypeName } from '../object-types.ts';
import type { StoredRecord } from './record-store.ts';

/** Throws HubSpot's error when the person of a user-level token may view this record, but not edit it. */
export function requireEdit(portal: Portal, record: StoredRecord): void {
  if (!portal.within('edit')(record)) throw new Refusal(EDIT_REFUSED.status, EDIT_REFUSED.body);
}

/** Moves records to the recycle bin, all or none. Missing records, also those that the person may not view, are left out. */
export function archiveAll(portal: Portal, type: ObjectTypeName, ids: readonly string[]): void {
  const records = ids.map((id) => portal.record(type, id)).filter((record) => record !== undefined);
  for (const record of records) requireEdit(portal, record);
  for (const { id } of records) portal.archive(type, id);
}
