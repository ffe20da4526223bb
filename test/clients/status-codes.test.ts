import { ApolloClient, CombinedGraphQLErrors, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { Client, fetchExchange } from '@urql/core';
import { ClientError, GraphQLClient } from 'graphql-request';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ONE_PORTAL, startTwoPortals, type TwoPortals } from '../helpers/two-portals.ts';

let portals: TwoPortals;
beforeAll(async () => {
  portals = await startTwoPortals();
});
afterAll(() => portals.stop());

/** What the code of a frontend receives. */
interface Seen {
  readonly data: unknown;
  readonly codes: readonly unknown[];
}
type Ask = (query: string, variables: object) => Promise<Seen>;

const headers = () => ({ authorization: portals.authorization });
const codesOf = (errors: readonly { readonly extensions?: Readonly<Record<string, unknown>> }[] = []) =>
  errors.map(({ extensions }) => extensions?.code);

/** Each client as it comes, but for the setting with which it shows data beside errors. */
const CLIENTS: Readonly<Record<string, Ask>> = {
  async urql(query, variables) {
    const fetchOptions = { headers: headers() };
    const client = new Client({ url: portals.url, fetch: portals.fetch, fetchOptions, exchanges: [fetchExchange] });
    const { data, error } = await client.query(query, variables).toPromise();
    return { data, codes: codesOf(error?.graphQLErrors) };
  },
  async 'Apollo Client'(query, variables) {
    const link = new HttpLink({ uri: portals.url, fetch: portals.fetch, headers: headers() });
    const client = new ApolloClient({ link, cache: new InMemoryCache() });
    const { data, error } = await client.query({ query: gql(query), variables, errorPolicy: 'all' });
    return { data, codes: CombinedGraphQLErrors.is(error) ? codesOf(error.errors) : [error] };
  },
  async 'graphql-request'(query, variables) {
    const client = new GraphQLClient(portals.url, { fetch: portals.fetch, headers: headers(), errorPolicy: 'all' });
    try {
      const { data, errors } = await client.rawRequest(query, variables);
      return { data, codes: codesOf(errors) };
    } catch (error) {
      // It throws whenever the status is no success.
      if (!(error instanceof ClientError)) throw error;
      return { data: error.response.data, codes: codesOf(error.response.errors) };
    }
  },
  async 'fetch, as in the guide of Relay'(query, variables) {
    const response = await portals.fetch(portals.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers() },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await response.json()) as { data?: unknown; errors?: [] };
    return { data, codes: codesOf(errors) };
  },
};

const PARTIAL: Readonly<Record<string, number>> = { 'fetch, as in the guide of Relay': 200 };
const INVALID: Readonly<Record<string, number>> = { 'fetch, as in the guide of Relay': 200 };

it.each(Object.entries(CLIENTS))('%s shows the data and the errors of a partial answer', async (name, ask) => {
  portals.sent();
  const { data, codes } = await ask(ONE_PORTAL, { installation: portals.second });
  expect(data).toMatchObject({ installation: { contacts: { nodes: [{}, {}] }, owners: null } });
  expect(codes).toEqual(['MISSING_SCOPES']);
  expect(portals.sent()).toEqual([expect.stringMatching(` ${PARTIAL[name] ?? 294}$`)]);
});

it.each(Object.entries(CLIENTS))('%s shows why a document or its variables were refused', async (name, ask) => {
  portals.sent();
  expect((await ask('query Invalid { unknown }', {})).codes).toEqual(['GRAPHQL_VALIDATION_FAILED']);
  expect((await ask(ONE_PORTAL, {})).codes).toEqual(['BAD_USER_INPUT']);
  expect(portals.sent()).toEqual([expect.stringMatching(` ${INVALID[name] ?? 422}$`), expect.stringMatching(/ 422$/)]);
});
