import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createAnswerHeaders } from '../../src/http/answer-headers.ts';
import { createHttpServer } from '../../src/http/server.ts';
import { UnreadAnswers } from '../../src/http/unread-answers.ts';
import { silentLogger } from '../../src/lib/logging/logger.ts';
import { createMetrics } from '../../src/lib/metrics.ts';
import { collectingLogger } from '../helpers/logs.ts';
import { listenOnLoopback } from '../helpers/loopback.ts';
import { exchange, sendAndHangUp } from '../helpers/raw-http.ts';
import { Stack } from '../helpers/stack.ts';
import { expectUnharmed } from '../helpers/unharmed.ts';

const BODY = JSON.stringify({ query: '{ viewer { id } }' });
const ANSWER = '{"data":{"viewer":{"id":"alice"}}}';
/** Would leave a flow in the database. */
const MUTATION = 'mutation { connectHubSpot { expiresAt } }';

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start({ env: { GRAPHIQL: 'off' } });
});
afterAll(() => stack.stop());

afterEach(() => expectUnharmed(stack));

interface Parts {
  readonly line?: string;
  readonly host?: readonly string[];
  readonly type?: readonly string[];
  readonly length?: readonly string[];
  readonly more?: readonly string[];
  readonly body?: string;
}

/** A good request, less what `parts` replaces. */
function request({ line = 'POST /graphql HTTP/1.1', body = BODY, ...parts }: Parts = {}): string {
  const {
    host = ['Host: localhost'],
    type = ['Content-Type: application/json'],
    length = [`Content-Length: ${body.length}`],
    more = [],
  } = parts;
  const headers = [...host, `Authorization: Bearer ${stack.token()}`, ...type, ...length, ...more];
  return [line, ...headers, 'Connection: close', '', body].join('\r\n');
}

/** The status; the answer must not tell anything about the inside. */
async function statusOf(bytes: string): Promise<number> {
  const { status, text } = await exchange(stack.url, bytes);
  expect(text).not.toMatch(/ at .*\.[jt]s|node_modules|\/src\/|SQLITE|Error:/);
  return status;
}

async function flows(): Promise<number> {
  return (await stack.db.database.query.selectFrom('authorization_requests').selectAll().execute()).length;
}

it('answers a good request on a plain socket', async () => {
  const { status, text } = await exchange(stack.url, request());
  expect(status).toBe(200);
  expect(text).toContain(ANSWER);
});

it.each([
  'a b<>',
  'a:b',
  'localhost:99999999',
  '[',
  ':::',
  ':80',
  '999.999.999.999',
  'user@localhost',
  'localhost/graphql',
  '%',
  '',
  'x'.repeat(256),
])('B1 refuses a malformed Host header: %s', async (host) => {
  expect(await statusOf(request({ host: [`Host: ${host}`] }))).toBe(400);
});

it.each([
  ['no Host', { host: [] }],
  ['no Host in HTTP/1.0', { host: [], line: 'POST /graphql HTTP/1.0' }],
  ['two Hosts', { host: ['Host: localhost', 'Host: evil.example'] }],
  ['two equal Hosts', { host: ['Host: localhost', 'Host: localhost'] }],
  ['an absolute-form target of another host', { line: 'POST http://evil.example/graphql HTTP/1.1' }],
])('B2 refuses %s', async (_name, parts) => {
  expect(await statusOf(request(parts))).toBe(400);
});

it('B2 builds no URL from Host or Forwarded headers', async () => {
  const more = ['X-Forwarded-Host: evil.example', 'X-Forwarded-Proto: https', 'Forwarded: host=evil.example'];
  const body = JSON.stringify({ query: 'mutation { connectHubSpot { authorizeUrl } }' });
  const { text } = await exchange(stack.url, request({ host: ['Host: evil.example'], more, body }));
  expect(text).toContain(encodeURIComponent(`${stack.url}/oauth/hubspot/callback`));
  expect(text).not.toContain('evil.example');
});

it.each([
  ['Content-Length beside Transfer-Encoding', { more: ['Transfer-Encoding: chunked'] }],
  ['two different Content-Lengths', { more: ['Content-Length: 3'] }],
  ['two equal Content-Lengths', { more: [`Content-Length: ${BODY.length}`] }],
  ['a Content-Length that is no number', { length: ['Content-Length: 1e3'] }],
  ['a negative Content-Length', { length: ['Content-Length: -1'] }],
  ['a folded header', { more: ['X-A: b\r\n c'] }],
  ['a space before the colon', { more: ['X-A : b'] }],
  ['a control character in a header', { more: ['X-A: \u0001'] }],
])('B3 refuses %s', async (_name, parts: Parts) => {
  expect(await statusOf(request(parts))).toBe(400);
});

