import { type GatewayError, membersOf, toGatewayError } from './gateway-error.ts';

/**
 * The errors of what a GraphQL client returned or threw, as a union that TypeScript narrows by `code`. Empty when there
 * are none.
 *
 * It takes a GraphQL result (`{ data, errors }`), a result of Apollo Client or urql (`{ data, error }`), the errors of
 * Apollo Client 3 and 4, urql and graphql-request, and a list of errors.
 */
export function errorsOf(result: unknown): readonly GatewayError[] {
  return listIn(result).map(toGatewayError);
}

function listIn(result: unknown): readonly unknown[] {
  if (Array.isArray(result)) return result;
  const { errors, graphQLErrors, error, response, bodyText, networkError } = membersOf(result);
  // A GraphQL result, and Apollo Client 4's CombinedGraphQLErrors.
  if (isFilled(errors)) return errors;
  // Apollo Client 3 and urql.
  if (isFilled(graphQLErrors)) return graphQLErrors;
  if (error != null) return typeof error === 'object' ? listIn(error) : [{ message: String(error) }];
  // graphql-request.
  const inResponse = membersOf(response).errors;
  if (isFilled(inResponse)) return inResponse;
  // Apollo Client 4's ServerError, such as that of HTTP 401.
  const inBody = typeof bodyText === 'string' ? membersOf(parsed(bodyText)).errors : undefined;
  if (isFilled(inBody)) return inBody;
  if (networkError != null) return listIn(networkError);
  return result instanceof Error ? [result] : [];
}

function isFilled(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.length > 0;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
