import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { holdBodies } from '../helpers/held-bodies.ts';
import { exchange } from '../helpers/raw-http.ts';
import { ALICE, Stack } from '../helpers/stack.ts';
import { expectUnharmed } from '../helpers/unharmed.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start({ env: { GRAPHIQL: 'off', LOG_LEVEL: 'info' } });
});
afterAll(() => stack.stop());
afterEach(() => expectUnharmed(stack));

interface Parts {
  readonly method?: string;
  readonly token?: string;
  readonly type?: string;
  readonly length?: string;
  readonly more?: readonly string[];
}

function head({ method = 'POST', token = stack.token(), type = 'application/json', length, more = [] }: Parts): string {
  const lines = [`${method} /graphql HTTP/1.1`, 'Host: localhost', `Content-Type: ${type}`, ...more];
  const authorization = token === '' ? [] : [`Authorization: Bearer ${token}`];
  return [...lines, ...authorization, length ?? 'Content-Length: 900000', '', ''].join('\r\n');
}

const REFUSED: readonly [string, number, Parts][] = [
  ['without a token', 401, { token: '' }],
  ['with a bad token', 401, { token: 'x.y.z' }],
  ['without a token, in chunks', 401, { token: '', length: 'Transfer-Encoding: chunked' }],
  ['of another type', 415, { type: 'text/plain' }],
  ['with a coding', 415, { more: ['Content-Encoding: gzip'] }],
  ['with an Accept that nobody can serve', 406, { more: ['Accept: image/png'] }],
  ['by another method', 405, { method: 'PUT' }],
  ['that is too large', 413, { length: 'Content-Length: 1000001' }],
];

describe('a request is answered before its body', () => {
  it.each(REFUSED)('%s: %i, and the connection ends', async (_name, status, parts) => {
    const started = parts.length?.startsWith('Transfer') ? '5\r\n{"que\r\n' : '{"que';
    const answer = await exchange(stack.url, head(parts) + started);
    expect(answer.status).toBe(status);
    expect(answer.text.toLowerCase()).toContain('\r\nconnection: close\r\n');
    expect(answer.text).toContain('"extensions":{"code":"');
  });

  it.each(REFUSED.filter(([, status]) => status !== 413))(
    '%s: %i is not lost on a client that goes on sending',
    async (_n, status, parts) => {
      const length = parts.length ?? 'Content-Length: 900000';
      const body = length.startsWith('Transfer') ? `dbba0\r\n${' '.repeat(900_000)}\r\n0\r\n\r\n` : ' '.repeat(900_000);
      const answer = await exchange(stack.url, head({ ...parts, length }) + body);
      expect(answer.status).toBe(status);
      expect(answer.text).toMatch(/"code":"[A-Z_]+"\}\}\]\}$/);
    },
  );

  it('without a token, for a client that waits to be asked', async () => {
    const { text } = await exchange(stack.url, head({ token: '', more: ['Expect: 100-continue'] }));
    expect(text).toMatch(/^HTTP\/1\.1 401 /);
  });

  it('and keeps the connection of a request that has none', async () => {
    const get = 'GET /graphql?query=%7Bviewer%7Bid%7D%7D HTTP/1.1\r\nHost: localhost\r\n';
    const { text } = await exchange(stack.url, `${get}\r\n${get}Connection: close\r\n\r\n`);
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 401', 'HTTP/1.1 401']);
  });

  it('with one line in the log', async () => {
    stack.logs.length = 0;
    await exchange(stack.url, `${head({ token: 'x.y.z' })}{`);
    expect(stack.logs.map((line) => JSON.parse(line))).toMatchObject([
      { msg: 'no valid viewer', reason: 'malformed_token' },
      { msg: 'request', method: 'POST', route: '/graphql', status: 401 },
    ]);
  });
});

describe('bodies that arrive and never end', () => {
  it('are refused beyond 64 MB of one tenant, not of others, and are freed when their clients disconnect', async () => {
    const { refused, answers, leave } = holdBodies(stack);
    const { status, text } = await refused;
    expect(status).toBe(503);
    expect(text.toLowerCase()).toContain('\r\nretry-after: 1\r\n');
    expect(text.toLowerCase()).toContain('\r\nconnection: close\r\n');
    await vi.waitFor(() => expect(answers.length).toBeGreaterThan(5), { timeout: 10_000 });
    expect(answers.length).toBeLessThan(30);
    const other = { ...ALICE, tenant: 'globex' };
    const document = `# ${'x'.repeat(900_000)}\n{ viewer { id } }`;
    expect(await stack.query(document, {}, other)).toEqual({ data: { viewer: { id: 'alice' } } });
    leave();
    await vi.waitFor(
      async () => expect(await stack.query('{ viewer { id } }')).toEqual({ data: { viewer: { id: 'alice' } } }),
      { timeout: 10_000 },
    );
  });
});
