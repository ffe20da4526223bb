import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import type { Viewer } from '../../src/graphql/context.ts';
import { createAnswerHeaders } from '../../src/http/answer-headers.ts';
import { answerDirectly } from '../../src/http/direct-graphql.ts';
import { createLogger } from '../../src/lib/logger.ts';

it('runs nothing for a client that left while its token was looked at', async () => {
  const token = { seen: Promise.withResolvers<void>(), viewer: Promise.withResolvers<Viewer>() };
  let executed = false;
  const direct = answerDirectly({
    authenticate: () => {
      token.seen.resolve();
      return token.viewer.promise;
    },
    execute: async () => {
      executed = true;
      return { data: null };
    },
    setCookies: () => [],
    answerHeaders: createAnswerHeaders([]),
    record: () => ({ requestId: '1', finish: () => {} }),
    logger: createLogger('error'),
  });
  const gone = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    response.once('close', gone.resolve);
    direct(request, response, () => {});
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
