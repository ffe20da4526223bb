import { type FieldNode, type GraphQLField, Kind, type ValueNode } from 'graphql';
import { MAX_PROPERTY_NAMES } from '../values/property-names.ts';
import { type ExecutableOperation, fieldsBelow, rootFields, type SelectedField } from './executable-operation.ts';
import { metadataOf } from './field-metadata.ts';
import { MAX_FIRST } from './page-sizes.ts';

export type Variables = Readonly<Record<string, unknown>>;

/** A document that takes more steps to look through may answer with any number of rows. */
const MAX_STEPS = 10_000;

/**
 * An upper bound of the rows that the operation may answer with in one portal: items of connections and values of
 * `properties(names:)`, known from the arguments alone. Without `variables`, those that stand in one count as the most
 * that there may be.
 */
export function estimateRows(operation: ExecutableOperation, variables?: Variables): number {
  let steps = 0;
  const below = (fields: readonly SelectedField[], parents: number): number => {
    // An answer has one of these types: the type with the most rows counts.
    const byType = new Map<string, number>();
    for (const selected of fields) {
      const { name } = selected.parent;
      byType.set(name, (byType.get(name) ?? 0) + rowsOf(selected, parents));
    }
    return Math.max(0, ...byType.values());
  };
  const rowsOf = (selected: SelectedField, parents: number): number => {
    steps += 1;
    if (steps > MAX_STEPS) return Number.POSITIVE_INFINITY;
    const items = itemsOf(selected, variables);
    const rows = parents * (items ?? 1);
    return (items === undefined ? 0 : rows) + below(fieldsBelow(operation, selected), rows);
  };
  return below(rootFields(operation), 1);
}

/** How many items the field may have at most; `undefined` for one that is no list of what its arguments ask for. */
function itemsOf({ node, field }: SelectedField, variables: Variables | undefined): number | undefined {
  if (field.args.some(({ name }) => name === 'first')) return firstOf(node, field, variables);
  if (field.args.some(({ name }) => name === 'names')) return namesIn(argumentOf(node, 'names'), variables);
  return undefined;
}

function firstOf(node: FieldNode, field: GraphQLField<unknown, unknown>, variables: Variables | undefined): number {
  const most = metadataOf(field).reads === 'associations' ? MAX_FIRST.nested : MAX_FIRST.root;
  const argument = argumentOf(node, 'first');
  const fallback: unknown = field.args.find(({ name }) => name === 'first')?.defaultValue;
  const asked = argument ? askedFor(argument, variables, most) : fallback;
  if (typeof asked === 'number') return Math.min(most, Math.max(0, asked));
  // A value that is left out, or null, means the default.
  return asked == null && typeof fallback === 'number' ? fallback : most;
}

function namesIn(argument: ValueNode | undefined, variables: Variables | undefined): number {
  const names = argument && askedFor(argument, variables, undefined);
  const count = Array.isArray(names) ? names.length : MAX_PROPERTY_NAMES;
  return Math.min(count, MAX_PROPERTY_NAMES);
}

function argumentOf({ arguments: args = [] }: FieldNode, name: string): ValueNode | undefined {
  return args.find((argument) => argument.name.value === name)?.value;
}

/** The argument as far as it says how many; `unknown` for a variable of which nothing is known. */
function askedFor(value: ValueNode, variables: Variables | undefined, unknown: unknown): unknown {
  if (value.kind === Kind.VARIABLE) return variables ? variables[value.name.value] : unknown;
  if (value.kind === Kind.INT) return Number(value.value);
  if (value.kind === Kind.LIST) return value.values;
  return undefined;
}
