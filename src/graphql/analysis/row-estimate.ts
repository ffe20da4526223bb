import { valueFromASTUntyped } from 'graphql';
import { MAX_PROPERTY_NAMES } from '../values/property-names.ts';
import { metadataOf } from './field-metadata.ts';
import { type SelectedField, treeOf, type Variables } from './field-tree.ts';
import { literalAt } from './input-literals.ts';
import type { ExecutableOperation } from './operations.ts';
import { pageSizeOf } from './page-sizes.ts';

/** The analysis stops after this many selections, and returns infinity. */
const MAX_STEPS = 10_000;

/**
 * An upper bound of the rows in the answer of one portal: items of connections and values of `properties(names:)`.
 * Without `variables`, an argument with a variable counts as its largest value.
 */
export function estimateRows(operation: ExecutableOperation, variables?: Variables): number {
  const values = variables && { ...defaultsOf(operation), ...variables };
  let steps = 0;
  const below = (fields: readonly SelectedField[], parents: number): number => {
    // The object in the answer has one of these types. The type with the most rows counts.
    const byType = Map.groupBy(fields, ({ parent }) => parent);
    return Math.max(
      0,
      ...byType.values().map((ofType) => ofType.reduce((sum, field) => sum + rowsOf(field, parents), 0)),
    );
  };
  const rowsOf = (field: SelectedField, parents: number): number => {
    steps += field.nodes.length;
    if (steps > MAX_STEPS) return Number.POSITIVE_INFINITY;
    const items = itemsOf(field, values);
    const rows = parents * (items ?? 1);
    return (items === undefined ? 0 : rows) + below(field.fields, rows);
  };
  return below(treeOf(operation).fields, 1);
}

/** The default values of the operation's variables. */
function defaultsOf({ operation: { variableDefinitions = [] } }: ExecutableOperation): Variables {
  return Object.fromEntries(
    variableDefinitions.flatMap(({ variable, defaultValue }) =>
      defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)]] : [],
    ),
  );
}

/** The most items of a field that has the argument `first` or `names`, or several results; `undefined` for other fields. */
function itemsOf(field: SelectedField, variables: Variables | undefined): number | undefined {
  const { node, definition } = field;
  if (definition.args.some(({ name }) => name === 'first')) return pageSizeOf(field, variables);
  if (!definition.args.some(({ name }) => name === 'names')) return metadataOf(definition).items?.(node);
  const literal = literalAt(node, ['names']);
  const names = literal && valueFromASTUntyped(literal, variables);
  return Math.min(Array.isArray(names) ? names.length : MAX_PROPERTY_NAMES, MAX_PROPERTY_NAMES);
}
