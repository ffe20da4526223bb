import { type CrmObject, crmObject, enumName } from '../../crm/objects.ts';
import { type PropertyChanges, pathOf } from './property-changes.ts';
import { associationPath, type CreateRead, RECORD, type UpsertRead } from './record-inputs.ts';
import type { ProblemContext } from './user-errors.ts';

// Each function finds the input fields that the problems of a mutation concern.

export function createProblems(
  type: CrmObject,
  { changes, associatedRecords }: CreateRead,
  hubId: number,
): ProblemContext {
  const pathTo = (index: number, field: 'id' | 'label') => (index < 0 ? null : associationPath(index, field));
  return {
    ...propertyProblems(type, changes, hubId),
    record: (id, hubspotType) =>
      pathTo(
        associatedRecords.findIndex(
          (associated) => associated.id === id && isType(crmObject(associated.objectType), hubspotType),
        ),
        'id',
      ),
    label: (label, to) =>
      pathTo(
        associatedRecords.findIndex((associated) => associated.label === label && associated.objectType === to),
        'label',
      ),
  };
}

export function updateProblems(type: CrmObject, changes: PropertyChanges, hubId: number): ProblemContext {
  return { ...propertyProblems(type, changes, hubId), record: () => RECORD };
}

export function upsertProblems(type: CrmObject, { idProperty, changes }: UpsertRead, hubId: number): ProblemContext {
  const paths = new Map([[idProperty, ['input', 'idValue']], ...changes.paths]);
  return propertyProblems(type, { ...changes, paths }, hubId);
}

export function archiveProblems(type: CrmObject, hubId: number): ProblemContext {
  return { type, hubId, property: () => null, record: () => RECORD, label: () => null };
}

function propertyProblems(type: CrmObject, changes: PropertyChanges, hubId: number): ProblemContext {
  return {
    type,
    hubId,
    property: (name) => pathOf(type, changes, name),
    record: () => null,
    label: () => null,
  };
}

/** HubSpot's problem can lack the record's type. */
function isType(type: CrmObject, hubspotType: string | undefined): boolean {
  return hubspotType === undefined || hubspotType === enumName(type);
}
