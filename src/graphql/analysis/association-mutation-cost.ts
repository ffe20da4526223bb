import { type FieldNode, Kind, type ValueNode } from 'graphql';
import { CRM_OBJECTS, type CrmObject, enumName } from '../../crm/objects.ts';
import { readScopes, type ScopeRequirement, writeScopes } from '../../crm/scopes.ts';
import { below, entriesOf, literalAt } from './input-literals.ts';

// What writes of associations take, as far as a document tells: labels are looked up by name, and those that are there
// are read before others are added.

/** Reading the labels of new associations takes the read scopes of both ends. */
export function scopesOfCreate(type: CrmObject, node: FieldNode): readonly ScopeRequirement[] {
  return entriesOf(literalAt(node, ['input', 'associations'])).flatMap((entry) => {
    const to = typeOf(below(entry, 'objectType'));
    return to && below(entry, 'label')?.kind === Kind.STRING ? [readScopes(type.objectType, to.objectType)] : [];
  });
}

/** One for the record, and one for the labels of each type of associated record. */
export function callsOfCreate(node: FieldNode): number {
  const labelled = entriesOf(literalAt(node, ['input', 'associations'])).flatMap((entry) =>
    mayBeGiven(entry.kind === Kind.VARIABLE ? entry : below(entry, 'label'))
      ? (typeOf(below(entry, 'objectType'))?.typename ?? CRM_OBJECTS.map(({ typename }) => typename))
      : [],
  );
  return 1 + new Set(labelled).size;
}

/** Both ends are written; with labels they are read, too. */
export function scopesOfAssociation(node: FieldNode): readonly ScopeRequirement[] {
  const [from, to] = ['from', 'to'].map((end) => typeOf(literalAt(node, ['input', end, 'objectType'])));
  if (!from || !to) return [];
  const ends = [from.objectType, to.objectType];
  const labels = entriesOf(literalAt(node, ['input', 'labels']));
  return labels.some(({ kind }) => kind === Kind.STRING)
    ? [writeScopes(...ends), readScopes(...ends)]
    : [writeScopes(...ends)];
}

/** The labels that are there are found among all of a record's associations, however many pages they fill. */
export function callsOfAssociate(node: FieldNode): number {
  return hasLabels(node) ? Number.POSITIVE_INFINITY : 1;
}

export function callsOfDissociate(node: FieldNode): number {
  return hasLabels(node) ? 2 : 1;
}

function hasLabels(node: FieldNode): boolean {
  return entriesOf(literalAt(node, ['input', 'labels'])).length > 0;
}

function mayBeGiven(value: ValueNode | undefined): boolean {
  return value !== undefined && value.kind !== Kind.NULL;
}

/** `CONTACT` and its like. */
function typeOf(value: ValueNode | undefined): CrmObject | undefined {
  return value?.kind === Kind.ENUM ? CRM_OBJECTS.find((type) => enumName(type) === value.value) : undefined;
}
