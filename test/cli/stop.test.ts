import { connect } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { GatewayProcess } from '../../scripts/bench/fleet.ts';
import { testEnv } from '../helpers/stack.ts';

/** Less than the 5 s that load balancers are given. */
const AT_ONCE_MS = 4_000;

let gateway: GatewayProcess | undefined;
afterEach(async () => {
  await gateway?.stop('SIGKILL');
});

async function start(env: Readonly<Record<string, string>> = {}): Promise<GatewayProcess> {
  gateway = await GatewayProcess.start({ ...testEnv('http://localhost:1'), ...env }, () => {});
  return gateway;
}

async function stopped(running: GatewayProcess, signal: 'SIGINT' | 'SIGTERM') {
  const signalledAt = performance.now();
  const code = await running.stop(signal);
  return { code, isAtOnce: performance.now() - signalledAt < AT_ONCE_MS };
}

it.each(['SIGINT', 'SIGTERM'] as const)('%s ends an idle gateway at once, in development', async (signal) => {
  const running = await start();
  const silent = connect(Number(new URL(running.url).port), '127.0.0.1').on('error', () => {});
  await fetch(`${running.url}/health/live`);
  expect(await stopped(running, signal)).toEqual({ code: 0, isAtOnce: true });
  silent.destroy();
});

it('a second signal ends a gateway that gives load balancers time', async () => {
  const running = await start({ NODE_ENV: 'production' });
  const first = running.stop('SIGTERM');
  await expect.poll(async () => (await fetch(`${running.url}/health/ready`)).status).toBe(503);
  expect(await running.stop('SIGTERM')).toBe(1);
  expect(await first).toBe(1);
});
