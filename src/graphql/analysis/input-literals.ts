import { type FieldNode, Kind, type ValueNode } from 'graphql';

/**
 * The value at `path` in the arguments of a field, or `undefined` when the document has none. Returns the variable when
 * a part of the path is a variable.
 */
export function literalAt(node: FieldNode, path: readonly string[]): ValueNode | undefined {
  const [argument, ...fields] = path;
  let value = node.arguments?.find(({ name }) => name.value === argument)?.value;
  for (const field of fields) {
    if (value?.kind === Kind.VARIABLE) return value;
    value = below(value, field);
  }
  return value;
}

/** The field `name` of an input object. */
export function below(value: ValueNode | undefined, name: string): ValueNode | undefined {
  if (value?.kind !== Kind.OBJECT) return undefined;
  return value.fields.find((field) => field.name.value === name)?.value;
}

/** The entries of a list literal. As in GraphQL's input coercion, a single value is a list of one entry. */
export function entriesOf(value: ValueNode | undefined): readonly ValueNode[] {
  if (value === undefined || value.kind === Kind.NULL) return [];
  return value.kind === Kind.LIST ? value.values : [value];
}
