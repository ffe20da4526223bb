import {
  BREAK,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  GraphQLError,
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
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit';

/** Runs one operation of a valid document; as GraphQL's own `execute`. */
export type Execute = (args: ExecutionArgs) => ExecutionResult | Promise<ExecutionResult>;

/** By name; the only operation of a document needs none. */
type KnownOperations = Map<string | undefined, KnownOperation>;

/** Compiling takes 10 to 20 ms, and saves some of one: it is for what frontends send again and again. */
export const COMPILED_AT_USE = 20;
/** Larger operations take longer to compile than anybody would wait. */
const MAX_SELECTIONS = 500;

/**
 * Executes by GraphQL's reference executor at first, and by a function made for the operation once it has come often
 * enough: on lists that takes a third of the time. Documents are told apart by identity, so whoever parses keeps them.
 */
export function createExecutor(schema: GraphQLSchema, compiledAtUse = COMPILED_AT_USE): Execute {
  const documents = new WeakMap<DocumentNode, KnownOperations>();
  return (args) => {
    const compiled = knownOperation(documents, args).compiled(schema, compiledAtUse);
    if (!compiled) return execute(args);
    const result: ExecutionResult | Promise<ExecutionResult> = compiled.query(
      args.rootValue,
      args.contextValue,
      args.variableValues,
    );
    // Variables that do not fit are told in the reference executor's words; nothing has been executed.
    if (!(result instanceof Promise) && !('data' in result)) return execute(args);
    return result instanceof Promise ? result.then(withCauses) : withCauses(result);
  };
}

/** Errors of the compiled operation itself, which name no cause, as the reference executor has them. */
function withCauses(result: ExecutionResult): ExecutionResult {
  if (!result.errors) return result;
  return { ...result, errors: result.errors.map((error) => (error.originalError ? error : withCause(error))) };
}

/** Of an argument that does not fit, GraphQL itself tells; of a value that does not fit, any error. */
function withCause({ message, path, locations }: GraphQLError): GraphQLError {
  const originalError = message.startsWith('Argument ') ? new GraphQLError(message) : new Error(message);
  const error = new GraphQLError(message, { path: path ?? null, originalError });
  if (locations) Object.defineProperty(error, 'locations', { value: locations, enumerable: true });
  return error;
}

function knownOperation(
  documents: WeakMap<DocumentNode, KnownOperations>,
  { document, operationName }: ExecutionArgs,
): KnownOperation {
  let operations = documents.get(document);
  if (!operations) {
    operations = new Map();
    documents.set(document, operations);
  }
  const name = operationName ?? undefined;
  let operation = operations.get(name);
  if (!operation) {
    operation = new KnownOperation(document, name);
    // A name that the document does not have is no operation, and there is no end of those.
    if (getOperationAST(document, name)) operations.set(name, operation);
  }
  return operation;
}

class KnownOperation {
  readonly #document: DocumentNode;
  readonly #name: string | undefined;
  #uses = 0;
  #compiled: CompiledQuery | undefined;

  constructor(document: DocumentNode, name: string | undefined) {
    this.#document = document;
    this.#name = name;
  }

  /** `undefined` while the operation is new, and for one that cannot be compiled. */
  compiled(schema: GraphQLSchema, atUse: number): CompiledQuery | undefined {
    this.#uses += 1;
    if (this.#uses === atUse && isCompilable(schema, this.#document, this.#name)) {
      const compiled = compileQuery(schema, this.#document, this.#name);
      if (isCompiledQuery(compiled)) this.#compiled = compiled;
    }
    return this.#compiled;
  }
}

/**
 * The compiler spells out everything: a fragment wherever it is spread, and the fields of an input within an input. Of
 * fragments that spread others twice, and of filters, which contain themselves, there would be no end.
 */
function isCompilable(schema: GraphQLSchema, document: DocumentNode, name: string | undefined): boolean {
  const operation = getOperationAST(document, name);
  if (!operation) return false;
  const { variableDefinitions = [], selectionSet } = operation;
  return (
    variableDefinitions.every((definition) => isReadable(schema, definition)) &&
    spelledOut(document, selectionSet) <= MAX_SELECTIONS &&
    isUnderstood(separateOperations(document)[operation.name?.value ?? ''] ?? document, variableDefinitions)
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
function isUnderstood(document: DocumentNode, variables: readonly VariableDefinitionNode[]): boolean {
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
function spelledOut({ definitions }: DocumentNode, root: SelectionSetNode): number {
  const fragments = new Map<string, number>();
  const count = ({ selections }: SelectionSetNode): number =>
    selections.reduce((sum, selection) => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) return sum + countFragment(selection.name.value);
      return sum + 1 + (selection.selectionSet ? count(selection.selectionSet) : 0);
    }, 0);
  const countFragment = (name: string): number => {
    const known = fragments.get(name);
    if (known !== undefined) return known;
    const fragment = definitions.find(
      (definition) => definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === name,
    );
    const selections = fragment?.kind === Kind.FRAGMENT_DEFINITION ? count(fragment.selectionSet) : 0;
    fragments.set(name, selections);
    return selections;
  };
  return count(root);
}
