import { createServer, type Server, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Connections } from '../../src/http/connections.ts';
import { listenOnLoopback } from '../helpers/loopback.ts';

const GET = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n';
const HALF_A_BODY = 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhalf';
/** So often closing looks at its clients. */
const LOOK_MS = 2_500;
/** More than kernels hold for a client that does not read. */
const LARGE = 'x'.repeat(16 * 1024 * 1024);

let server: Server;
let connections: Connections;
let port: number;
const clients: Socket[] = [];
/** Requests that wait for their answers. */
const waiting: ServerResponse[] = [];

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  server = createServer((_request, response) => waiting.push(response));
  connections = new Connections(server);
  port = await listenOnLoopback(server);
});
afterEach(() => {
  for (const client of clients.splice(0)) client.destroy();
  waiting.length = 0;
  server.close();
  vi.useRealTimers();
});

async function send(bytes: string): Promise<{ client: Socket; received: Promise<string> }> {
  const client = connect(port, '127.0.0.1').on('error', () => {});
  clients.push(client);
  const received = new Promise<string>((resolve) => {
    let text = '';
    client.on('data', (chunk) => {
      text += String(chunk);
    });
    client.on('close', () => resolve(text));
  });
  await new Promise((resolve) => server.once('connection', resolve));
  if (bytes !== '') {
    const asked = new Promise((resolve) => server.once('request', resolve));
    client.write(bytes);
    await asked;
  }
  return { client, received };
}

it('closes at once when nothing but silent and idle connections is left', async () => {
  const silent = await send('');
  const idle = await send(GET);
  waiting[0]?.end('answered');
  await connections.idle();
  await connections.close();
  expect(await silent.received).toBe('');
  expect(await idle.received).toContain('answered');
});

it('waits for an answer as long as it takes', async () => {
  const { received } = await send(GET);
  let isIdle = false;
  const noticed = () => {
    isIdle = true;
  };
  const idle = Promise.all([connections.idle().then(noticed), connections.idle().then(noticed)]);
  const closed = connections.close();
  vi.advanceTimersByTime(10 * LOOK_MS);
  expect(isIdle).toBe(false);
  waiting[0]?.end('answered');
  await closed;
  await idle;
  expect(await received).toContain('answered');
});

it('waits no longer for a client that does not send the rest of its request', async () => {
  const { received } = await send(HALF_A_BODY);
  const closed = connections.close();
  vi.advanceTimersByTime(2 * LOOK_MS);
  await closed;
  expect(await received).toBe('');
});

it('waits no longer for a client that does not read its answer', async () => {
  const { client } = await send(GET);
  client.pause();
  waiting[0]?.end(LARGE);
  const closed = connections.close();
  vi.advanceTimersByTime(2 * LOOK_MS);
  await closed;
});
