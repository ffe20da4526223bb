import { crmObject, type ObjectType } from './objects.ts';

/**
 * The id of the association type without a label that leads from one type of record to another. A pair is stated with
 * the later one of its objects.
 */
export function plainTypeId(from: ObjectType, to: ObjectType): number {
  const id = crmObject(from).associations[to]?.[0] ?? crmObject(to).associations[from]?.[1];
  if (id === undefined) throw new TypeError(`No association type leads from ${from} to ${to}`);
  return id;
}
