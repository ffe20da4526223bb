import {
  BREAK,
  type DocumentNode,
  type GraphQLSchema,
  getNamedType,
  getOperationAST,
  isEnumType,
  isScalarType,
  isSpecifiedScalarType,
  Kind,
  type SelectionSetNode,
  separateOperations,
  typeFromAST,
  type ValueNode,
  type VariableDefinitionNode,
  visit,
} from 'graphql';

/** Larger operations take too long to compile. */
const MAX_SELECTIONS = 500;

/**
 * Whether graphql-jit can compile an operation. The compiler copies each fragment to every place where it is spread, and
 * expands nested input types. The code for fragments that spread each other repeatedly grows exponentially, and the code
 * for input types that contain themselves, such as filters, has no end.
 */
export function isCompilable(schema: GraphQLSchema, document: DocumentNode, name: string | undefined): boolean {
  const operation = getOperationAST(document, name);
  if (!operation) return false;
  const { variableDefinitions = [] } = operation;
  return (
    variableDefinitions.every((definition) => hasSupportedType(schema, definition)) &&
    expandedSelectionCount(document, name) <= MAX_SELECTIONS &&
    isSupportedByJit(separateOperations(document)[operation.name?.value ?? ''] ?? document, variableDefinitions)
  );
}

/** The compiler writes default values as JSON. That is safe only for the scalars that GraphQL specifies. */
function hasSupportedType(schema: GraphQLSchema, { type, defaultValue }: VariableDefinitionNode): boolean {
  const named = getNamedType(typeFromAST(schema, type));
  return isEnumType(named) || (isScalarType(named) && (defaultValue === undefined || isSpecifiedScalarType(named)));
}

/**
 * False for three cases in which graphql-jit differs from the specification. It applies the directives of one fragment
 * spread to the other spreads of the fragment. It passes null for a missing variable inside of an input, while GraphQL
 * omits the input's field. It treats the name `__proto__` as the prototype of an object.
 */
function isSupportedByJit(document: DocumentNode, variables: readonly VariableDefinitionNode[]): boolean {
  const withValue = new Set(variables.filter(hasValue).map(({ variable }) => variable.name.value));
  let isSupported = true;
  const refuse = () => {
    isSupported = false;
    return BREAK;
  };
  visit(document, {
    Directive: refuse,
    Name: ({ value }) => (value === '__proto__' ? refuse() : undefined),
    ObjectField: ({ value }) => (isMissing(value) ? refuse() : undefined),
    ListValue: ({ values }) => (values.some(isMissing) ? refuse() : undefined),
  });
  return isSupported;

  function isMissing(value: ValueNode): boolean {
    return value.kind === Kind.VARIABLE && !withValue.has(value.name.value);
  }
}

/** Whether the variable has a value in every request. The value can be `null`. */
function hasValue({ type, defaultValue }: VariableDefinitionNode): boolean {
  return type.kind === Kind.NON_NULL_TYPE || defaultValue !== undefined;
}

/** The selections of an operation with each fragment counted at every spread. The document must be valid. */
export function expandedSelectionCount(document: DocumentNode, name: string | undefined): number {
  const fragments = new Map<string, number>();
  const count = ({ selections }: SelectionSetNode): number =>
    selections.reduce((sum, selection) => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) return sum + countFragment(selection.name.value);
      return sum + 1 + (selection.selectionSet ? count(selection.selectionSet) : 0);
    }, 0);
  const countFragment = (name: string): number => {
    const known = fragments.get(name);
    if (known !== undefined) return known;
    const fragment = document.definitions.find(
      (definition) => definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === name,
    );
    const selections = fragment?.kind === Kind.FRAGMENT_DEFINITION ? count(fragment.selectionSet) : 0;
    fragments.set(name, selections);
    return selections;
  };
  const operation = getOperationAST(document, name);
  return operation ? count(operation.selectionSet) : 0;
}
