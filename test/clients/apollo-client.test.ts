import { createHash } from 'node:crypto';
import { ApolloClient, CombinedGraphQLErrors, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BOTH_PORTALS, CREATE_CONTACT, ONE_PORTAL, startTwoPortals, type TwoPortals } from '../helpers/two-portals.ts';

let portals: TwoPortals;
beforeAll(async () => {
  portals = await startTwoPortals();
});
afterAll(() => portals.stop());

function createClient({ persisted = false, useGETForQueries = false, useGETForHashedQueries = false } = {}) {
  const { url: uri, authorization, fetch } = portals;
  const http = new HttpLink({ uri, fetch, headers: { authorization }, useGETForQueries });
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const link = persisted ? new PersistedQueryLink({ sha256, useGETForHashedQueries }).concat(http) : http;
  portals.sent();
  return new ApolloClient({ link, cache: new InMemoryCache() });
}

it.each([
  ['POST', false],
  ['GET', true],
])('queries by %s, and its cache keeps two portals apart', async (method, useGETForQueries) => {
  const client = createClient({ useGETForQueries });
  await client.query({ query: gql(BOTH_PORTALS) });
  const cached = await client.query({ query: gql(BOTH_PORTALS), fetchPolicy: 'cache-only' });
  expect(portals.sent()).toEqual([`${method} 200`]);
  expect(withoutTypenames(cached.data)).toEqual((await portals.ask(BOTH_PORTALS)).data);
});

it('writes', async () => {
  const input = { installationId: portals.first, email: 'apollo@example.com' };
  const { data } = await createClient().mutate({ mutation: gql(CREATE_CONTACT), variables: { input } });
  expect(data).toMatchObject({ createContact: { contact: { email: input.email }, userErrors: [] } });
});

it("shows a refused field beside the data with errorPolicy 'all'", async () => {
  const { data, error } = await createClient().query<{ installation: { contacts: object; owners: null } }>({
    query: gql(ONE_PORTAL),
    variables: { installation: portals.second },
    errorPolicy: 'all',
  });
  expect(data?.installation).toMatchObject({ contacts: { nodes: expect.any(Array) }, owners: null });
  const errors = CombinedGraphQLErrors.is(error) ? error.errors : [];
  expect(errors.map(({ extensions }) => extensions?.code)).toEqual(['MISSING_SCOPES']);
});

it.each([
  ['POST', false],
  ['GET', true],
])('falls back on the text when it asked by hash and %s, once for all', async (method, useGETForHashedQueries) => {
  const client = createClient({ persisted: true, useGETForHashedQueries });
  for (const query of ['{ viewer { id } }', '{ viewer { tenantId } }']) {
    expect((await client.query({ query: gql(query) })).data).toMatchObject({ viewer: {} });
  }
  expect(portals.sent()).toEqual([`${method} 400`, 'POST 200', 'POST 200']);
});

function withoutTypenames(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (name, inner) => (name === '__typename' ? undefined : inner)));
}
