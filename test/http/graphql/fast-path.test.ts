import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import type { Viewer } from '../../../src/graphql/context.ts';
import { createAnswerHeaders } from '../../../src/http/answer-headers.ts';
import { createBodyReader } from '../../../src/http/body.ts';
import { createFastPath } from '../../../src/http/graphql/fast-path.ts';
import { createLogger, silentLogger } from '../../../src/lib/logging/logger.ts';

const DOOR = { setCookies: () => [], readBody: createBodyReader(), logRefusal: () => {} };

it('runs nothing for a client that left while its token was looked at', async () => {
  const token = { seen: Promise.withResolvers<void>(), viewer: Promise.withResolvers<Viewer>() };
  let executed = false;
  const fastPath = createFastPath({
    authenticate: () => {
      token.seen.resolve();
      return token.viewer.promise;
    },
    execute: async () => {
      executed = true;
      return { data: null };
    },
    ...DOOR,
    answerHeaders: createAnswerHeaders([]),
    record: () => ({ requestId: '1', arrivedAt: 0, finish: () => {} }),
    logger: createLogger('error'),
  });
  const gone = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    response.once('close', gone.resolve);
    fastPath(request, response, () => {});
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // A TCP server that listens has one.
  const client = connect(port, '127.0.0.1');
  const body = JSON.stringify({ query: '{ viewer { id } }' });
  client.write(`POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n`);
  client.write(`Content-Length: ${body.length}\r\n\r\n${body}`);
  await token.seen.promise;
  client.destroy();
  await gone.promise;
  token.viewer.resolve({ id: 'alice', tenantId: 'acme', permissions: [] });
  const closed = once(server, 'close');
  server.close();
  await closed;
  expect(executed).toBe(false);
});

it('answers an internal failure as the full path does, and executes nothing twice', async () => {
  let otherwise = 0;
  const fastPath = createFastPath({
    authenticate: () => ({ id: 'alice', tenantId: 'acme', permissions: [] }),
    execute: () => Promise.reject(new Error('canary-4711')),
    ...DOOR,
    answerHeaders: createAnswerHeaders(['https://app.example']),
    record: () => ({ requestId: '1', arrivedAt: 0, finish: () => {} }),
    logger: silentLogger,
  });
  const server = createServer((request, response) => fastPath(request, response, () => otherwise++));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo; // A TCP server that listens has one.
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: 'https://app.example', connection: 'close' },
    body: JSON.stringify({ query: '{ viewer { id } }' }),
  });
  expect({ status: response.status, answer: await response.json(), otherwise }).toEqual({
    status: 500,
    answer: {
      errors: [{ message: 'Something went wrong in the gateway.', extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
    },
    otherwise: 0,
  });
  expect(response.headers.get('access-control-allow-origin')).toBe('https://app.example');
  server.close();
});
