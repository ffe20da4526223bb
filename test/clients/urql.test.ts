import { Client, fetchExchange, gql } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { persistedExchange } from '@urql/exchange-persisted';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BOTH_PORTALS, CREATE_CONTACT, ONE_PORTAL, startTwoPortals, type TwoPortals } from '../helpers/two-portals.ts';

let portals: TwoPortals;
beforeAll(async () => {
  portals = await startTwoPortals();
});
afterAll(() => portals.stop());

const clientWith = (...exchanges: NonNullable<ConstructorParameters<typeof Client>[0]['exchanges']>) =>
  new Client({
    url: portals.url,
    fetch: portals.fetch,
    fetchOptions: () => ({ headers: { authorization: portals.authorization } }),
    exchanges,
  });

describe('urql as installed', () => {
  it('queries by GET, and writes by POST', async () => {
    const client = clientWith(fetchExchange);
    portals.sent();
    const { data, error } = await client.query(BOTH_PORTALS, {}).toPromise();
    expect(error).toBeUndefined();
    expect(data).toEqual((await portals.ask(BOTH_PORTALS)).data);
    const input = { installationId: portals.first, email: 'urql@example.com' };
    const written = await client.mutation(CREATE_CONTACT, { input }).toPromise();
    expect(written.data).toMatchObject({ createContact: { contact: { email: input.email }, userErrors: [] } });
    expect(portals.sent()).toEqual(['GET 200', 'POST 200']);
  });

  it('sends a long query by POST', async () => {
    const client = clientWith(fetchExchange);
    portals.sent();
    const { data } = await client.query(`${ONE_PORTAL} ${'# long\n'.repeat(400)}`, { installation: 'x'.repeat(2_000) });
    expect(data).toEqual({ installation: null });
    expect(portals.sent()).toEqual(['POST 200']);
  });

  it('queries by POST where it is told to', async () => {
    const { url, fetch, authorization } = portals;
    const fetchOptions = { headers: { authorization } };
    const client = new Client({ url, fetch, fetchOptions, preferGetMethod: false, exchanges: [fetchExchange] });
    portals.sent();
    expect((await client.query('{ viewer { id } }', {}).toPromise()).data).toEqual({ viewer: { id: 'alice' } });
    expect(portals.sent()).toEqual(['POST 200']);
  });

  it('shows a refused field beside the data', async () => {
    const client = clientWith(fetchExchange);
    const { data, error } = await client.query(ONE_PORTAL, { installation: portals.second }).toPromise();
    expect(data.installation.contacts.nodes).toHaveLength(2);
    expect(data.installation.owners).toBeNull();
    expect(error?.graphQLErrors.map(({ extensions }) => extensions.code)).toEqual(['MISSING_SCOPES']);
  });

  it('tells a viewer without a valid token so', async () => {
    const client = new Client({ url: portals.url, fetch: portals.fetch, exchanges: [fetchExchange] });
    const { error } = await client.query('{ viewer { id } }', {}).toPromise();
    expect(error?.graphQLErrors.map(({ extensions }) => extensions.code)).toEqual(['UNAUTHENTICATED']);
  });
});

it('its persisted exchange falls back on the text, once for all', async () => {
  const client = clientWith(persistedExchange(), fetchExchange);
  portals.sent();
  for (const query of ['{ viewer { id } }', '{ viewer { tenantId } }']) {
    expect((await client.query(query, {}).toPromise()).data?.viewer).toBeTruthy();
  }
  expect(portals.sent()).toEqual(['GET 400', 'GET 200', 'GET 200']);
});

it('graphcache keeps two portals apart', async () => {
  const client = clientWith(cacheExchange(), fetchExchange);
  await client.query(gql(BOTH_PORTALS), {}).toPromise();
  const { data } = client.readQuery(BOTH_PORTALS, {}) ?? {};
  expect(withoutTypenames(data)).toEqual((await portals.ask(BOTH_PORTALS)).data);
});

function withoutTypenames(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (name, inner) => (name === '__typename' ? undefined : inner)));
}
