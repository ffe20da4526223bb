import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exchange } from '../helpers/raw-http.ts';
import { Stack } from '../helpers/stack.ts';

let stack: Stack;
beforeEach(async () => {
  stack = await Stack.start();
});
afterEach(() => stack.stop());

/** A request whose answer comes in parts. */
function request(accept: string, query: string, connection: string): string {
  const body = JSON.stringify({ query });
  const headers = [
    'Host: gateway.test',
    `Connection: ${connection}`,
    `Authorization: Bearer ${stack.token()}`,
    'Content-Type: application/json',
    `Accept: ${accept}`,
    `Content-Length: ${body.length}`,
  ];
  return `POST /graphql HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n${body}`;
}

describe.each(['text/event-stream', 'multipart/mixed'])('an answer as %s', (accept) => {
  it.each([
    ['of data', '{ viewer { id } }', '"viewer"'],
    ['of errors', '{ nothing }', 'GRAPHQL_VALIDATION_FAILED'],
  ])('%s ends the connection of a client who asked for that', async (_case, query, expected) => {
    // It reads until the connection is closed.
    const { text } = await exchange(stack.url, request(accept, query, 'close'));
    expect(text).toContain(expected);
    expect(text).toMatch(/^connection: close\r$/im);
  });

  it('ends the connection while the replica drains', async () => {
    stack.gateway.drain();
    const { status, text } = await exchange(stack.url, request(accept, '{ viewer { id } }', 'keep-alive'));
    expect(status).toBe(200);
    expect(text).toMatch(/^connection: close\r$/im);
  });
});
