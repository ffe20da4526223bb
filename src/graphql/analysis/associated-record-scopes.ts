import { type FieldNode, Kind, type ValueNode } from 'graphql';
import { CRM_OBJECTS, type CrmObject, enumName } from '../../crm/objects.ts';
import { readScopes, type ScopeRequirement } from '../../crm/scopes.ts';
import { literalAt } from './input-literals.ts';

/** What the associated records take that a filter on records of `type` asks about, as far as the document tells: no variables. */
export function associatedRecordScopes({ objectType }: CrmObject, node: FieldNode): readonly ScopeRequirement[] {
  const named = objectTypesIn(literalAt(node, ['filter']));
  return CRM_OBJECTS.filter((object) => named.includes(enumName(object)))
    .filter((associated) => associated.objectType !== objectType)
    .map((associated) => readScopes(objectType, associated.objectType));
}

/** `CONTACT` and its like: in a filter, associations alone have an `objectType`. */
function objectTypesIn(value: ValueNode | undefined): string[] {
  if (value?.kind === Kind.LIST) return value.values.flatMap(objectTypesIn);
  if (value?.kind !== Kind.OBJECT) return [];
  return value.fields.flatMap(({ name, value: held }) =>
    name.value === 'objectType' && held.kind === Kind.ENUM ? [held.value] : objectTypesIn(held),
  );
}
