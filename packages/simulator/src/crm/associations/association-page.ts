import type { Portal } from '../../portal.ts';
import type { ObjectTypeName } from '../object-types.ts';
import type { Association } from './association-store.ts';

export interface AssociationPage {
  readonly page: readonly Association[];
  /** Present only when more records follow. */
  readonly paging?: { readonly next: { readonly after: string } };
}

/** A page of a record's associated records that begins at the id `start`. */
export function associationPage(
  portal: Portal,
  from: { readonly type: ObjectTypeName; readonly id: string },
  to: ObjectTypeName,
  { limit, start = 0 }: { limit: number; start?: number },
): AssociationPage {
  const rest = portal.associatedRecords(from.type, from.id, to).filter(([associated]) => Number(associated) >= start);
  const next = rest[limit]?.[0];
  return {
    page: rest.slice(0, limit),
    ...(next !== undefined && { paging: { next: { after: Buffer.from(next).toString('base64') } } }),
  };
}

/** Decodes an opaque cursor: the first id of the page in base64. `undefined` for an invalid cursor. */
export function parseCursor(after: string | undefined): number | undefined {
  if (after === undefined) return 0;
  const id = Buffer.from(after, 'base64').toString();
  return /^\d+$/.test(id) ? Number(id) : undefined;
}
