import { type FieldNode, Kind, type ValueNode } from 'graphql';
import { CRM_OBJECTS, type CrmObject, enumName } from '../../crm/objects.ts';
import { readScopes, type ScopeRequirement, writeScopes } from '../../crm/scopes.ts';
import { below, entriesOf, literalAt } from './input-literals.ts';

// Scopes and calls that a field needs because of the literals in its arguments.

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

// Labels cost extra calls: the gateway looks up each label by name, and reads the existing labels of an association
// before it adds new ones.

/** The read scopes of both object types when a new association has a label. The gateway reads the label definitions. */
export function scopesOfCreate(type: CrmObject, node: FieldNode): readonly ScopeRequirement[] {
  return labelScopes(type, entriesOf(literalAt(node, ['input', 'associations'])));
}

/** The scopes to look up the labels in entries of `associations` of new records. */
export function labelScopes(type: CrmObject, associations: readonly ValueNode[]): readonly ScopeRequirement[] {
  return associations.flatMap((entry) => {
    const to = typeOf(below(entry, 'objectType'));
    return to && below(entry, 'label')?.kind === Kind.STRING ? [readScopes(type.objectType, to.objectType)] : [];
  });
}

/** One call for the record, and one for the labels of each associated object type. */
export function callsOfCreate(node: FieldNode): number {
  return 1 + labelledTypes(entriesOf(literalAt(node, ['input', 'associations']))).size;
}

/** The object types whose labels entries of `associations` may name. */
export function labelledTypes(associations: readonly ValueNode[]): ReadonlySet<string> {
  const typenames = associations.flatMap((entry) =>
    mayHaveValue(entry.kind === Kind.VARIABLE ? entry : below(entry, 'label'))
      ? (typeOf(below(entry, 'objectType'))?.typename ?? CRM_OBJECTS.map(({ typename }) => typename))
      : [],
  );
  return new Set(typenames);
}

/** The write scopes of both object types, and with labels also their read scopes. */
export function scopesOfAssociation(node: FieldNode): readonly ScopeRequirement[] {
  const [from, to] = ['from', 'to'].map((end) => typeOf(literalAt(node, ['input', end, 'objectType'])));
  if (!from || !to) return [];
  const ends = [from.objectType, to.objectType];
  const labels = entriesOf(literalAt(node, ['input', 'labels']));
  return labels.some(({ kind }) => kind === Kind.STRING)
    ? [writeScopes(...ends), readScopes(...ends)]
    : [writeScopes(...ends)];
}

/** Unlimited with labels: the gateway reads all pages of the record's associations to find the existing labels. */
export function callsOfAssociate(node: FieldNode): number {
  return hasLabels(node) ? Number.POSITIVE_INFINITY : 1;
}

export function callsOfDissociate(node: FieldNode): number {
  return hasLabels(node) ? 2 : 1;
}

function hasLabels(node: FieldNode): boolean {
  return entriesOf(literalAt(node, ['input', 'labels'])).length > 0;
}

function mayHaveValue(value: ValueNode | undefined): boolean {
  return value !== undefined && value.kind !== Kind.NULL;
}

/** The CRM object of an enum value such as `CONTACT`. */
export function typeOf(value: ValueNode | undefined): CrmObject | undefined {
  return value?.kind === Kind.ENUM ? CRM_OBJECTS.find((type) => enumName(type) === value.value) : undefined;
}
