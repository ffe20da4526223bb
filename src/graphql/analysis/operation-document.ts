import {
  concatAST,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  Kind,
  LoneAnonymousOperationRule,
  NoUnusedFragmentsRule,
  type OperationDefinitionNode,
  parse,
  Source,
  specifiedRules,
} from 'graphql';
import { validateDocument } from './document-limits.ts';
import type { ExecutableOperation } from './executable-operation.ts';

/** A file of a frontend with operations or fragments. */
export interface OperationFile {
  readonly name: string;
  readonly text: string;
}

/** These rules apply to one document. A frontend's files form one document only for this check. */
const SINGLE_DOCUMENT_RULES: ReadonlySet<unknown> = new Set([LoneAnonymousOperationRule, NoUnusedFragmentsRule]);

/**
 * All operations of a frontend. A file may use the fragments of another file.
 * @throws GraphQLError with file and line
 */
export function operationsOfFiles(
  schema: GraphQLSchema,
  files: readonly OperationFile[],
): readonly ExecutableOperation[] {
  const document = concatAST(files.map(({ name, text }) => parse(new Source(text, name))));
  const rules = specifiedRules.filter((rule) => !SINGLE_DOCUMENT_RULES.has(rule));
  const [error] = validateDocument(schema, document, rules);
  if (error) throw error;
  return operationsIn(schema, document);
}

/** The operations of a document, with its fragments. */
export function operationsIn(schema: GraphQLSchema, { definitions }: DocumentNode): readonly ExecutableOperation[] {
  const fragments: Record<string, FragmentDefinitionNode> = Object.create(null);
  const operations: OperationDefinitionNode[] = [];
  for (const definition of definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments[definition.name.value] = definition;
    else if (definition.kind === Kind.OPERATION_DEFINITION) operations.push(definition);
  }
  return operations.map((operation) => ({ schema, operation, fragments }));
}
