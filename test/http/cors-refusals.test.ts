import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exchange } from '../helpers/raw-http.ts';
import { Stack } from '../helpers/stack.ts';

const ALLOWED = 'https://app.example';
const QUERY = '{ viewer { id } }';
const BODY = JSON.stringify({ query: QUERY });

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start({ env: { GRAPHIQL: 'off' } });
});
afterAll(() => stack.stop());

interface Parts {
  readonly line?: string;
  readonly authorization?: string;
  readonly type?: string;
  readonly length?: string;
  readonly more?: readonly string[];
  readonly body?: string;
}

const PARTS: Readonly<Record<string, Parts>> = {
  '200': {},
  '200 by GET': { line: `GET /graphql?query=${encodeURIComponent(QUERY)} HTTP/1.1` },
  '400 of the server': { more: ['Content-Type: application/json'] },
  '400 of the body': { body: '{'.padEnd(BODY.length) },
  '422 by GET': { line: 'GET /graphql HTTP/1.1' },
  '401': { authorization: 'Bearer x' },
  '401 by GET': { line: `GET /graphql?query=${encodeURIComponent(QUERY)} HTTP/1.1`, authorization: 'Bearer x' },
  '405': { line: 'PUT /graphql HTTP/1.1' },
  '405 of a mutation by GET': { line: 'GET /graphql?query=mutation%7Bx%7D HTTP/1.1' },
  '406': { more: ['Accept: image/png'] },
  '411': { length: 'X-A: b' },
  '413': { length: 'Content-Length: 1000001' },
  '413 in chunks': { length: 'Transfer-Encoding: chunked', body: `f4241\r\n${'x'.repeat(1_000_001)}` },
  '414': { line: `GET /graphql?query=${'x'.repeat(17_000)} HTTP/1.1` },
  '415': { type: 'Content-Type: text/plain' },
  '415 of a coding': { more: ['Content-Encoding: gzip'] },
  '431 of a large header': { more: [`Cookie: ${'a'.repeat(17_000)}`] },
  '431 of many headers': { more: Array.from({ length: 101 }, (_, index) => `a${index}: b`) },
  '501': { length: 'Transfer-Encoding: gzip, chunked' },
};

/** The headers of the answer that are about other origins, and those that decide who may keep it. */
async function headersOf(parts: Parts, origin: string) {
  const authorization = parts.authorization ?? `Bearer ${stack.token()}`;
  const { line = 'POST /graphql HTTP/1.1', body = BODY, length = `Content-Length: ${body.length}` } = parts;
  const type = parts.type ?? 'Content-Type: application/json';
  const head = [line, 'Host: localhost', `Origin: ${origin}`, `Authorization: ${authorization}`, type, length];
  const lines = [...head, ...(parts.more ?? []), 'Connection: close', '', body];
  const { status, text } = await exchange(stack.url, lines.join('\r\n'));
  const headers = (text.split('\r\n\r\n', 1)[0] ?? '').toLowerCase().split('\r\n').slice(1);
  const telling = headers.filter((header) => /^(access-control-|vary|cache-control)/.test(header)).sort();
  return { status, telling };
}

describe('an answer of status', () => {
  it.each(Object.entries(PARTS))('%s may be read by the pages that may, and by no others', async (name, parts) => {
    const status = Number.parseInt(name, 10);
    expect(await headersOf(parts, ALLOWED)).toEqual({
      status,
      telling: [
        'access-control-allow-credentials: true',
        `access-control-allow-origin: ${ALLOWED}`,
        'access-control-expose-headers: x-request-id, retry-after',
        'cache-control: no-store',
        'vary: origin',
      ],
    });
    const others = ['https://evil.example', 'null'].map((origin) => headersOf(parts, origin));
    const refusal = { status, telling: ['cache-control: no-store', 'vary: origin'] };
    expect(await Promise.all(others)).toEqual([refusal, refusal]);
  });
});

describe('a preflight', () => {
  const preflight = (headers: Readonly<Record<string, string>>) =>
    fetch(`${stack.url}/graphql`, { method: 'OPTIONS', headers: { origin: ALLOWED, ...headers } });

  it.each(['GET', 'POST'])('of %s lets through the headers that clients bring, for a day', async (method) => {
    const asked = 'authorization, apollographql-client-name, baggage, content-type, sentry-trace, traceparent, x-a';
    const { status, headers } = await preflight({
      'access-control-request-method': method,
      'access-control-request-headers': asked,
    });
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-headers')).toBe(asked);
    expect(headers.get('access-control-allow-methods')).toBe('GET, POST');
    expect(headers.get('access-control-max-age')).toBe('86400');
    expect(headers.get('vary')).toBe('Access-Control-Request-Headers, Origin');
  });

  it('of a URL that is too long is answered, so that the page may read why it is refused', async () => {
    const init = { method: 'OPTIONS', headers: { origin: ALLOWED, 'access-control-request-method': 'GET' } };
    expect((await fetch(`${stack.url}/graphql?query=${'x'.repeat(17_000)}`, init)).status).toBe(204);
  });

  it('of another origin hears nothing of it', async () => {
    const { status, headers } = await preflight({
      origin: 'https://evil.example',
      'access-control-request-method': 'GET',
    });
    expect(status).toBe(204);
    expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
  });
});

it('other routes are for no page of another origin', async () => {
  for (const path of ['/health/live', '/metrics', '/oauth/hubspot/callback', '/nowhere']) {
    const { headers } = await fetch(`${stack.url}${path}`, { headers: { origin: ALLOWED } });
    expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
  }
});
