import {
  BREAK,
  type ExecutionResult,
  getNamedType,
  isEnumType,
  isScalarType,
  isSpecifiedScalarType,
  Kind,
  typeFromAST,
  type ValueNode,
  type VariableDefinitionNode,
  visit,
} from 'graphql';
import { variablesBeyondLimits } from '../analysis/document-limits.ts';
import { type ExecutableOperation, sizeOf } from '../analysis/operations.ts';

// The paths of an operation through the gateway. Two decisions choose one, and both are made here.
//
// From the request to the executor:
//   fast path   from the socket to the executor, without the web's `Request`, `Response` and streams
//   full path   through graphql-yoga, which parses and validates, and implements all rules of GraphQL over HTTP
// In the executor:
//   compiled     a function of graphql-jit
//   interpreted  GraphQL's reference executor
//
// Each quick path hands an operation over to its slow one when it has executed nothing. The slow path then gives the
// error message. An operation has the same answer on all paths.

/** A request with a valid GraphQL document that the gateway has parsed before. */
export interface KnownRequest {
  /** `undefined` when the document does not have the operation that the request names. */
  readonly operation: ExecutableOperation | undefined;
  readonly variables: unknown;
  /** True when only a query may run, as with GET. */
  readonly readOnly: boolean;
  /** True when the client accepts only an answer in parts, such as an event stream. */
  readonly inParts: boolean;
}

/** Whether a request takes the fast path. Invalid requests and new documents take the full path. */
export function takesFastPath({ operation, variables, readOnly, inParts }: KnownRequest): boolean {
  const kind = operation?.operation.operation;
  const mayRun = kind === 'query' || (kind === 'mutation' && !readOnly);
  return mayRun && !inParts && !variablesBeyondLimits(variables);
}

/** True for the result of an operation whose variables or name are invalid, or which is over a limit. */
export function executedNothing(result: ExecutionResult): boolean {
  return !('data' in result);
}

/** The execution at which an operation is compiled. Compilation takes 10 to 20 ms and saves less than 1 ms per execution. */
export const COMPILED_AT_USE = 20;
/** Larger operations take too long to compile. */
const MAX_SELECTIONS = 500;

/**
 * Whether graphql-jit can compile an operation. The compiler copies each fragment to every place where it is spread, and
 * expands nested input types. The code for fragments that spread each other repeatedly grows exponentially, and the code
 * for input types that contain themselves, such as filters, has no end.
 */
export function isCompilable(operation: ExecutableOperation): boolean {
  const { variableDefinitions = [] } = operation.operation;
  return (
    variableDefinitions.every((definition) => hasSupportedType(operation, definition)) &&
    sizeOf(operation).selections <= MAX_SELECTIONS &&
    isSupportedByJit(operation)
  );
}

/** The compiler writes default values as JSON. That is safe only for the scalars that GraphQL specifies. */
function hasSupportedType({ schema }: ExecutableOperation, { type, defaultValue }: VariableDefinitionNode): boolean {
  const named = getNamedType(typeFromAST(schema, type));
  return isEnumType(named) || (isScalarType(named) && (defaultValue === undefined || isSpecifiedScalarType(named)));
}

/**
 * False for three cases in which graphql-jit differs from the specification. It applies the directives of one fragment
 * spread to the other spreads of the fragment. It passes null for a missing variable inside of an input, while GraphQL
 * omits the input's field. It treats the name `__proto__` as the prototype of an object.
 */
function isSupportedByJit(executable: ExecutableOperation): boolean {
  const { hasDirectives, spread } = sizeOf(executable);
  const { variableDefinitions = [] } = executable.operation;
  const withValue = new Set(variableDefinitions.filter(hasValue).map(({ variable }) => variable.name.value));
  const isMissing = (value: ValueNode) => value.kind === Kind.VARIABLE && !withValue.has(value.name.value);
  let isSupported = !hasDirectives;
  const refuse = () => {
    isSupported = false;
    return BREAK;
  };
  for (const definition of [executable.operation, ...spread]) {
    visit(definition, {
      Name: ({ value }) => (value === '__proto__' ? refuse() : undefined),
      ObjectField: ({ value }) => (isMissing(value) ? refuse() : undefined),
      ListValue: ({ values }) => (values.some(isMissing) ? refuse() : undefined),
    });
  }
  return isSupported;
}

/** Whether the variable has a value in every request. The value can be `null`. */
function hasValue({ type, defaultValue }: VariableDefinitionNode): boolean {
  return type.kind === Kind.NON_NULL_TYPE || defaultValue !== undefined;
}
