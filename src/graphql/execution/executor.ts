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

/** Runs one operation of a valid document; as GraphQL's own `execute`. */
export type Execute = (args: ExecutionArgs) => PromiseOrValue<ExecutionResult>;

/** By name; the only operation of a document needs none. */
type KnownOperations = Map<string | undefined, KnownOperation>;

export interface ExecutorOptions {
  /** Rows that one operation may answer with. */
  readonly maxRows: number;
  /** How often an operation comes before it is compiled. */
  readonly compiledAtUse?: number;
}

/** Compiling takes 10 to 20 ms, and saves some of one: it is for what frontends send again and again. */
export const COMPILED_AT_USE = 20;
/** Of all compiled operations together; each selection weighs about a kilobyte, and an operation some 20 by itself. */
const MAX_COMPILED = { selections: 50_000, perOperation: 25 };

/**
 * Executes by GraphQL's reference executor at first, and by a function made for the operation once it has come often
 * enough: on lists that takes a third of the time. Documents are told apart by identity, so whoever parses keeps them.
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
    // Variables that do not fit are told in the reference executor's words; nothing has been executed.
    if (!(result instanceof Promise) && !('data' in result)) return executeByReference(args);
    return andThen(result, (done) => (done.errors ? withCauses(told(done, args)) : done));
  };
}

/** Decided before anything is read: with the variables as they are only where these can make a difference. */
function refuseRows(known: KnownOperation, args: ExecutionArgs, limit: number): GraphQLError | undefined {
  if (known.mostRows !== undefined && known.mostRows <= limit) return undefined;
  const operation = operationIn(args);
  if (!operation) return undefined;
  known.mostRows ??= estimateRows(operation);
  if (known.mostRows <= limit) return undefined;
  const rows = estimateRows(operation, args.variableValues ?? {});
  return rows <= limit ? undefined : new GraphQLError(tooManyRows(rows, limit).message);
}

function operationIn({ schema, document, operationName }: ExecutionArgs): ExecutableOperation | undefined {
  const named = getOperationAST(document, operationName);
  return operationsIn(schema, document).find(({ operation }) => operation === named);
}

function executeByReference(args: ExecutionArgs): PromiseOrValue<ExecutionResult> {
  return andThen(execute({ ...args, fieldResolver: resolveDefaultField }), (result) => told(result, args));
}

function told(result: ExecutionResult, args: ExecutionArgs): ExecutionResult {
  const { errors } = result;
  const operation = errors && operationIn(args);
  if (!operation) return result;
  const positions = new Positions(operation);
  return { ...result, errors: distinctErrors(oneErrorPerNull(errors, positions), positions) };
}

/** Errors of the compiled operation itself, which name no cause, as the reference executor has them. */
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
    // A name that the document does not have is no operation, and there is no end of those.
    if (getOperationAST(document, name)) operations.set(name, operation);
  }
  return operation;
}

interface KnownOperation {
  readonly document: DocumentNode;
  readonly name: string | undefined;
  /** The most rows that it can answer with, whatever its variables are. */
  mostRows?: number;
  /** Since it was last compiled, if it ever was. */
  uses: number;
}

/** Those that were used last. */
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

  /** `undefined` while the operation is new, and for one that cannot be compiled. */
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
