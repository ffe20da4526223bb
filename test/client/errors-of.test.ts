import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { Client, fetchExchange } from '@urql/core';
import { GraphQLClient } from 'graphql-request';
import type * as ofClient from 'hubspot-graphql-gateway-client';
import { createGatewayClient, errorsOf, GATEWAY_ERROR_CODES, missingScopes } from 'hubspot-graphql-gateway-client';
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import type * as ofGateway from '../../src/errors.ts';
import { ERROR_CODE_LIST } from '../../src/graphql/error-codes.ts';
import { ONE_PORTAL, startTwoPortals, type TwoPortals } from '../helpers/two-portals.ts';

let portals: TwoPortals;
beforeAll(async () => {
  portals = await startTwoPortals();
});
afterAll(() => portals.stop());

describe('the union', () => {
  it("has the gateway's codes, each with the gateway's extensions", () => {
    const codes = [...ERROR_CODE_LIST.matchAll(/^- `(\w+)`/gm)].map(([, code]) => code);
    expect([...GATEWAY_ERROR_CODES].sort()).toEqual(codes.sort());
    expectTypeOf<ofClient.ExtensionsByCode>().toEqualTypeOf<ofGateway.ExtensionsByCode>();
  });

  it('narrows by code', () => {
    for (const error of errorsOf({ errors: [] })) {
      if (error.code === 'RATE_LIMITED') expectTypeOf(error.extensions.retryAfterMs).toEqualTypeOf<number>();
      if (error.code === 'NETWORK_ERROR') expectTypeOf(error.extensions.status).toEqualTypeOf<number | undefined>();
      if (error.code === 'UNKNOWN_ERROR')
        expectTypeOf(error.extensions).toEqualTypeOf<Readonly<Record<string, unknown>>>();
    }
  });
});

/** What each client returns or throws for an operation, with and without a valid token. */
const CLIENTS: Readonly<Record<string, (authorization: string) => Promise<unknown>>> = {
  'this package': (authorization) =>
    createGatewayClient({
      url: portals.url,
      getToken: () => authorization.replace('Bearer ', ''),
      fetch: portals.fetch,
    }).request(ONE_PORTAL, { installation: portals.second }),
  'plain fetch': async (authorization) => {
    const response = await fetch(portals.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body: JSON.stringify({ query: ONE_PORTAL, variables: { installation: portals.second } }),
    });
    return response.json();
  },
  ...Object.fromEntries(
    (['all', 'none'] as const).map((errorPolicy) => [
      `Apollo Client, errorPolicy ${errorPolicy}`,
      (authorization: string) =>
        new ApolloClient({
          link: new HttpLink({ uri: portals.url, headers: { authorization } }),
          cache: new InMemoryCache(),
        })
          .query({ query: gql(ONE_PORTAL), variables: { installation: portals.second }, errorPolicy })
          .catch((error: unknown) => error),
    ]),
  ),
  'Apollo Client by application/json': (authorization) =>
    new ApolloClient({
      link: new HttpLink({ uri: portals.url, headers: { authorization, accept: 'application/json' } }),
      cache: new InMemoryCache(),
    })
      .query({ query: gql(ONE_PORTAL), variables: { installation: portals.second } })
      .catch((error: unknown) => error),
  urql: (authorization) =>
    new Client({ url: portals.url, fetchOptions: { headers: { authorization } }, exchanges: [fetchExchange] })
      .query(ONE_PORTAL, { installation: portals.second })
      .toPromise(),
  ...Object.fromEntries(
    (['all', 'none'] as const).map((errorPolicy) => [
      `graphql-request, errorPolicy ${errorPolicy}`,
      (authorization: string) =>
        new GraphQLClient(portals.url, { headers: { authorization }, errorPolicy })
          .rawRequest(ONE_PORTAL, { installation: portals.second })
          .catch((error: unknown) => error),
    ]),
  ),
};

describe.each(Object.entries(CLIENTS))('errors of %s', (_name, ask) => {
  it('are those of the gateway', async () => {
    const result = await ask(portals.authorization);
    const [error, ...others] = errorsOf(result);
    expect(others).toEqual([]);
    expect(error).toMatchObject({
      code: 'MISSING_SCOPES',
      path: ['installation', 'owners'],
      extensions: { code: 'MISSING_SCOPES', coordinate: 'Installation.owners', installationId: portals.second },
    });
    expect(errorsOf(errorsOf(result))).toEqual([error]);
    expect(missingScopes(result)).toEqual([
      {
        installationId: portals.second,
        scopes: ['crm.objects.owners.read'],
        coordinates: ['Installation.owners'],
        input: {
          installationId: portals.second,
          scopes: [...portals.stack.config.hubspot.requiredScopes, 'crm.objects.owners.read'].sort(),
        },
      },
    ]);
  });

  it('include the refusal of a token', async () => {
    expect(errorsOf(await ask('Bearer none')).map(({ code }) => code)).toEqual(['UNAUTHENTICATED']);
  });
});

it('a network that fails is an error of each client', async () => {
  const url = 'http://127.0.0.1:1/graphql';
  const failures = [
    fetch(url),
    new ApolloClient({ link: new HttpLink({ uri: url }), cache: new InMemoryCache() }).query({
      query: gql(ONE_PORTAL),
    }),
    new Client({ url, exchanges: [fetchExchange] }).query('{ viewer { id } }', {}).toPromise(),
    new GraphQLClient(url).request('{ viewer { id } }'),
    createGatewayClient({ url, getToken: () => 'none' }).request('{ viewer { id } }'),
  ];
  for (const failure of failures) {
    const codes = errorsOf(await failure.catch((error: unknown) => error)).map(({ code }) => code);
    expect(codes).toEqual(['NETWORK_ERROR']);
  }
});

it.each([
  [undefined, []],
  [null, []],
  ['text', []],
  [{ data: {} }, []],
  [{ data: {}, errors: [] }, []],
  [{ data: {}, error: undefined }, []],
  [{ error: 'text' }, ['UNKNOWN_ERROR']],
  [{ errors: [null, 7, {}] }, ['UNKNOWN_ERROR', 'UNKNOWN_ERROR', 'UNKNOWN_ERROR']],
  [{ errors: [{ message: 'x', extensions: { code: 'toString' } }] }, ['UNKNOWN_ERROR']],
  [{ errors: [{ message: 'x', extensions: { code: 'OF_2030', status: 500 } }] }, ['UNKNOWN_ERROR']],
  [new RangeError('x'), ['UNKNOWN_ERROR']],
])('whatever it is given, it answers with a list: %j', (value, codes) => {
  expect(errorsOf(value).map(({ code }) => code)).toEqual(codes);
  expect(missingScopes(value)).toEqual([]);
});
