import { z } from 'zod';
import type { Portal } from '../../portal.ts';
import { invalid, type Refusal } from '../../refusal.ts';
import { factsOf, type ObjectTypeName } from '../object-types.ts';
import type { RecordRef } from './association-store.ts';
import type { AssociationSpec, AssociationType } from './association-types.ts';

const MESSAGE = 'One or more associations are invalid';

/** The association types in a body. */
export const associationSpecs = z.array(z.object({ associationCategory: z.string(), associationTypeId: z.int() }));

/**
 * Throws HubSpot's error when the user of the token may not edit associations: a 400, from version 2026-09 on.
 * https://developers.hubspot.com/changelog/crm-api-write-validation-enforcement
 */
export function requireEditAssociations({ person }: Portal): void {
  if (person && !person.rights.editAssociations) throw invalid("Missing 'Edit Associations' permission.");
}

/** Throws HubSpot's error when one of these records does not exist. */
export function requireRecords(portal: Portal, ...ends: readonly RecordRef[]): void {
  const missing = ends.filter(({ type, id }) => {
    const record = portal.record(type, id);
    return !record || record.archivedAt !== undefined;
  });
  if (missing.length === 0) return;
  const names = missing.map(({ type }) => factsOf(type).singular.toUpperCase());
  throw invalid(MESSAGE, {
    INVALID_OBJECT_IDS: missing.map(({ id }, index) => `${names[index]}=${id} is not valid`),
    objectId: missing.map(({ id }) => id),
    objectType: names,
  });
}

/** The association types of a request. Throws HubSpot's error for a type between other object types. */
export function requireTypes(
  portal: Portal,
  specs: readonly AssociationSpec[],
  from: ObjectTypeName,
  to?: ObjectTypeName,
): readonly AssociationType[] {
  return specs.map((spec) => {
    const type = portal.associations.types.find(spec);
    if (!type) throw unknownType(spec);
    if (type.from !== from) throw wrongEnd('from', type, from);
    if (to !== undefined && type.to !== to) throw wrongEnd('to', type, to);
    return type;
  });
}

export function unknownType({ associationCategory, associationTypeId }: AssociationSpec): Refusal {
  const spec = `${associationCategory}=${associationTypeId}`;
  return invalid(MESSAGE, {
    associationSpec: [spec],
    INVALID_ASSOCIATION_TYPE_ID: [`${spec} is not a valid association definition id`],
  });
}

/** A type id applies to one direction only. */
function wrongEnd(end: 'from' | 'to', type: AssociationType, actual: ObjectTypeName): Refusal {
  const [given, expected] = [factsOf(actual).typeId, factsOf(type[end]).typeId];
  return invalid(`invalid ${end} object type ${given} for associations to be created. expected: ${expected}`);
}