it('B3 refuses bare line feeds', async () => {
  expect(await statusOf(request().replaceAll('\r\n', '\n'))).toBe(400);
});

it.each([
  ['a header of 20 kB', [`X-A: ${'a'.repeat(20_000)}`]],
  ['101 headers', Array.from({ length: 101 }, (_, index) => `a${index}: b`)],
  ['2001 headers', Array.from({ length: 2_001 }, () => 'a:')],
])('B4 refuses %s', async (_name, more) => {
  expect(await statusOf(request({ more }))).toBe(431);
});

it('B5 B6 B21 bounds how long a slow client and how many idle ones may hold a socket', () => {
  const server = createHttpServer({
    fetch: async () => new Response(),
    fastPath: (_request, _response, fullPath) => fullPath(0),
    answerHeaders: createAnswerHeaders([]),
    unreadAnswers: new UnreadAnswers({ metrics: createMetrics() }),
    logger: silentLogger,
  });
  expect(server.headersTimeout).toBeLessThanOrEqual(10_000);
  expect(server.requestTimeout).toBeLessThanOrEqual(30_000);
  expect(server.keepAliveTimeout).toBeGreaterThan(60_000);
  expect(server.keepAliveTimeout).toBeLessThanOrEqual(75_000);
  expect(server.maxRequestsPerSocket).toBe(1_000);
  // Ten thousand that are idle leave room for a new one.
  expect(server.maxConnections).toBeGreaterThan(10_000);
  expect(server.maxConnections).toBeLessThanOrEqual(20_000);
});

it('B21 outlives connections that cannot be accepted, and logs them', async () => {
  const lines: string[] = [];
  const server = createHttpServer({
    fetch: async () => new Response(),
    fastPath: (_request, _response, fullPath) => fullPath(0),
    answerHeaders: createAnswerHeaders([]),
    unreadAnswers: new UnreadAnswers({ metrics: createMetrics() }),
    logger: collectingLogger(lines),
  });
  await listenOnLoopback(server);
  for (let connection = 0; connection < 2; connection += 1) server.emit('error', new Error('accept EMFILE'));
  await new Promise((resolve) => server.close(resolve));
  expect(lines).toHaveLength(2);
});

it.each([
  ['one byte over the limit', ['Content-Length: 1000001'], 413],
  ['60 MB', ['Content-Length: 60000000'], 413],
  ['of unknown length', [], 411],
  ['in a coding that nobody needs', ['Transfer-Encoding: gzip, chunked'], 501],
])('B7 refuses a body %s before it is sent', async (_name, length, status) => {
  expect(await statusOf(request({ length, body: '' }))).toBe(status);
});

it.each(['gzip', 'br', 'identity', 'gzip, gzip'])('B8 refuses Content-Encoding: %s', async (encoding) => {
  expect(await statusOf(request({ more: [`Content-Encoding: ${encoding}`] }))).toBe(415);
});

it.each(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND'])(
  'B11 executes nothing by %s',
  async (method) => {
    const before = await flows();
    const target = `/graphql?query=${encodeURIComponent(MUTATION)}`;
    const { status, text } = await exchange(stack.url, request({ line: `${method} ${target} HTTP/1.1` }));
    expect(status).toBe(405);
    expect(text.toLowerCase()).toContain(`\r\nallow: ${method === 'GET' ? 'post' : 'get, post'}\r\n`);
    expect(await flows()).toBe(before);
  },
);

it('B11 refuses a method that does not exist', async () => {
  expect(await statusOf(request({ line: 'BREW /graphql HTTP/1.1' }))).toBe(400);
  expect(await statusOf(request({ line: 'CONNECT evil.example:443 HTTP/1.1' }))).toBe(0);
});

it.each([
  '//evil/graphql',
  '/graphql/../x',
  '/graphql/../graphql',
  '/x/../health/live',
  '/%2e%2e/',
  '/%2e%2e/graphql',
  '/graphql%00',
  '/graphql/',
  '/graphql#x',
  '/GRAPHQL',
  '/graph%71l',
  '/\\graphql',
  '/x\\..\\graphql',
])('B18 finds nothing at %s', async (path) => {
  expect(await statusOf(request({ line: `POST ${path} HTTP/1.1` }))).toBe(404);
});

