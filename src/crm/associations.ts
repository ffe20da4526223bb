import { byObjectType, crmObject, type ObjectType } from './objects.ts';

const PLAIN_TYPE_IDS = byObjectType(({ objectType: from }) =>
  byObjectType(({ objectType: to }) => statedTypeId(from, to)),
);

/** The id of the association type without a label that leads from one type of record to another. */
export function plainTypeId(from: ObjectType, to: ObjectType): number {
  return PLAIN_TYPE_IDS[from][to];
}

/** A pair is stated with the later one of its objects. */
function statedTypeId(from: ObjectType, to: ObjectType): number {
  const id = crmObject(from).associations[to]?.[0] ?? crmObject(to).associations[from]?.[1];
  if (id === undefined) throw new TypeError(`No association type leads from ${from} to ${to}`);
  return id;
}
