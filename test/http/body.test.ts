import { createServer, type ServerResponse } from 'node:http';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createBodyReader } from '../../src/http/body.ts';
import { listenOnLoopback } from '../helpers/loopback.ts';

const MAX_HELD_BYTES = 2_000_000;

let waiting: ServerResponse[];
let server: ReturnType<typeof createServer>;
let url: string;
beforeEach(async () => {
  waiting = [];
  const readBody = createBodyReader(MAX_HELD_BYTES);
  server = createServer((request, response) => {
    readBody({ request, response, tenantId: String(request.headers['x-tenant']) }, (body) => {
      if (typeof body === 'number') response.writeHead(body, { connection: 'close' }).end();
      else waiting.push(response);
    });
  });
  url = `http://127.0.0.1:${await listenOnLoopback(server)}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

function post(tenant: string, bytes: number): Promise<number> {
  const sent = fetch(url, { method: 'POST', headers: { 'x-tenant': tenant }, body: 'x'.repeat(bytes) });
  return sent.then(({ status }) => status);
}

it('a body counts until its answer is sent, and leaves room for other tenants', async () => {
  const first = post('acme', 400_000);
  await expect.poll(() => waiting.length).toBe(1);
  expect(await post('acme', 800_000)).toBe(503);

  const other = post('globex', 200_000);
  await expect.poll(() => waiting.length).toBe(2);
  for (const response of waiting) response.end();
  expect(await Promise.all([first, other])).toEqual([200, 200]);

  const again = post('acme', 800_000);
  await expect.poll(() => waiting.length).toBe(3);
  waiting[2]?.end();
  expect(await again).toBe(200);
});
