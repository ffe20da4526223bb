import { crmObject, type ObjectType } from './objects.ts';

/**
 * The id of the association type without a label, from one record type to another. The later object of a pair defines the
 * ids of both directions.
 */
export function plainTypeId(from: ObjectType, to: ObjectType): number {
  const id = crmObject(from).associations[to]?.[0] ?? crmObject(to).associations[from]?.[1];
  if (id === undefined) throw new TypeError(`No association type leads from ${from} to ${to}`);
  return id;
}
