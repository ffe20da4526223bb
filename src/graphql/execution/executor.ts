import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
} from 'graphql';
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit';
import { LRUCache } from 'lru-cache';
import { andThen, type PromiseOrValue } from '../../lib/promise-or-value.ts';
import type { ExecutableOperation } from '../analysis/executable-operation.ts';
import { operationsIn } from '../analysis/operation-document.ts';
import { estimateRows } from '../analysis/row-estimate.ts';
import { Positions } from './answer-positions.ts';
import { expandedSelectionCount, isCompilable } from './compilable.ts';
import { resolveDefaultField } from './default-field-resolver.ts';
import { distinctErrors } from './distinct-errors.ts';
import { oneErrorPerNull } from './nulled-positions.ts';
import { tooManyRows } from './row-budget.ts';

/** Executes one operation of a valid document. Has the signature of GraphQL's `execute`. */
export type Execute = (args: ExecutionArgs) => PromiseOrValue<ExecutionResult>;

/** The operations of a document by name. A document's only operation can have no name. */
type KnownOperations = Map<string | undefined, KnownOperation>;

export interface ExecutorOptions {
  /** The most rows in the answer of one operation. */
  readonly maxRows: number;
  /** The executor compiles an operation at this execution. */
  readonly compiledAtUse?: number;
}

/** Compilation takes 10 to 20 ms and saves less than 1 ms per execution, so only frequent operations are compiled. */
export const COMPILED_AT_USE = 20;
/**
 * The size of the cache of compiled operations, in selections. A selection takes about 1 KB, and each operation about as
 * much as `perOperation` selections in addition.
 */
const MAX_COMPILED = { selections: 50_000, perOperation: 25 };

/**
 * Executes operations with GraphQL's reference executor, and frequent operations with a compiled function. A compiled
 * list takes a third of the time. The executor identifies documents by object identity, so the caller must reuse parsed
 * documents.
 */
export function createExecutor(
  schema: GraphQLSchema,
  { maxRows, compiledAtUse = COMPILED_AT_USE }: ExecutorOptions,
): Execute {
  const documents = new WeakMap<DocumentNode, KnownOperations>();
  const operations = new CompiledOperations(schema, compiledAtUse);
  return (args) => {
    const known = knownOperation(documents, args);
    const refusal = refuseRows(known, args, maxRows);
    if (refusal) return { errors: [refusal] };
    const compiled = operations.compiled(known);
    if (!compiled) return executeByReference(args);
    const result: PromiseOrValue<ExecutionResult> = compiled.query(
      args.rootValue,
      args.contextValue,
      args.variableValues,
    );
    // The variables are invalid, and nothing was executed. The reference executor gives the error message.
    if (!(result instanceof Promise) && !('data' in result)) return executeByReference(args);
    return andThen(result, (done) => (done.errors ? withCauses(withDistinctErrors(done, args)) : done));
  };
}

/**
 * Checks the row limit before the execution. Counts with the request's variables only when the operation could exceed
 * the limit.
 */
function refuseRows(known: KnownOperation, args: ExecutionArgs, limit: number): GraphQLError | undefined {
  if (known.maxRows !== undefined && known.maxRows <= limit) return undefined;
  const operation = operationIn(args);
  if (!operation) return undefined;
  known.maxRows ??= estimateRows(operation);
  if (known.maxRows <= limit) return undefined;
  const rows = estimateRows(operation, args.variableValues ?? {});
  return rows <= limit ? undefined : new GraphQLError(tooManyRows(rows, limit).message);
}

function operationIn({ schema, document, operationName }: ExecutionArgs): ExecutableOperation | undefined {
  const selected = getOperationAST(document, operationName);
  return operationsIn(schema, document).find(({ operation }) => operation === selected);
}

function executeByReference(args: ExecutionArgs): PromiseOrValue<ExecutionResult> {
  return andThen(execute({ ...args, fieldResolver: resolveDefaultField }), (result) =>
    withDistinctErrors(result, args),
  );
}

function withDistinctErrors(result: ExecutionResult, args: ExecutionArgs): ExecutionResult {
  const { errors } = result;
  const operation = errors && operationIn(args);
  if (!operation) return result;
  const positions = new Positions(operation);
  return { ...result, errors: distinctErrors(oneErrorPerNull(errors, positions), positions) };
}

/** Gives the compiled operation's own errors an `originalError`, as the reference executor does. */
function withCauses(result: ExecutionResult): ExecutionResult {
  const errors = result.errors?.map((error) => (error.originalError ? error : withCause(error)));
  return { ...result, ...(errors && { errors }) };
}

function withCause({ message, path, locations }: GraphQLError): GraphQLError {
  const error = new GraphQLError(message, { path: path ?? null, originalError: new GraphQLError(message) });
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
    operation = { document, name, uses: 0 };
    // Unknown names are not cached, because a client could send any number of them.
    if (getOperationAST(document, name)) operations.set(name, operation);
  }
  return operation;
}

interface KnownOperation {
  readonly document: DocumentNode;
  readonly name: string | undefined;
  /** The most rows of the answer with any variables. */
  maxRows?: number;
  /** Executions since the compiled function last left the cache. */
  uses: number;
}

/** An LRU cache of compiled operations. */
class CompiledOperations {
  readonly #schema: GraphQLSchema;
  readonly #atUse: number;
  readonly #compiled = new LRUCache<KnownOperation, CompiledQuery>({
    maxSize: MAX_COMPILED.selections,
    sizeCalculation: (_query, { document, name }) => expandedSelectionCount(document, name) + MAX_COMPILED.perOperation,
    dispose: (_query, operation) => {
      operation.uses = 0;
    },
  });

  constructor(schema: GraphQLSchema, atUse: number) {
    this.#schema = schema;
    this.#atUse = atUse;
  }

  /** `undefined` for an operation that is not frequent yet, or that cannot be compiled. */
  compiled(operation: KnownOperation): CompiledQuery | undefined {
    const known = this.#compiled.get(operation);
    if (known) return known;
    operation.uses += 1;
    const { document, name, uses } = operation;
    if (uses !== this.#atUse || !isCompilable(this.#schema, document, name)) return undefined;
    const compiled = compileQuery(this.#schema, document, name);
    if (!isCompiledQuery(compiled)) return undefined;
    this.#compiled.set(operation, compiled);
    return compiled;
  }
}
