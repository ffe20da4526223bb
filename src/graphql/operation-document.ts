import {
  concatAST,
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  LoneAnonymousOperationRule,
  NoUnusedFragmentsRule,
  type OperationDefinitionNode,
  parse,
  Source,
  specifiedRules,
  validate,
} from 'graphql';
import { GatewayError } from '../errors.ts';
import { maxRootFields, measureDocument } from './document-limits.ts';
import type { Operation } from './operation.ts';

/** Errors of one document that are worth telling. */
const MAX_TOLD_ERRORS = 3;

/** All operations of a document that came as an argument. @throws GatewayError BAD_USER_INPUT */
export function operationsOf(schema: GraphQLSchema, text: string, argument: string): readonly Operation[] {
  const document = parseDocument(text, argument);
  const errors = validate(schema, document, [...specifiedRules, maxRootFields]);
  if (errors.length > 0) throw unfit(argument, errors);
  return operationsIn(schema, document);
}

/** The operation that a server would run. @throws GatewayError BAD_USER_INPUT */
export function operationOf(schema: GraphQLSchema, text: string, operationName: string | undefined): Operation {
  const operations = operationsOf(schema, text, 'document');
  const named =
    operationName === undefined
      ? operations
      : operations.filter(({ operation }) => operation.name?.value === operationName);
  const [only, ...others] = named;
  if (only && others.length === 0) return only;
  const message = only ? 'The document has several operations: name one.' : 'The document has no such operation.';
  throw new GatewayError('BAD_USER_INPUT', message, { argument: 'operationName' });
}

/** A file of a frontend, with operations or fragments. */
export interface OperationFile {
  readonly name: string;
  readonly text: string;
}

/** One file may use the fragments of another, and what is unused or unnamed is a matter of taste. */
const NOT_ACROSS_FILES: ReadonlySet<unknown> = new Set([LoneAnonymousOperationRule, NoUnusedFragmentsRule]);

/** All operations of a frontend. @throws GraphQLError that names file and line */
export function operationsOfFiles(schema: GraphQLSchema, files: readonly OperationFile[]): readonly Operation[] {
  const document = concatAST(files.map(({ name, text }) => parse(new Source(text, name))));
  const rules = specifiedRules.filter((rule) => !NOT_ACROSS_FILES.has(rule));
  const [error] = validate(schema, document, rules);
  if (error) throw error;
  return operationsIn(schema, document);
}

function operationsIn(schema: GraphQLSchema, { definitions }: DocumentNode): readonly Operation[] {
  const fragments: Record<string, FragmentDefinitionNode> = Object.create(null);
  const operations: OperationDefinitionNode[] = [];
  for (const definition of definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments[definition.name.value] = definition;
    else if (definition.kind === Kind.OPERATION_DEFINITION) operations.push(definition);
  }
  return operations.map((operation) => ({ schema, operation, fragments }));
}

function parseDocument(text: string, argument: string): DocumentNode {
  try {
    measureDocument(text);
    return parse(text);
  } catch (error) {
    if (error instanceof GraphQLError) throw unfit(argument, [error]);
    throw error;
  }
}

/** What is wrong is told as the gateway tells it of a document that it is to run, suggestions apart. */
function unfit(argument: string, errors: readonly GraphQLError[]): GatewayError {
  const told = errors.slice(0, MAX_TOLD_ERRORS).map(({ message }) => message.replace(/ Did you mean .*$/s, ''));
  return new GatewayError('BAD_USER_INPUT', `${argument} does not fit the schema: ${told.join(' ')}`.slice(0, 500), {
    argument,
  });
}
