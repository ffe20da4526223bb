import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { runCli } from '../helpers/cli.ts';
import { listenOnLoopback } from '../helpers/loopback.ts';
import { Stack, testEnv } from '../helpers/stack.ts';

describe('METRICS_PORT', () => {
  let stack: Stack;
  afterEach(() => stack.stop());

  const statusAt = async (url: string) => (await fetch(url)).status;
  const metricsUrl = () => {
    const listening = stack.logs.find((line) => line.includes('"msg":"listening"')) ?? '{}';
    return `http://127.0.0.1:${(JSON.parse(listening) as { metricsPort: number }).metricsPort}`;
  };

  it('moves /metrics to a port of its own, which has nothing else', async () => {
    stack = await Stack.start({ env: { METRICS_PORT: '0' } });
    const response = await fetch(`${metricsUrl()}/metrics`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4');
    expect(await response.text()).toContain('gateway_alerts_total');

    const main = ['/metrics', '/health/live', '/health/ready'].map((path) => statusAt(stack.url + path));
    expect(await Promise.all(main)).toEqual([404, 200, 200]);
    const others = ['/graphql', '/health/live', '/', '/metrics/'].map((path) => statusAt(metricsUrl() + path));
    expect(await Promise.all(others)).toEqual([404, 404, 404, 404]);
    expect((await fetch(`${metricsUrl()}/metrics`, { method: 'POST', body: '' })).status).toBe(405);
    const embedded = await stack.gateway.fetch(new Request('http://localhost/metrics'));
    expect(embedded.status).toBe(404);
  });

  it('is closed with the gateway', async () => {
    stack = await Stack.start({ env: { METRICS_PORT: '0' } });
    await stack.settle(stack.gateway.close());
    await expect(fetch(`${metricsUrl()}/metrics`)).rejects.toThrow();
  });
});

it('ends with one sentence when the port of the metrics is taken', async () => {
  const taken = createServer();
  const port = String(await listenOnLoopback(taken));
  const env = { ...testEnv('http://localhost:1'), METRICS_PORT: port, LOG_LEVEL: 'silent' };
  expect(await runCli(['serve'], { env })).toEqual({
    code: 1,
    stdout: '',
    stderr: `Something else listens on port ${port} of 127.0.0.1: end it, or choose another port.\n`,
  });
  taken.close();
});
