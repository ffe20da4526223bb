import { ApolloLink } from '@apollo/client';
import type { DocumentNode } from 'graphql';
import { tap } from 'rxjs';
import type { Refusal, Refusals } from './refusals.ts';

/** An operation as Apollo Client's hooks take it. */
export interface ApolloOperation {
  readonly query: DocumentNode;
  readonly variables?: Readonly<Record<string, unknown>>;
}

/**
 * A link for Apollo Client 4 that remembers refusals. Put it before the `HttpLink`. Apollo Client's cache holds the null
 * of a refused field without its error: a second read has no `error`. `refusalsOf` then still has the reason.
 */
export function refusalLink(refusals: Refusals): ApolloLink {
  return new ApolloLink((operation, forward) =>
    forward(operation).pipe(tap((result) => refusals.remember(keyOf(operation), result))),
  );
}

/** The refusals in the latest answer to an operation, whether Apollo Client then read it from its cache or not. */
export function refusalsOf(refusals: Refusals, operation: ApolloOperation): readonly Refusal[] {
  return refusals.of(keyOf(operation));
}

/** Apollo Client adds `__typename` to the document, so name and variables identify it. Without a name, its source does. */
function keyOf({ query, variables = {} }: ApolloOperation): string {
  const operation = query.definitions.find((definition) => definition.kind === 'OperationDefinition');
  const sorted = Object.entries(variables)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([operation?.name?.value ?? query.loc?.source.body, sorted]);
}
