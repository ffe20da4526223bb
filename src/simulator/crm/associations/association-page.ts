import type { Portal } from '../../portal.ts';
import type { ObjectTypeName } from '../object-types.ts';
import type { Association } from './association-store.ts';

export interface AssociationPage {
  readonly page: readonly Association[];
  /** Only when there is more. */
  readonly paging?: { readonly next: { readonly after: string } };
}

/** A page of a record's associated records from the id `start` on. */
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

/** The cursor is opaque, as HubSpot's is: the id to start at in base64. `undefined` for a cursor of nobody's. */
export function parseCursor(after: string | undefined): number | undefined {
  if (after === undefined) return 0;
  const id = Buffer.from(after, 'base64').toString();
  return /^\d+$/.test(id) ? Number(id) : undefined;
}