it.each(["X-Forwarded-For: 1.2.3.4'--", `X-Forwarded-For: ${'1.2.3.4, '.repeat(500)}`, 'X-Real-IP: ::1'])(
  'B19 ignores forwarding headers (%#)',
  async (header) => {
    const { text } = await exchange(stack.url, request({ more: [header] }));
    expect(text).toContain(ANSWER);
  },
);

it.each(['a"b', 'a'.repeat(5_000), "'; drop table", '\u00ff'])(
  'B20 replaces X-Request-Id and traceparent (%#) by an id of its own, and logs one JSON line',
  async (id) => {
    const before = stack.logs.length;
    const { text } = await exchange(stack.url, request({ more: [`X-Request-Id: ${id}`, `traceparent: ${id}`] }));
    expect(text).toMatch(/\r\nx-request-id: [0-9a-f-]{36}\r\n/);
    const lines = stack.logs.slice(before).map((line) => JSON.parse(line));
    expect(lines).toMatchObject([{ route: '/graphql', status: 200 }]);
    expect(JSON.stringify(lines)).not.toContain(id);
  },
);

it('B20 refuses escape sequences in a request id', async () => {
  expect(await statusOf(request({ more: ['X-Request-Id: \u001b[31m'] }))).toBe(400);
});

it('B21 handles no more than fifty requests at once of a connection, and cuts it', async () => {
  const handled: string[] = [];
  const metrics = createMetrics();
  const server = createHttpServer({
    fetch: async ({ url }) => {
      handled.push(url);
      return new Response('live');
    },
    fastPath: (_request, _response, fullPath) => fullPath(0),
    answerHeaders: createAnswerHeaders([]),
    unreadAnswers: new UnreadAnswers({ metrics }),
    logger: silentLogger,
  });
  const url = `http://127.0.0.1:${await listenOnLoopback(server)}`;
  const live = 'GET /health/live HTTP/1.1\r\nHost: localhost\r\n';
  const last = `${live}Connection: close\r\n\r\n`;
  const { text } = await exchange(url, `${live}\r\n`.repeat(49) + last);
  expect(text.match(/HTTP\/1\.1 200/g)?.length).toBe(50);
  await exchange(url, `${live}\r\n`.repeat(1_000)).catch(() => undefined);
  expect(handled.length).toBeLessThanOrEqual(100);
  expect(await metrics.registry.metrics()).toContain('gateway_unread_answers_total{reason="too_many"} 1\n');
  expect((await exchange(url, last)).text).toContain('HTTP/1.1 200');
  await new Promise((resolve) => server.close(resolve));
});

it('B22 outlives clients that hang up in the middle', async () => {
  await Promise.all(Array.from({ length: 100 }, () => sendAndHangUp(stack.url, request())));
  await Promise.all(
    Array.from({ length: 100 }, () => sendAndHangUp(stack.url, request({ length: ['Content-Length: 9000'] }))),
  );
  const { text } = await exchange(stack.url, request());
  expect(text).toContain(ANSWER);
});

it.each([
  ['one that is too large', { length: ['Content-Length: 1000001'] }, 413],
  ['one that is no JSON', { type: ['Content-Type: text/plain'] }, 415],
  ['one of nobody', { more: ['Expect: 100-continue', 'X-A: b'], line: 'POST /graphql?x HTTP/1.1' }, 401],
  ['one for nothing', { line: 'POST /nowhere HTTP/1.1' }, 404],
])('B23 does not invite a body that it was not going to read: %s', async (_name, parts: Parts, status) => {
  const bytes = request({ more: ['Expect: 100-continue'], body: '', length: ['Content-Length: 9'], ...parts });
  const { text } = await exchange(stack.url, status === 401 ? bytes.replace(/Bearer .*/, 'Bearer x') : bytes);
  expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
});

it('B23 knows no other expectation', async () => {
  expect(await statusOf(request({ more: ['Expect: 200-ok'] }))).toBe(417);
});

it.each([
  ['websocket', ['Upgrade: websocket', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version: 13']],
  ['h2c', ['Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__']],
])('B23 ignores an upgrade to %s', async (_name, more) => {
  const { status, text } = await exchange(stack.url, request({ more: [...more, 'Connection: Upgrade'] }));
  expect(status).toBe(200);
  expect(text).toContain(ANSWER);
});

it('B23 refuses HTTP/2 without having agreed to it', async () => {
  expect(await statusOf('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')).toBe(400);
});
