import {
  concatAST,
  type GraphQLSchema,
  LoneAnonymousOperationRule,
  NoUnusedFragmentsRule,
  parse,
  Source,
  specifiedRules,
} from 'graphql';
import { leastScopes, type RequiredScopes } from '../../connector/access.ts';
import { OAUTH, type ScopeRequirement } from '../../crm/scopes.ts';
import { schema } from '../schema.ts';
import { validateDocument } from './document-limits.ts';
import { type ExecutableOperation, operationsIn } from './operations.ts';
import { requirementsOf } from './required-scopes.ts';

/** A file of a frontend with operations or fragments. */
export interface OperationFile {
  readonly name: string;
  readonly text: string;
}

/** The scopes that one operation of a frontend needs. */
export interface OperationScopes {
  /** The operation's name, or its kind (`query`, `mutation`) when it has no name. */
  readonly operation: string;
  readonly file: string;
  readonly scopes: readonly string[];
  readonly fields: readonly { readonly coordinate: string; readonly anyOf: ScopeRequirement }[];
}

/** The scopes that a frontend needs, compared with the scopes that the HubSpot app has registered. */
export interface FrontendScopes {
  /** The smallest set of scopes that satisfies all operations, sorted. */
  readonly scopes: readonly string[];
  readonly operations: readonly OperationScopes[];
  /** Scopes that an operation needs and the app has not registered. */
  readonly missing: readonly string[];
  /** Scopes that the app has registered and no operation needs. */
  readonly unused: readonly string[];
}

/** @throws GraphQLError for a file that does not fit the schema */
export function frontendScopes(files: readonly OperationFile[], registered: readonly string[]): FrontendScopes {
  const operations = operationsOfFiles(schema, files).map((operation) => {
    const fields = requirementsOf(operation).map(({ coordinate, anyOf }) => ({ coordinate, anyOf }));
    const { name, loc, operation: kind } = operation.operation;
    return {
      operation: name?.value ?? kind,
      file: loc?.source.name ?? '',
      scopes: leastScopes(fields),
      fields,
    };
  });
  const all: readonly RequiredScopes[] = operations.flatMap(({ fields }) => fields);
  const needed = leastScopes(all, registered);
  return {
    scopes: leastScopes(all),
    operations,
    missing: needed.filter((scope) => !registered.includes(scope)),
    unused: registered.filter((scope) => scope !== OAUTH && !needed.includes(scope)),
  };
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
  return operationsIn({ schema, document });
}
