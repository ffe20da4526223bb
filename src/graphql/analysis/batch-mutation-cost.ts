import { type FieldNode, Kind, type ValueNode } from 'graphql';
import type { CrmObject } from '../../crm/objects.ts';
import { type ScopeRequirement, writeScopes } from '../../crm/scopes.ts';
import { labelledTypes, labelScopes, typeOf } from './argument-needs.ts';
import { below, entriesOf, literalAt } from './input-literals.ts';
import { MAX_INPUTS } from './page-sizes.ts';

// Scopes and calls of mutations that write several records, from the literals of a document.

/** The scopes of the associated records of all inputs, and those to look up labels. */
export function scopesOfCreates(type: CrmObject, node: FieldNode): readonly ScopeRequirement[] {
  return inputsOf(node).flatMap((input) => {
    const associations = entriesOf(below(input, 'associations'));
    const associated = associations.flatMap((entry) => typeOf(below(entry, 'objectType'))?.objectType ?? []);
    return [...associated.map((to) => writeScopes(type.objectType, to)), ...labelScopes(type, associations)];
  });
}

/** The calls of the batch, and one for the labels of each associated object type. */
export function callsOfCreates(node: FieldNode): number {
  const associations = inputsOf(node).flatMap((input) =>
    input.kind === Kind.VARIABLE ? input : entriesOf(below(input, 'associations')),
  );
  return callsOfBatch(node) + labelledTypes(associations).size;
}

/**
 * One call, unless HubSpot refuses the batch as a whole without naming the invalid inputs. Then each half is a call, and each
 * half of a refused half.
 */
export function callsOfBatch(node: FieldNode): number {
  return Math.max(1, 2 * countOfInputs(node) - 1);
}

/** The most inputs of the mutation. */
export function countOfInputs(node: FieldNode): number {
  const value = literalAt(node, ['inputs']) ?? literalAt(node, ['ids']);
  return value?.kind === Kind.VARIABLE ? MAX_INPUTS : Math.min(entriesOf(value).length, MAX_INPUTS);
}

function inputsOf(node: FieldNode): readonly ValueNode[] {
  return entriesOf(literalAt(node, ['inputs']));
}
