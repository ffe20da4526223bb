import { leastScopes, type RequiredScopes } from '../../connector/access.ts';
import { OAUTH, type ScopeRequirement } from '../../crm/scopes.ts';
import { schema } from '../schema.ts';
import { type OperationFile, operationsOfFiles } from './operation-document.ts';
import { requirementsOf } from './required-scopes.ts';

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
