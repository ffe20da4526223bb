import { leastScopes, type RequiredScopes } from '../../connector/access.ts';
import type { ScopeRequirement } from '../../crm/scopes.ts';
import { schema } from '../schema.ts';
import { type OperationFile, operationsOfFiles } from './operation-document.ts';
import { requirementsOf } from './required-scopes.ts';

/** What one operation of a frontend needs. */
export interface OperationScopes {
  /** Its name, or its kind where it has none. */
  readonly operation: string;
  readonly file: string;
  readonly scopes: readonly string[];
  readonly fields: readonly { readonly coordinate: string; readonly anyOf: ScopeRequirement }[];
}

/** What a frontend needs of the app, and what the app has registered for nothing. */
export interface FrontendScopes {
  /** The smallest set that is enough for all operations, sorted. */
  readonly scopes: readonly string[];
  readonly operations: readonly OperationScopes[];
  /** Needed and not registered. */
  readonly missing: readonly string[];
  /** Registered and needed by no operation. */
  readonly unused: readonly string[];
}

/** HubSpot gives it to every app, and no app can do without. */
const IMPLICIT = 'oauth';

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
    unused: registered.filter((scope) => scope !== IMPLICIT && !needed.includes(scope)),
  };
}
