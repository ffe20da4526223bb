import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  type InlineFragmentNode,
  isAbstractType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
} from 'graphql';

/** An operation with its schema and fragments. The `info` of a resolver has this shape. */
export interface ExecutableOperation {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
}

/** A field that an operation selects on one concrete type. */
export interface SelectedField {
  readonly node: FieldNode;
  readonly parent: GraphQLObjectType;
  readonly field: GraphQLField<unknown, unknown>;
  /** True when a fragment with a type condition selects `parent` from several possible types. */
  readonly narrowed: boolean;
}

/** The concrete parent type and the field, such as `Contact.deals`. */
export function coordinateOf({ parent, field }: Pick<SelectedField, 'parent' | 'field'>): string {
  return `${parent.name}.${field.name}`;
}

/** The fields at the root of the operation. */
export function rootFields(operation: ExecutableOperation): SelectedField[] {
  const root = operation.schema.getRootType(operation.operation.operation);
  return root ? fieldsOn(operation, operation.operation.selectionSet.selections, root) : [];
}

/** The fields selected below `selected`, one for each possible concrete type. */
export function fieldsBelow(operation: ExecutableOperation, { node, field }: SelectedField): SelectedField[] {
  return fieldsOn(operation, node.selectionSet?.selections ?? [], getNamedType(field.type));
}

/** The fields of `selections`. Leaves out fields whose `@skip` or `@include` has a literal that excludes them. */
function fieldsOn(
  operation: ExecutableOperation,
  selections: readonly SelectionNode[],
  type: GraphQLNamedType,
): SelectedField[] {
  const types = concreteTypes(operation, type);
  const fields: SelectedField[] = [];
  const visited = new Set<string>();
  collect(selections, types);
  return fields;

  function collect(nodes: readonly SelectionNode[], among: readonly GraphQLObjectType[]): void {
    for (const node of nodes) {
      if (isNeverIncluded(node)) continue;
      if (node.kind === Kind.FIELD) collectField(node, among);
      else if (node.kind === Kind.INLINE_FRAGMENT) collectFragment(node, among);
      else {
        // A repeated spread is visited once. In a chain of fragments that each spread the next one twice, the visits
        // would otherwise double with each fragment.
        const key = [node.name.value, ...among.map(({ name }) => name)].join();
        const fragment = operation.fragments[node.name.value];
        if (fragment && !visited.has(key)) collectFragment(fragment, among);
        visited.add(key);
      }
    }
  }

  function collectField(node: FieldNode, among: readonly GraphQLObjectType[]): void {
    for (const parent of among) {
      const field = parent.getFields()[node.name.value];
      if (field) fields.push({ node, parent, field, narrowed: among.length < types.length });
    }
  }

  function collectFragment(
    { typeCondition, selectionSet }: FragmentDefinitionNode | InlineFragmentNode,
    among: readonly GraphQLObjectType[],
  ): void {
    const condition = typeCondition && operation.schema.getType(typeCondition.name.value);
    const possible = condition ? concreteTypes(operation, condition) : among;
    collect(
      selectionSet.selections,
      among.filter((parent) => possible.includes(parent)),
    );
  }
}

function concreteTypes({ schema }: ExecutableOperation, type: GraphQLNamedType): readonly GraphQLObjectType[] {
  if (isObjectType(type)) return [type];
  return isAbstractType(type) ? schema.getPossibleTypes(type) : [];
}

function isNeverIncluded({ directives = [] }: SelectionNode): boolean {
  return directives.some(({ name, arguments: [condition] = [] }) => {
    const never = name.value === 'skip' ? true : name.value === 'include' ? false : undefined;
    return condition?.value.kind === Kind.BOOLEAN && condition.value.value === never;
  });
}
