import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { REFRESH } from 'hubspot-graphql-gateway-simulator';
import { afterEach, describe, expect, it } from 'vitest';
import { createHubspotPool } from '../../src/hubspot/client.ts';
import { OAuthClient, OAuthError } from '../../src/hubspot/oauth/oauth-client.ts';
import { systemClock } from '../../src/lib/time/clock.ts';
import { DATABASE_KINDS } from '../helpers/databases.ts';
import { Stack } from '../helpers/stack.ts';
import { EXPIRED, install, READ, refreshes, tokenRow } from '../helpers/token-faults.ts';

describe.each(DATABASE_KINDS)('on %s', (database) => {
  let stack: Stack;
  afterEach(() => stack.stop());

  it('F26 refuses tokens of another portal, tells people, and keeps the old row', async () => {
    stack = await Stack.start({ database });
    const installation = await install(stack);
    const before = await tokenRow(stack, installation);
    stack.simulator.faults.add({ ...REFRESH, fault: { kind: 'rewrite', set: { hub_id: 999 } } });
    stack.clock.advance(EXPIRED);
    const { errors } = await stack.query(READ);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'HUBSPOT_UNAVAILABLE', retryAfterMs: expect.any(Number) });
    const { access_token, refresh_token, version } = before;
    expect(await tokenRow(stack, installation)).toMatchObject({ access_token, refresh_token, version });
    expect(await (await fetch(`${stack.url}/metrics`)).text()).toContain('gateway_alerts_total{kind="other_portal"} 1');
    await stack.query(READ);
    expect(refreshes(stack)).toBe(1);
    stack.simulator.faults.clear();
    stack.clock.advance(61_000);
    expect((await stack.query(READ)).errors).toBeUndefined();
  });

  it('F31 follows no redirect with its secrets', async () => {
    let asked = 0;
    const elsewhere = createServer((_request, response) => {
      asked += 1;
      response.end();
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
    const { port } = elsewhere.address() as AddressInfo;
    stack = await Stack.start({ database });
    await install(stack);
    stack.clock.advance(EXPIRED);
    for (const status of [301, 302, 307, 308]) {
      const headers = { location: `http://127.0.0.1:${port}/oauth/2026-09/token` };
      stack.simulator.faults.add({ ...REFRESH, times: 1, fault: { kind: 'answer', status, headers } });
      const { errors } = await stack.query(READ);
      expect(errors?.[0]?.extensions?.code).toBe('HUBSPOT_UNAVAILABLE');
      stack.clock.advance(6 * 60_000);
    }
    expect(asked).toBe(0);
    await new Promise((resolve) => elsewhere.close(resolve));
  });
});

describe('F32 a server that cannot be trusted or found is a passing failure', () => {
  const refresh = async (url: string) => {
    const pool = createHubspotPool(url);
    const oauth = new OAuthClient({
      clientId: 'id',
      clientSecret: 'secret',
      version: '2026-09',
      pool,
      clock: systemClock,
    });
    const outcome = await oauth.refresh('refresh-token').catch((error: unknown) => error);
    await pool.destroy();
    return outcome;
  };

  it('F32 when its name does not resolve', async () => {
    const outcome = await refresh('https://no-such-host.invalid');
    expect(outcome).toBeInstanceOf(OAuthError);
    expect(outcome).toMatchObject({ kind: 'unavailable', status: undefined });
  });

  it('F32 when it speaks no TLS: nothing is sent in clear', async () => {
    let received = '';
    const plain = createServer().on('clientError', (_error, socket) => socket.destroy());
    plain.on('connection', (socket) => socket.on('data', (chunk) => (received += chunk.toString('latin1'))));
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
    const outcome = await refresh(`https://localhost:${(plain.address() as AddressInfo).port}`);
    expect(outcome).toMatchObject({ kind: 'unavailable', status: undefined });
    expect(received).not.toContain('refresh-token');
    await new Promise((resolve) => plain.close(resolve));
  });
});
