import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { createRefusals } from 'hubspot-graphql-gateway-client';
import { refusalLink, refusalsOf } from 'hubspot-graphql-gateway-client/apollo';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ONE_PORTAL, startTwoPortals, type TwoPortals } from '../helpers/two-portals.ts';

let portals: TwoPortals;
beforeAll(async () => {
  portals = await startTwoPortals();
});
afterAll(() => portals.stop());

function createClient() {
  const refusals = createRefusals();
  const http = new HttpLink({
    uri: portals.url,
    fetch: portals.fetch,
    headers: { authorization: portals.authorization },
  });
  portals.sent();
  const client = new ApolloClient({ link: refusalLink(refusals).concat(http), cache: new InMemoryCache() });
  return { client, refusals };
}

const ofPortal = (installation: string) => ({ query: gql(ONE_PORTAL), variables: { installation } });

it('knows the reason of a null that Apollo Client reads from its cache without one', async () => {
  const { client, refusals } = createClient();
  const operation = ofPortal(portals.second);
  await client.query({ ...operation, errorPolicy: 'all' });
  const again = await client.query<{ installation: { owners: unknown } }>({ ...operation, errorPolicy: 'all' });
  expect(portals.sent()).toHaveLength(1);
  expect(again.error).toBeUndefined();
  expect(again.data?.installation.owners).toBeNull();
  expect(refusalsOf(refusals, operation)).toMatchObject([
    { code: 'MISSING_SCOPES', extensions: { coordinate: 'Installation.owners' } },
  ]);
  expect(refusals.missingScopes()).toMatchObject([{ installationId: portals.second }]);
});

it('tells operations apart by their name and variables', async () => {
  const { client, refusals } = createClient();
  await client.query({ ...ofPortal(portals.second), errorPolicy: 'all' });
  await client.query({ ...ofPortal(portals.first), errorPolicy: 'all' });
  expect(refusalsOf(refusals, ofPortal(portals.first))).toEqual([]);
  expect(refusalsOf(refusals, ofPortal(portals.second))).toHaveLength(1);
  const anonymous = (limit: number) => ({
    query: gql(`query ($id: ID) { installation(id: $id) { id owners(first: ${limit}) { nodes { id } } } }`),
    variables: { id: portals.second, unused: undefined },
  });
  await client.query({ ...anonymous(1), errorPolicy: 'all' });
  expect(refusalsOf(refusals, anonymous(1))).toHaveLength(1);
  expect(refusalsOf(refusals, anonymous(2))).toEqual([]);
});

it('forgets what the next answer does not refuse', async () => {
  const { client, refusals } = createClient();
  const operation = ofPortal(portals.second);
  await client.query({ ...operation, errorPolicy: 'all' });
  const before = refusals.missingScopes();
  expect(refusals.missingScopes()).toBe(before);
  const scopes = portals.stack.config.hubspot.optionalScopes;
  await portals.stack.connect({ installationId: portals.second, scopes }, undefined, { portal: '7654321' });
  await client.query({ ...operation, errorPolicy: 'all', fetchPolicy: 'network-only' });
  expect(refusals.missingScopes()).toEqual([]);
});
