import { type FieldNode, Kind, type ValueNode } from 'graphql';
import type { ScopeRequirement } from '../hubspot/scope-set.ts';
import { literalAt } from './input-literals.ts';
import { RECORD_TYPES, type RecordType } from './record-types.ts';
import { readable } from './scopes.ts';

/** What the neighbours take that a filter on records of `type` asks about, as far as the document tells: no variables. */
export function neighbourScopes({ objectType }: RecordType, node: FieldNode): readonly ScopeRequirement[] {
  const named = objectTypesIn(literalAt(node, ['filter']));
  return RECORD_TYPES.filter(({ typename }) => named.includes(typename.toUpperCase()))
    .filter((neighbour) => neighbour.objectType !== objectType)
    .map((neighbour) => readable(objectType, neighbour.objectType));
}

/** `CONTACT` and its like: in a filter, associations alone have an `objectType`. */
function objectTypesIn(value: ValueNode | undefined): string[] {
  if (value?.kind === Kind.LIST) return value.values.flatMap(objectTypesIn);
  if (value?.kind !== Kind.OBJECT) return [];
  return value.fields.flatMap(({ name, value: held }) =>
    name.value === 'objectType' && held.kind === Kind.ENUM ? [held.value] : objectTypesIn(held),
  );
}
