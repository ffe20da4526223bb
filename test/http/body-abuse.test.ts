import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Stack } from '../helpers/stack.ts';
import { expectUnharmed } from '../helpers/unharmed.ts';

const BODY = JSON.stringify({ query: '{ viewer { id } }' });
const ANSWER = { data: { viewer: { id: 'alice' } } };
/** Would leave a flow in the database. */
const MUTATION = 'mutation { connectHubSpot { expiresAt } }';

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start({ env: { GRAPHIQL: 'off' } });
});
afterAll(() => stack.stop());

afterEach(() => expectUnharmed(stack));

async function post(body: BodyInit, headers: Readonly<Record<string, string>> = {}) {
  const response = await fetch(`${stack.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${stack.token()}`, ...headers },
    body,
  });
  return { status: response.status, text: await response.text() };
}

/** The codes of all errors; every error has one. */
function codes(text: string): unknown[] {
  return JSON.parse(text).errors.map(({ extensions }: { extensions: { code: unknown } }) => extensions.code);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

async function flows(): Promise<number> {
  return (await stack.db.database.query.selectFrom('authorization_requests').selectAll().execute()).length;
}

describe('content types', () => {
  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'application/json;charset=UTF-8',
    'application/json; charset="utf-8"',
    'application/graphql+json',
  ])('B9 answers %s', async (type) => {
    const { status, text } = await post(BODY, { 'content-type': type });
    expect({ status, answer: JSON.parse(text) }).toEqual({ status: 200, answer: ANSWER });
  });

  it.each([
    'text/plain',
    'application/jsonx',
    'application/json; charset=utf-16',
    'application/json, text/plain',
    'json',
    '*/*',
  ])('B9 refuses %s', async (type) => {
    const { status, text } = await post(BODY, { 'content-type': type });
    expect({ status, codes: codes(text) }).toEqual({ status: 415, codes: ['BAD_USER_INPUT'] });
  });

  it('B9 refuses a body without a content type', async () => {
    const { status } = await post(new Blob([BODY]), { 'content-type': '' });
    expect(status).toBe(415);
  });

  it.each([
    ['application/x-www-form-urlencoded', `query=${encodeURIComponent(MUTATION)}`],
    ['application/graphql', MUTATION],
    ['text/plain', JSON.stringify({ query: MUTATION })],
    [
      'multipart/form-data; boundary=x',
      `--x\r\nContent-Disposition: form-data; name="operations"\r\n\r\n${JSON.stringify({ query: MUTATION })}\r\n--x--`,
    ],
  ])('B10 executes nothing that comes as %s', async (type, body) => {
    const before = await flows();
    expect((await post(body, { 'content-type': type })).status).toBe(415);
    expect(await flows()).toBe(before);
  });
});

describe('bodies that are not a request', () => {
  it.each([
    ['invalid UTF-8', new Uint8Array([0x7b, 0x22, 0x71, 0xff, 0xfe, 0x7d])],
    ['UTF-16', Buffer.from(BODY, 'utf16le')],
    ['a byte order mark', `\ufeff${BODY}`],
    ['a bare NUL', '{"query":"{ viewer { id } }\0"}'],
  ])('B13 refuses %s', async (_name, body) => {
    const { status, text } = await post(body);
    expect({ status, codes: codes(text) }).toEqual({ status: 400, codes: ['BAD_USER_INPUT'] });
  });

  it.each(['\\u0000', '\\ud800', '\\udc00\\ud800'])('B13 refuses %s in a document', async (character) => {
    const { text } = await post(`{"query":"{ viewer { id } } ${character}"}`);
    expect(codes(text)).toEqual(['GRAPHQL_PARSE_FAILED']);
  });

  it.each(['a\u0000b', '\ud800', '\udc00\ud800', '\ufeff', '\u202e'])(
    'B13 takes %j in variables as text that names nothing',
    async (value) => {
      const query = 'query($id: ID!) { installation(id: $id) { id } node(id: $id) { id } }';
      const { text } = await post(JSON.stringify({ query, variables: { id: value } }));
      expect(JSON.parse(text)).toEqual({ data: { installation: null, node: null } });
      const mutation = 'mutation($c: String!) { completeHubSpotConnection(connection: $c) { __typename } }';
      expect(codes((await post(JSON.stringify({ query: mutation, variables: { c: value } }))).text)).toEqual([
        'BAD_USER_INPUT',
      ]);
    },
  );

  it.each([
    '{"query":"{ viewer',
    'canary-4711',
    '["canary-4711"',
    'null',
    '1',
    'true',
    '"canary-4711"',
    '[]',
    '',
    '{}',
    '{"query":null}',
    '{"query":1}',
    '{"query":{"canary-4711":1}}',
    '{"query":["canary-4711"]}',
    '{"canary-4711":1}',
    `{"${'x'.repeat(100_000)}":1}`,
  ])('B14 refuses a body that is no request, and does not echo it (%#)', async (body) => {
    const { status, text } = await post(body, { accept: 'application/graphql-response+json' });
    expect({ status, codes: codes(text) }).toEqual({ status: isJson(body) ? 422 : 400, codes: ['BAD_USER_INPUT'] });
    expect(text).not.toContain('canary-4711');
    expect(text.length).toBeLessThan(1_000);
  });

  it('B15 executes the last of two queries', async () => {
    const { text } = await post('{"query":"{ viewer { id } }","query":"{ viewer { tenantId } }"}');
    expect(JSON.parse(text)).toEqual({ data: { viewer: { tenantId: 'acme' } } });
  });

  it.each([
    ['arrays', '['.repeat(100_000) + ']'.repeat(100_000)],
    ['objects', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
  ])('B16 is not impressed by 100,000 nested %s', async (_name, nested) => {
    const startedAt = performance.now();
    const query = 'mutation($input: ConnectHubSpotInput) { connectHubSpot(input: $input) { expiresAt } }';
    const { status, text } = await post(`{"query":${JSON.stringify(query)},"variables":{"input":${nested}}}`);
    expect({ status, codes: codes(text) }).toEqual({ status: 422, codes: ['BAD_USER_INPUT'] });
    expect(text.length).toBeLessThan(1_000);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });
});

describe('answers in types that the gateway does not have', () => {
  it.each(['image/png', 'text/html', 'text/html,application/xhtml+xml', 'application/xml'])(
    'B17 refuses Accept: %s before anything is executed',
    async (accept) => {
      const before = await flows();
      const { status, text } = await post(JSON.stringify({ query: MUTATION }), { accept });
      expect({ status, codes: codes(text) }).toEqual({ status: 406, codes: ['BAD_USER_INPUT'] });
      expect(await flows()).toBe(before);
    },
  );

  it.each([
    '*/*',
    'application/*',
    'application/json',
    'application/graphql-response+json',
    'application/graphql-response+json; charset=utf-8, application/json; charset=utf-8',
    'text/html, */*;q=0.1',
  ])('B17 answers Accept: %s', async (accept) => {
    const { status, text } = await post(BODY, { accept });
    expect({ status, answer: JSON.parse(text) }).toEqual({ status: 200, answer: ANSWER });
  });

  it('B17 serves no page to a browser where GraphiQL is off', async () => {
    const response = await fetch(`${stack.url}/graphql`, { headers: { accept: 'text/html' } });
    expect(response.status).toBe(406);
    expect(await response.text()).not.toContain('<');
  });
});
