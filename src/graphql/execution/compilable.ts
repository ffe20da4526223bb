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

/** Larger operations take longer to compile than anybody would wait. */
const MAX_SELECTIONS = 500;

/**
 * The compiler spells out everything: a fragment wherever it is spread, and the fields of an input within an input. Of
 * fragments that spread others twice, and of filters, which contain themselves, there would be no end.
 */
export function isCompilable(schema: GraphQLSchema, document: DocumentNode, name: string | undefined): boolean {
  const operation = getOperationAST(document, name);
  if (!operation) return false;
  const { variableDefinitions = [] } = operation;
  return (
    variableDefinitions.every((definition) => isReadable(schema, definition)) &&
    expandedSelectionCount(document, name) <= MAX_SELECTIONS &&
    isSupportedByJit(separateOperations(document)[operation.name?.value ?? ''] ?? document, variableDefinitions)
  );
}

/** A default is written into the compiled operation as JSON: other scalars than GraphQL's own may be anything. */
function isReadable(schema: GraphQLSchema, { type, defaultValue }: VariableDefinitionNode): boolean {
  const named = getNamedType(typeFromAST(schema, type));
  return isEnumType(named) || (isScalarType(named) && (defaultValue === undefined || isSpecifiedScalarType(named)));
}

/**
 * False for what the compiler understands otherwise than GraphQL does: conditions, which a fragment takes along to
 * wherever else it is spread; a variable inside of an input that nobody gave a value, of which it makes a null, where
 * GraphQL leaves the input's field out; and the one name that an object of JavaScript has for something else.
 */
function isSupportedByJit(document: DocumentNode, variables: readonly VariableDefinitionNode[]): boolean {
  const given = new Set(variables.filter(hasValue).map(({ variable }) => variable.name.value));
  let isUnderstood = true;
  const refuse = () => {
    isUnderstood = false;
    return BREAK;
  };
  visit(document, {
    Directive: refuse,
    Name: ({ value }) => (value === '__proto__' ? refuse() : undefined),
    ObjectField: ({ value }) => (isMissing(value) ? refuse() : undefined),
    ListValue: ({ values }) => (values.some(isMissing) ? refuse() : undefined),
  });
  return isUnderstood;

  function isMissing(value: ValueNode): boolean {
    return value.kind === Kind.VARIABLE && !given.has(value.name.value);
  }
}

/** Whether every request has a value of it, if only `null`. */
function hasValue({ type, defaultValue }: VariableDefinitionNode): boolean {
  return type.kind === Kind.NON_NULL_TYPE || defaultValue !== undefined;
}

/** Selections when every fragment is written out where it is spread. The document is valid: no fragment spreads itself. */
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
