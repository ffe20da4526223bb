import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { exchange } from '../helpers/raw-http.ts';
import { Stack } from '../helpers/stack.ts';
import { expectUnharmed } from '../helpers/unharmed.ts';

const QUERY = 'query Me { viewer { id } }';
const ANSWER = '{"data":{"viewer":{"id":"alice"}}}';

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start();
});
afterAll(() => stack.stop());
afterEach(() => expectUnharmed(stack));

let documents = 0;
/** A document that was never seen. */
const unseen = () => `${QUERY} #${documents++}`;

function head(...more: string[]): string {
  const lines = ['POST /graphql HTTP/1.1', 'Host: localhost', `Authorization: Bearer ${stack.token()}`, ...more];
  return [...lines, 'Content-Type: application/json', '', ''].join('\r\n');
}

const chunked = (...parts: string[]) =>
  [...parts.map((part) => `${Buffer.byteLength(part).toString(16)}\r\n${part}\r\n`), '0\r\n\r\n'].join('');

/** Once as a new document, once as one that is known. */
async function bothWays(ask: (query: string) => Promise<string>): Promise<void> {
  const query = unseen();
  expect(await ask(query)).toContain(ANSWER);
  expect(await ask(query)).toContain(ANSWER);
}

describe('a body in chunks', () => {
  it('is answered, by both ways', () =>
    bothWays(async (query) => {
      const body = JSON.stringify({ query });
      const parts = [body.slice(0, 5), body.slice(5)];
      return (await exchange(stack.url, head('Transfer-Encoding: chunked', 'Connection: close') + chunked(...parts)))
        .text;
    }));

  it('may come byte by byte', () =>
    bothWays(async (query) => {
      const body = chunked(...JSON.stringify({ query, variables: { a: 'ü'.repeat(2_000) } }));
      return (await exchange(stack.url, head('Transfer-Encoding: chunked', 'Connection: close') + body)).text;
    }));

  it('is what fetch sends of a stream', () =>
    bothWays(async (query) => {
      const init = {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${stack.token()}` },
        body: new Blob([JSON.stringify({ query })]).stream(),
        duplex: 'half',
      };
      return (await fetch(`${stack.url}/graphql`, init)).text();
    }));

  it.each([
    [
      'with the chunk that makes it too large',
      chunked('{"query":"{ viewer { id } }","x":"', 'x'.repeat(1_000_000), '"}'),
    ],
    ['while it still comes', `${(1_000_001).toString(16)}\r\n${'x'.repeat(1_000_001)}`],
  ])('is refused %s, and nothing is read on', async (_name, body) => {
    const { status, text } = await exchange(stack.url, head('Transfer-Encoding: chunked') + body);
    expect(status).toBe(413);
    expect(text.toLowerCase()).toContain('\r\nconnection: close\r\n');
    expect(text).toContain('BAD_USER_INPUT');
  });

  it('may have as many bytes as one of known length', async () => {
    const start = `{"query":"${QUERY}","x":"`;
    const body = `${start}${'x'.repeat(1_000_000 - start.length - 2)}"}`;
    const { text } = await exchange(stack.url, head('Transfer-Encoding: chunked', 'Connection: close') + chunked(body));
    expect(text).toContain(ANSWER);
  });

  it.each(['for nobody', 'that is no JSON'])('is not read %s', async (kind) => {
    const bytes = head('Transfer-Encoding: chunked', 'Connection: close');
    const refused = kind === 'for nobody' ? bytes.replace(/Bearer .*/, 'Bearer x') : bytes.replace('/json', '/xml');
    expect((await exchange(stack.url, refused)).status).toBe(kind === 'for nobody' ? 401 : 415);
  });

  it('that the gateway did not read ends its connection, and no part of it is treated as a request', async () => {
    const refused = head('Transfer-Encoding: chunked').replace(/Bearer .*/, 'Bearer x') + chunked('{', '}');
    const body = JSON.stringify({ query: QUERY });
    const next = head(`Content-Length: ${body.length}`, 'Connection: close') + body;
    const { text } = await exchange(stack.url, refused + next);
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 401']);
    expect(text).toContain('\r\nconnection: close\r\n');
  });

  it('is counted without a socket, too', async () => {
    const ask = (body: string) =>
      stack.gateway.fetch(
        new Request(`${stack.url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${stack.token()}` },
          body,
        }),
      );
    expect((await ask(`{"query":"${QUERY}","x":"${'x'.repeat(1_000_000)}"}`)).status).toBe(413);
    expect(await (await ask(`{"query":"${QUERY}"}`)).text()).toBe(ANSWER);
  });
});

describe('Expect: 100-continue', () => {
  it.each(['Content-Length', 'Transfer-Encoding'])('is answered before the body is sent (%s)', (framing) =>
    bothWays(async (query) => {
      const body = JSON.stringify({ query });
      const socket = connect(Number(new URL(stack.url).port), '127.0.0.1').setEncoding('utf8');
      const length = framing === 'Content-Length' ? `Content-Length: ${body.length}` : 'Transfer-Encoding: chunked';
      socket.write(head(length, 'Expect: 100-continue', 'Connection: close'));
      const [invitation] = await once(socket, 'data');
      expect(invitation).toBe('HTTP/1.1 100 Continue\r\n\r\n');
      socket.write(framing === 'Content-Length' ? body : chunked(body));
      let text = '';
      for await (const chunk of socket) text += chunk;
      return text;
    }),
  );
});

describe('members that the specification does not know', () => {
  it.each(['id', 'doc_id', 'documentId', 'canary', '__proto__', 'constructor', 'hasOwnProperty', 'x'.repeat(10_000)])(
    'mean nothing beside a query (%s)',
    (name) =>
      bothWays(async (query) => {
        const response = await fetch(`${stack.url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${stack.token()}` },
          body: `{"${name}":{"query":1},"query":${JSON.stringify(query)}}`,
        });
        return response.text();
      }),
  );
});

describe('a document that is named and not sent', () => {
  const hash = { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } };
  it.each([
    ['by its hash', { extensions: hash }],
    ['by documentId', { documentId: 'sha256:abc' }],
    ['by doc_id', { doc_id: 'abc', variables: {} }],
    ['by id', { id: 'abc', query: null }],
  ])('%s is refused in the words that clients look for, by POST and by GET', async (_name, body: object) => {
    const search = new URLSearchParams(
      Object.entries(body).flatMap(([name, value]) =>
        value === null ? [] : [[name, typeof value === 'string' ? value : JSON.stringify(value)]],
      ),
    );
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${stack.token()}` };
    const init = { method: 'POST', body: JSON.stringify(body) };
    for (const [accept, status] of [
      ['application/json', 200],
      ['application/graphql-response+json', 400],
    ] as const) {
      for (const [url, method] of [
        [`${stack.url}/graphql`, init],
        [`${stack.url}/graphql?${search}`, {}],
      ] as const) {
        const response = await fetch(url, { ...method, headers: { ...headers, accept } });
        expect({ status: response.status, answer: await response.json() }).toEqual({
          status,
          answer: {
            errors: [{ message: 'PersistedQueryNotSupported', extensions: { code: 'PERSISTED_QUERY_NOT_SUPPORTED' } }],
          },
        });
      }
    }
  });

  it('runs where its text comes along', () =>
    bothWays(async (query) => {
      const response = await fetch(`${stack.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${stack.token()}` },
        body: JSON.stringify({ query, extensions: hash, documentId: 'abc' }),
      });
      return response.text();
    }));
});
