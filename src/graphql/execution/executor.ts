import { type DocumentNode, type ExecutionArgs, type ExecutionResult, execute, GraphQLError } from 'graphql';
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit';
import { LRUCache } from 'lru-cache';
import { andThen, type PromiseOrValue } from '../../lib/promise-or-value.ts';
import type { Variables } from '../analysis/field-tree.ts';
import { memoize } from '../analysis/memoize.ts';
import { type ExecutableOperation, operationNamed, operationsIn, sizeOf } from '../analysis/operations.ts';
import { estimateRows } from '../analysis/row-estimate.ts';
import { Positions } from './answer-positions.ts';
import { resolveDefaultField } from './default-field-resolver.ts';
import { distinctErrors } from './distinct-errors.ts';
import { oneErrorPerNull } from './nulled-positions.ts';
import { COMPILED_AT_USE, executedNothing, isCompilable } from './operation-paths.ts';
import { tooManyRows } from './row-budget.ts';

/** Executes one operation of a valid document. Has the signature of GraphQL's `execute`. */
export type Execute = (args: ExecutionArgs) => PromiseOrValue<ExecutionResult>;

export interface ExecutorOptions {
  /** The most rows in the answer of one operation. */
  readonly maxRows: number;
  /** The executor compiles an operation at this execution. */
  readonly compiledAtUse?: number;
}

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
export function createExecutor({ maxRows, compiledAtUse = COMPILED_AT_USE }: ExecutorOptions): Execute {
  const compiledOperations = new CompiledOperations(compiledAtUse);
  return (args) => {
    const operation = operationNamed(operationsIn(args), args.operationName);
    // The reference executor gives the error message.
    if (!operation) return execute(args);
    const refusal = refuseRows(operation, args.variableValues ?? {}, maxRows);
    if (refusal) return { errors: [refusal] };
    const compiled = compiledOperations.compiled(operation, args.document);
    if (!compiled) return interpret(operation, args);
    const result: PromiseOrValue<ExecutionResult> = compiled.query(
      args.rootValue,
      args.contextValue,
      args.variableValues,
    );
    if (!(result instanceof Promise) && executedNothing(result)) return interpret(operation, args);
    return andThen(result, (done) => (done.errors ? withCauses(withDistinctErrors(operation, done)) : done));
  };
}

/** The most rows of the answer with any variables. */
const maxRowsOf = memoize((operation: ExecutableOperation) => estimateRows(operation));

/**
 * Checks the row limit before the execution. Counts with the request's variables only when the operation could exceed
 * the limit.
 */
function refuseRows(operation: ExecutableOperation, variables: Variables, limit: number): GraphQLError | undefined {
  if (maxRowsOf(operation) <= limit) return undefined;
  const rows = estimateRows(operation, variables);
  return rows <= limit ? undefined : new GraphQLError(tooManyRows(rows, limit).message);
}

function interpret(operation: ExecutableOperation, args: ExecutionArgs): PromiseOrValue<ExecutionResult> {
  return andThen(execute({ ...args, fieldResolver: resolveDefaultField }), (result) =>
    withDistinctErrors(operation, result),
  );
}

function withDistinctErrors(operation: ExecutableOperation, result: ExecutionResult): ExecutionResult {
  const { errors } = result;
  if (!errors) return result;
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

/** An LRU cache of compiled operations. */
class CompiledOperations {
  readonly #atUse: number;
  /** Executions since the compiled function last left the cache. */
  readonly #uses = new WeakMap<ExecutableOperation, number>();
  readonly #compiled = new LRUCache<ExecutableOperation, CompiledQuery>({
    maxSize: MAX_COMPILED.selections,
    sizeCalculation: (_query, operation) => sizeOf(operation).selections + MAX_COMPILED.perOperation,
    dispose: (_query, operation) => this.#uses.delete(operation),
  });

  constructor(atUse: number) {
    this.#atUse = atUse;
  }

  /** `undefined` for an operation that is not frequent yet, or that cannot be compiled. */
  compiled(operation: ExecutableOperation, document: DocumentNode): CompiledQuery | undefined {
    const known = this.#compiled.get(operation);
    if (known) return known;
    const uses = (this.#uses.get(operation) ?? 0) + 1;
    this.#uses.set(operation, uses);
    if (uses !== this.#atUse || !isCompilable(operation)) return undefined;
    const compiled = compileQuery(operation.schema, document, operation.operation.name?.value);
    if (!isCompiledQuery(compiled)) return undefined;
    this.#compiled.set(operation, compiled);
    return compiled;
  }
}
