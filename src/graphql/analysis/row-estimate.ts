import { type FieldNode, type GraphQLField, Kind, type ValueNode } from 'graphql';
import { MAX_PROPERTY_NAMES } from '../values/property-names.ts';
import { type ExecutableOperation, fieldsBelow, rootFields, type SelectedField } from './executable-operation.ts';
import { metadataOf } from './field-metadata.ts';
import { MAX_FIRST } from './page-sizes.ts';

export type Variables = Readonly<Record<string, unknown>>;

/** The analysis stops after this many fields, and returns infinity. */
const MAX_STEPS = 10_000;

/**
 * An upper bound of the rows in the answer of one portal: items of connections and values of `properties(names:)`.
 * Without `variables`, an argument with a variable counts as its largest value.
 */
export function estimateRows(operation: ExecutableOperation, variables?: Variables): number {
  let steps = 0;
  const below = (fields: readonly SelectedField[], parents: number): number => {
    // The object in the answer has one of these types. The type with the most rows counts.
    const byType = Map.groupBy(fields, ({ parent }) => parent);
    return Math.max(0, ...byType.values().map((ofType) => rowsOfObject(ofType, parents)));
  };
  // Fields with one name in the answer are one field there, with the selections of all: fragments often repeat a field.
  const rowsOfObject = (fields: readonly SelectedField[], parents: number): number => {
    const byName = Map.groupBy(fields, ({ node }) => node.alias?.value ?? node.name.value);
    return byName.values().reduce((sum, merged) => sum + rowsOf(merged, parents), 0);
  };
  const rowsOf = (merged: readonly SelectedField[], parents: number): number => {
    steps += merged.length;
    if (steps > MAX_STEPS) return Number.POSITIVE_INFINITY;
    // Validation has ensured that their arguments are the same.
    const items = merged[0] && itemsOf(merged[0], variables);
    const rows = parents * (items ?? 1);
    const selected = merged.flatMap((field) => fieldsBelow(operation, field));
    return (items === undefined ? 0 : rows) + below(selected, rows);
  };
  return below(rootFields(operation), 1);
}

/** The most items of a field that has the argument `first` or `names`; `undefined` for other fields. */
function itemsOf({ node, field }: SelectedField, variables: Variables | undefined): number | undefined {
  if (field.args.some(({ name }) => name === 'first')) return firstOf(node, field, variables);
  if (field.args.some(({ name }) => name === 'names')) return namesIn(argumentOf(node, 'names'), variables);
  return undefined;
}

function firstOf(node: FieldNode, field: GraphQLField<unknown, unknown>, variables: Variables | undefined): number {
  const max = metadataOf(field).reads === 'associations' ? MAX_FIRST.nested : MAX_FIRST.root;
  const argument = argumentOf(node, 'first');
  const fallback: unknown = field.args.find(({ name }) => name === 'first')?.defaultValue;
  const first = argument ? argumentValue(argument, variables, max) : fallback;
  if (typeof first === 'number') return Math.min(max, Math.max(0, first));
  // A missing value and null both mean the default.
  return first == null && typeof fallback === 'number' ? fallback : max;
}

function namesIn(argument: ValueNode | undefined, variables: Variables | undefined): number {
  const names = argument && argumentValue(argument, variables, undefined);
  const count = Array.isArray(names) ? names.length : MAX_PROPERTY_NAMES;
  return Math.min(count, MAX_PROPERTY_NAMES);
}

function argumentOf({ arguments: args = [] }: FieldNode, name: string): ValueNode | undefined {
  return args.find((argument) => argument.name.value === name)?.value;
}

/** The value of an integer, a list or a variable; `fallback` for a variable when `variables` are not known. */
function argumentValue(value: ValueNode, variables: Variables | undefined, fallback: unknown): unknown {
  if (value.kind === Kind.VARIABLE) return variables ? variables[value.name.value] : fallback;
  if (value.kind === Kind.INT) return Number(value.value);
  if (value.kind === Kind.LIST) return value.values;
  return undefined;
}
