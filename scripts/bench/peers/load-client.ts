import autocannon from 'autocannon';
import { answer } from '../ipc.ts';
import type { LoadResult, LoadSpec } from '../load.ts';
import { quantile } from '../statistics.ts';

// The load client, in a process of its own: `start`, `mark` where the measuring begins, `read`, `stop`.

/** Each connection walks through so many requests, picked at random, and begins again. */
const REQUESTS_PER_CONNECTION = 128;
const TIMEOUT_S = 120;

let running: { readonly instance: autocannon.Instance; readonly done: Promise<void> } | undefined;
let markedAt = 0;
let failed = 0;
let latencies: number[] = [];

answer('start', (argument) => {
  const { urls, connections, requests } = argument as LoadSpec; // From our own parent.
  const built = requests.map(({ authorization, body }) => ({
    method: 'POST' as const,
    path: '/graphql',
    body,
    headers: { 'content-type': 'application/json', ...(authorization !== undefined && { authorization }) },
  }));
  const { promise: done, resolve } = Promise.withResolvers<void>();
  let [status, duration] = [0, 0];
  const instance = autocannon(
    {
      // Several are documented, though its types know of one.
      url: [...urls] as unknown as string,
      connections,
      timeout: TIMEOUT_S,
      // Servers end a connection after so many requests, as the gateway does after 1,000.
      reconnectRate: 500,
      duration: 24 * 60 * 60,
      // How soon it notices that it is to stop, in milliseconds.
      sampleInt: 20,
      setupClient(client) {
        const count = Math.min(REQUESTS_PER_CONNECTION, built.length);
        client.setRequests(Array.from({ length: count }, () => ({ ...pick(built) })));
      },
      // Called for every answer, right behind its response event.
      verifyBody(body: unknown) {
        if (status >= 200 && status < 300 && !String(body).includes('"errors":[')) latencies.push(duration);
        else failed += 1;
        return true;
      },
    },
    () => resolve(),
  );
  instance.on('response', (_client, statusCode, _bytes, ms) => {
    [status, duration] = [statusCode, ms];
  });
  instance.on('reqError', () => {
    failed += 1;
  });
  running = { instance, done };
});

answer('mark', () => {
  markedAt = performance.now();
  failed = 0;
  latencies = [];
});

answer('read', (): LoadResult => {
  const seconds = (performance.now() - markedAt) / 1000;
  const sorted = Float64Array.from(latencies).sort();
  return {
    seconds,
    answered: latencies.length,
    failed,
    latency: { p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99) },
  };
});

answer('stop', async () => {
  running?.instance.stop?.();
  await running?.done;
});

function pick<T>(items: readonly T[]): T {
  return items[Math.floor(Math.random() * items.length)] as T; // The list is not empty.
}
