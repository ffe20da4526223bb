import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createAnswerHeaders } from '../../src/http/answer-headers.ts';
import { createHttpServer } from '../../src/http/server.ts';
import { UnreadAnswers } from '../../src/http/unread-answers.ts';
import { createMetrics } from '../../src/lib/metrics.ts';
import { collectingLogger } from '../helpers/logs.ts';
import { listenOnLoopback } from '../helpers/loopback.ts';

/** More than kernels hold for a client that does not read. */
const LARGE = 16 * 1024 * 1024;
const metrics = createMetrics();

let server: Server;
let port: number;
const clients: Socket[] = [];
async function start(limits: { stalledMs?: number; maxBytes?: number }): Promise<void> {
  metrics.registry.resetMetrics();
  server = createHttpServer({
    fetch: async ({ url }) => new Response(url.endsWith('/large') ? 'x'.repeat(LARGE) : 'small'),
    // The fast path sends an answer at once, the full path in chunks.
    fastPath: (_request, response) => response.end('x'.repeat(LARGE)),
    answerHeaders: createAnswerHeaders([]),
    unreadAnswers: new UnreadAnswers({ metrics, sweepMs: 20, ...limits }),
    logger: collectingLogger([]),
  });
  port = await listenOnLoopback(server);
}
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await new Promise((resolve) => server.close(resolve));
});

const eventually = (check: () => unknown) => vi.waitFor(check, { timeout: 10_000 });

/** Asks, and reads nothing before `resume`. */
function ask(path: string): { socket: Socket; read: () => Promise<number> } {
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  clients.push(socket);
  socket.pause().write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  let bytes = 0;
  const ended = new Promise<number>((resolve) => socket.on('close', () => resolve(bytes)));
  return {
    socket,
    read: () => {
      socket.on('data', (chunk) => {
        bytes += chunk.length;
      });
      socket.resume();
      return ended;
    },
  };
}

const cut = async (reason: string) => {
  const { values } = await metrics.unreadAnswers.get();
  return values.find(({ labels }) => labels.reason === reason)?.value ?? 0;
};
const connections = () =>
  new Promise<number>((resolve, reject) =>
    server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  );

describe.each(['/large', '/graphql'])('a client that never reads %s', (path) => {
  it('is cut when nothing moved for a while', async () => {
    await start({ stalledMs: 100 });
    for (let index = 0; index < 5; index += 1) ask(path);
    await eventually(async () => expect(await cut('stalled')).toBe(5));
    await eventually(async () => expect(await connections()).toBe(0));
  });
});

it('a connection that waits for its next request is not cut', async () => {
  await start({ stalledMs: 50 });
  const { socket, read } = ask('/graphql');
  void read();
  await eventually(() => expect(socket.bytesRead).toBeGreaterThan(LARGE));
  ask('/graphql');
  await eventually(async () => expect(await cut('stalled')).toBe(1));
  expect(socket.destroyed).toBe(false);
  socket.write('GET /small HTTP/1.1\r\nHost: localhost\r\n\r\n');
  const before = socket.bytesRead;
  await eventually(() => expect(socket.bytesRead).toBeGreaterThan(before));
});

it('cuts what has waited longest when all answers together are too large', async () => {
  // Each holds a part of its answer in the kernel.
  await start({ maxBytes: 2.5 * LARGE });
  const slow = [ask('/graphql'), ask('/graphql')];
  for (const { socket } of slow) await once(socket, 'readable');
  expect(await cut('too_many')).toBe(0);
  const later = ask('/graphql');
  await eventually(async () => expect(await cut('too_many')).toBe(1));
  void later.read();
  await eventually(() => expect(later.socket.bytesRead).toBeGreaterThan(LARGE));
  expect(await slow[0]?.read()).toBeLessThan(LARGE);
  void slow[1]?.read();
  await eventually(() => expect(slow[1]?.socket.bytesRead).toBeGreaterThan(LARGE));
});

it('counts the answers to pipelined requests', async () => {
  await start({ maxBytes: 2.5 * LARGE });
  const { socket } = ask('/graphql');
  socket.write('GET /graphql HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(3));
  await eventually(async () => expect(await cut('too_many')).toBeGreaterThan(0));
  await eventually(async () => expect(await connections()).toBe(0));
});

it('lets a client read slowly, as long as it reads', async () => {
  await start({ stalledMs: 300 });
  const { socket } = ask('/graphql');
  while (socket.bytesRead <= LARGE) {
    socket.resume();
    await new Promise((resolve) => setTimeout(resolve, 10));
    socket.pause();
  }
  expect(await cut('stalled')).toBe(0);
});
