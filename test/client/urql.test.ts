import { Client, fetchExchange, gql, type RequestPolicy } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { createRefusals, errorsOf } from 'hubspot-graphql-gateway-client';
import { refusalExchange } from 'hubspot-graphql-gateway-client/urql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ONE_PORTAL, startTwoPortals, type TwoPortals } from '../helpers/two-portals.ts';

let portals: TwoPortals;
beforeAll(async () => {
  portals = await startTwoPortals();
});
afterAll(() => portals.stop());

function createClient({ withRefusals = true } = {}) {
  const { url, fetch, authorization } = portals;
  const refusals = createRefusals();
  const cache = withRefusals ? refusalExchange(cacheExchange(), refusals) : cacheExchange();
  const client = new Client({
    ...{ url, fetch, fetchOptions: { headers: { authorization } }, preferGetMethod: false },
    exchanges: [cache, fetchExchange],
  });
  portals.sent();
  const read = (installation = portals.second, query = ONE_PORTAL, requestPolicy: RequestPolicy = 'cache-first') =>
    client.query(gql(query), { installation }, { requestPolicy }).toPromise();
  return { client, refusals, read };
}

const REFUSED = [{ code: 'MISSING_SCOPES', path: ['installation', 'owners'] }];

it('graphcache alone asks at every read', async () => {
  const { read } = createClient({ withRefusals: false });
  for (const _ of [1, 2, 3]) expect(errorsOf(await read())).toMatchObject(REFUSED);
  expect(portals.sent()).toHaveLength(3);
});

it('asks once, and every read has the error beside the data', async () => {
  const { read, refusals } = createClient();
  for (const _ of [1, 2, 3]) {
    const result = await read();
    expect(errorsOf(result)).toMatchObject(REFUSED);
    expect(result.data.installation.contacts.nodes).toHaveLength(2);
    expect(result.data.installation.owners).toBeNull();
  }
  expect(portals.sent()).toHaveLength(1);
  expect(refusals.missingScopes()).toMatchObject([{ installationId: portals.second }]);
});

it('another operation that reads the same null from the cache asks once, and has the error, too', async () => {
  const { read } = createClient();
  await read();
  const other =
    'query Other($installation: ID!) { installation(id: $installation) { id owners(first: 2) { nodes { id email } } } }';
  for (const _ of [1, 2]) expect(errorsOf(await read(portals.second, other))).toMatchObject(REFUSED);
  expect(portals.sent()).toHaveLength(2);
});

it('adds nothing where nothing is refused', async () => {
  const { read } = createClient();
  for (const _ of [1, 2]) expect((await read(portals.first)).error).toBeUndefined();
  expect(portals.sent()).toHaveLength(1);
});

it('keeps other errors, and failures of the network', async () => {
  const { read } = createClient();
  const mixed = `query Mixed($installation: ID!) {
    installation(id: $installation) { id owners(first: 2) { nodes { id } } }
    contact(id: "Contact:1:1") { id }
  }`;
  for (const _ of [1, 2]) {
    const codes = errorsOf(await read(portals.second, mixed)).map(({ code }) => code);
    expect(codes).toContain('MISSING_SCOPES');
  }
  expect(
    errorsOf(await read(portals.second, 'query ($installation: ID!) { installation(id: $installation) { no } }')),
  ).toMatchObject([{ code: 'GRAPHQL_VALIDATION_FAILED' }]);
  const unreachable = new Client({
    url: 'http://127.0.0.1:1/graphql',
    exchanges: [refusalExchange(cacheExchange(), createRefusals()), fetchExchange],
  });
  expect(errorsOf(await unreachable.query('{ viewer { id } }', {}).toPromise())).toMatchObject([
    { code: 'NETWORK_ERROR' },
  ]);
});

it('reads the field again when the portal was connected again', async () => {
  const { read, refusals } = createClient();
  const notified: number[] = [];
  const unsubscribe = refusals.subscribe(() => notified.push(refusals.missingScopes().length));
  await read();
  const scopes = portals.stack.config.hubspot.optionalScopes;
  await portals.stack.connect({ installationId: portals.second, scopes }, undefined, { portal: '7654321' });
  refusals.forget(portals.second);
  for (const _ of [1, 2]) {
    const { data, error } = await read();
    expect(error).toBeUndefined();
    expect(data.installation.owners.nodes).toHaveLength(2);
  }
  expect(portals.sent()).toHaveLength(2);
  unsubscribe();
  refusals.forget();
  expect(notified).toEqual([1, 0]);
});
