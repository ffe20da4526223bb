import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Stack } from '../helpers/stack.ts';

describe('with INTROSPECTION=off', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await Stack.start({ env: { INTROSPECTION: 'off' } });
  });
  afterAll(() => stack.stop());

  it.each([
    '{ __schema { queryType { name } } }',
    '{ __type(name: "Query") { name } }',
    '{ x: __schema { types { name } } }',
    '{ ...f } fragment f on Query { __schema { types { name } } }',
    '{ ... on Query { ... { __type(name: "Contact") { fields { name } } } } }',
    '{ __schema @include(if: true) { description } }',
    'query a { viewer { id } __schema { description } }',
    '{ __schema { types { fields { type { fields { type { fields { type { name } } } } } } } } }',
    getIntrospectionQuery(),
  ])('B34 B35 refuses to tell the schema (%#)', async (query) => {
    const { data, errors = [] } = await stack.query(query);
    expect(data).toBeUndefined();
    expect(errors.map(({ message }) => message).join()).toContain('introspection has been disabled');
    expect(new Set(errors.map(({ extensions }) => extensions?.code))).toEqual(new Set(['GRAPHQL_VALIDATION_FAILED']));
  });

  it('B34 refuses it by GET and by event stream as well', async () => {
    const query = '{ __schema { queryType { name } } }';
    const byGet = await fetch(`${stack.url}/graphql?query=${encodeURIComponent(query)}`, {
      headers: { authorization: `Bearer ${stack.token()}` },
    });
    expect(await byGet.text()).toContain('introspection has been disabled');
    const streamed = await fetch(`${stack.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        authorization: `Bearer ${stack.token()}`,
      },
      body: JSON.stringify({ query }),
    });
    expect(await streamed.text()).toContain('introspection has been disabled');
  });

  it('B34 still has __typename for clients', async () => {
    expect(await stack.query('{ __typename viewer { __typename } }')).toEqual({
      data: { __typename: 'Query', viewer: { __typename: 'Viewer' } },
    });
  });

  it.each([
    ['field', '{ viewr { id } }', {}],
    ['field of a type', '{ viewer { tenant } }', {}],
    ['argument', '{ contact(idd: "1") { id } }', {}],
    ['type', '{ node(id: "1") { ... on Contat { id } } }', {}],
    ['input field', 'mutation { connectHubSpot(input: { scope: ["a"] }) { expiresAt } }', {}],
    ['type of a variable', 'query($i: ConnectHubSpotInpt) { viewer { id } }', {}],
    ['directive', '{ viewer @skp(if: true) { id } }', {}],
    ['selection', '{ viewer }', {}],
    [
      'input field of a variable',
      'mutation($i: ConnectHubSpotInput) { connectHubSpot(input: $i) { expiresAt } }',
      { i: { scope: ['a'] } },
    ],
  ])('B36 suggests nothing for a misspelt %s', async (_name, query, variables) => {
    const { data, errors = [] } = await stack.query(query, variables);
    expect(data).toBeUndefined();
    expect(errors.length).toBeGreaterThan(0);
    expect(JSON.stringify(errors)).not.toContain('Did you mean');
    for (const { extensions } of errors) {
      expect(['GRAPHQL_VALIDATION_FAILED', 'BAD_USER_INPUT']).toContain(extensions?.code);
    }
  });
});

describe('with INTROSPECTION=on', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await Stack.start({ env: { INTROSPECTION: 'on' } });
  });
  afterAll(() => stack.stop());

  it("answers GraphiQL's own query within the limits", async () => {
    for (const query of [
      getIntrospectionQuery(),
      getIntrospectionQuery({
        descriptions: true,
        specifiedByUrl: true,
        directiveIsRepeatable: true,
        schemaDescription: true,
        inputValueDeprecation: true,
        oneOf: true,
      }),
    ]) {
      const { data, errors } = await stack.query(query);
      expect(errors).toBeUndefined();
      expect(data).toMatchObject({ __schema: { queryType: { name: 'Query' } } });
    }
  });

  it('B35 refuses to walk in circles', async () => {
    const circle = (depth: number): string => (depth === 0 ? 'name' : `fields { type { ${circle(depth - 1)} } }`);
    const { data, errors } = await stack.query(`{ __schema { types { ${circle(7)} } } }`);
    expect(data).toBeUndefined();
    expect(errors?.[0]?.extensions?.code).toBe('GRAPHQL_VALIDATION_FAILED');
  });

  it('needs a viewer all the same', async () => {
    const response = await fetch(`${stack.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: getIntrospectionQuery() }),
    });
    expect(response.status).toBe(401);
  });

  it('suggests what was meant', async () => {
    const { errors } = await stack.query('{ viewr { id } }');
    expect(errors?.[0]?.message).toContain('Did you mean "viewer"?');
  });
});
