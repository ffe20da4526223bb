import { type FieldNode, Kind, type ValueNode } from 'graphql';
import { CRM_OBJECTS, type CrmObject, enumName } from '../../crm/objects.ts';
import { readScopes, type ScopeRequirement } from '../../crm/scopes.ts';
import { literalAt } from './input-literals.ts';

/**
 * The scopes for the associated records that the argument `filter` names, when the filter searches records of the
 * given type. Variables in the filter are ignored: their values are not in the document.
 */
export function associatedRecordScopes({ objectType }: CrmObject, node: FieldNode): readonly ScopeRequirement[] {
  const filteredTypes = objectTypesIn(literalAt(node, ['filter']));
  return CRM_OBJECTS.filter((object) => filteredTypes.includes(enumName(object)))
    .filter((associated) => associated.objectType !== objectType)
    .map((associated) => readScopes(objectType, associated.objectType));
}

/** Enum values such as `CONTACT`. In a filter, only conditions on associations have the field `objectType`. */
function objectTypesIn(value: ValueNode | undefined): string[] {
  if (value?.kind === Kind.LIST) return value.values.flatMap(objectTypesIn);
  if (value?.kind !== Kind.OBJECT) return [];
  return value.fields.flatMap((field) =>
    field.name.value === 'objectType' && field.value.kind === Kind.ENUM
      ? [field.value.value]
      : objectTypesIn(field.value),
  );
}
