import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exchange } from '../helpers/raw-http.ts';
import { Stack } from '../helpers/stack.ts';

const QUERY = 'query Me { viewer { id } }';
const ANSWER = { data: { viewer: { id: 'alice' } } };
const MUTATION = 'mutation Connect { connectHubSpot { expiresAt } }';

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start({ env: { GRAPHIQL: 'on' } });
});
afterAll(() => stack.stop());

const authorization = () => `Bearer ${stack.token()}`;

async function get(
  parameters: Readonly<Record<string, string>> | string,
  headers: Readonly<Record<string, string>> = {},
) {
  const search = typeof parameters === 'string' ? parameters : new URLSearchParams(parameters).toString();
  const response = await fetch(`${stack.url}/graphql?${search}`, {
    headers: { authorization: authorization(), ...headers },
  });
  const text = await response.text();
  const errors: { extensions: { code: string } }[] = text.startsWith('{') ? (JSON.parse(text).errors ?? []) : [];
  return { status: response.status, headers: response.headers, text, codes: errors.map((e) => e.extensions.code) };
}

async function flows(): Promise<number> {
  return (await stack.db.database.query.selectFrom('authorization_requests').selectAll().execute()).length;
}

/** Asks twice: the first time a document is new, the second time it is known. */
async function twice(
  parameters: Readonly<Record<string, string>> | string,
  headers: Readonly<Record<string, string>> = {},
) {
  const first = await get(parameters, headers);
  const second = await get(parameters, headers);
  expect({ status: second.status, text: second.text }).toEqual({ status: first.status, text: first.text });
  return second;
}

describe('a query by GET', () => {
  it('is answered, and kept by no cache', async () => {
    const { status, headers, text } = await twice({ query: QUERY });
    expect({ status, answer: JSON.parse(text) }).toEqual({ status: 200, answer: ANSWER });
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('set-cookie')).toBeNull();
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
  });

  it('takes variables, an operation name and extensions', async () => {
    const { text } = await twice({
      query: 'query A { viewer { id } } query B($id: ID!) { node(id: $id) { id } }',
      operationName: 'B',
      variables: '{"id":"ü&+%"}',
      extensions: '{"clientLibrary":{"name":"x"}}',
      unknown: 'x',
    });
    expect(JSON.parse(text)).toEqual({ data: { node: null } });
  });

  it('takes empty parameters for absent ones', async () => {
    const { text } = await twice({ query: QUERY, operationName: '', variables: '', extensions: '' });
    expect(JSON.parse(text)).toEqual(ANSWER);
    expect((await twice({ query: QUERY, variables: 'null' })).status).toBe(200);
  });

  it.each([
    ['no query', {}, 422],
    ['an empty query', { query: '' }, 422],
    ['variables that are not JSON', { query: QUERY, variables: 'canary-4711' }, 422],
    ['variables that are not an object', { query: QUERY, variables: '["canary-4711"]' }, 422],
    ['extensions that are not an object', { query: QUERY, extensions: '"canary-4711"' }, 422],
    ['two queries', `query=${encodeURIComponent(QUERY)}&query=canary-4711`, 422],
    ['bytes that are not UTF-8', 'query=%ff', 400],
    ['an invalid escape', 'query=%zz', 400],
  ])('with %s is refused', async (_name, parameters, expected) => {
    const { status, codes, text } = await twice(parameters);
    expect({ status, codes }).toEqual({ status: expected, codes: ['BAD_USER_INPUT'] });
    expect(text).not.toContain('canary-4711');
  });

  it('needs a bearer token, also with cookies', async () => {
    const cookie = `authorization=${stack.token()}; token=${stack.token()}`;
    const response = await fetch(`${stack.url}/graphql?query=${encodeURIComponent(QUERY)}`, { headers: { cookie } });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  it('leaves the page of GraphiQL to browsers', async () => {
    const { status, text } = await get({ query: QUERY }, { accept: 'text/html,*/*;q=0.8' });
    expect(status).toBe(200);
    expect(text).toContain('<html');
  });

  it('is not executed by HEAD', async () => {
    const search = new URLSearchParams({ query: QUERY });
    const init = { method: 'HEAD', headers: { authorization: authorization() } };
    const response = await fetch(`${stack.url}/graphql?${search}`, init);
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('GET, POST');
  });

  it('ignores a body', async () => {
    const lines = [`GET /graphql?query=${encodeURIComponent(QUERY)} HTTP/1.1`, 'Host: localhost', 'Connection: close'];
    const head = [...lines, `Authorization: ${authorization()}`, 'Content-Length: 2', '', '{}'].join('\r\n');
    expect((await exchange(stack.url, head)).text).toContain(JSON.stringify(ANSWER));
  });
});

describe('by GET nothing changes', () => {
  it.each([
    ['a mutation', { query: MUTATION }],
    ['one of several operations', { query: `${QUERY} ${MUTATION}`, operationName: 'Connect' }],
    ['a subscription', { query: 'subscription S { changed }' }],
  ])('%s is 405', async (_name, parameters) => {
    const before = await flows();
    // Known as a document, too.
    await stack.query(parameters.query, {});
    const started = await flows();
    for (const accept of ['application/json', 'application/graphql-response+json']) {
      const { status, headers, codes } = await twice(parameters, { accept });
      expect({ status, allow: headers.get('allow'), codes }).toEqual({
        status: 405,
        allow: 'POST',
        codes: ['BAD_USER_INPUT'],
      });
      expect(headers.get('set-cookie')).toBeNull();
    }
    expect(await flows()).toBe(started);
    expect(started - before).toBe(parameters.query === MUTATION ? 1 : 0);
  });

  it('the query beside a mutation is answered', async () => {
    const { text } = await twice({ query: `${MUTATION} ${QUERY}`, operationName: 'Me' });
    expect(JSON.parse(text)).toEqual(ANSWER);
  });
});

describe('a URL', () => {
  it('leaves nothing of itself in the log, the metrics and errors', async () => {
    stack.logs.splice(0);
    const query = 'query Canary4711($id: ID!) { node(id: $id) { id } }';
    const variables = '{"id":"canary-4711@example.com"}';
    const texts = [
      (await get({ query, variables })).text,
      (await get({ query, variables: `${variables}canary-4711` })).text,
      (await get({ query: `${MUTATION} #canary-4711`, variables })).text,
      (await get({ query: QUERY, variables }, { authorization: 'Bearer x' })).text,
      (await get({ query: 'x'.repeat(17_000), variables })).text,
      await (await fetch(`${stack.url}/metrics`)).text(),
    ];
    expect(`${texts.join('')}${stack.logs.join('')}`).not.toMatch(/canary.?4711/i);
  });

  it('may have 16 kB', async () => {
    const long = (size: number) => `query=${encodeURIComponent(QUERY)}&x=${'x'.repeat(size)}`;
    expect((await get(long(15_000))).status).toBe(200);
    const { status, codes } = await get(long(16_400));
    expect({ status, codes }).toEqual({ status: 414, codes: ['BAD_USER_INPUT'] });
  });
});
