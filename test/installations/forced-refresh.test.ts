import { REFRESH } from 'hubspot-graphql-gateway-simulator';
import { afterEach, describe, expect, it } from 'vitest';
import { ALICE, Stack } from '../helpers/stack.ts';
import { codes } from '../helpers/token-faults.ts';

const REFRESH_NOW = `mutation ($id: ID!) {
  refreshInstallation(installationId: $id) { installation { status accessTokenExpiresAt } }
}`;
const MINUTE = 60_000;
const CONNECTED = '2026-11-23T09:30:00.000Z';

let stack: Stack;
let id: string;
async function start(options: Parameters<typeof Stack.start>[0] = {}): Promise<void> {
  stack = await Stack.start(options);
  id = await stack.connect();
}
afterEach(() => stack.stop());

const exchanges = () => stack.simulator.log.tokenCalls('refresh_token').length;
const refresh = (replica = 0) => stack.queryOn(replica, REFRESH_NOW, { id });
const flood = async (times: number) => {
  const answers = await Promise.all(Array.from({ length: times }, (_, index) => refresh(index % stack.urls.length)));
  return new Set(answers.map((answer) => JSON.stringify(answer)));
};
const refreshed = (expiry: string) =>
  JSON.stringify({
    data: { refreshInstallation: { installation: { status: 'ACTIVE', accessTokenExpiresAt: expiry } } },
  });

describe('a viewer who refreshes again and again', () => {
  it('refreshes the tokens once a minute, and receives the current state each time', async () => {
    await start();
    expect(await flood(20)).toEqual(new Set([refreshed(CONNECTED)]));
    expect(exchanges()).toBe(0);
    stack.clock.advance(MINUTE);
    expect(await flood(100)).toEqual(new Set([refreshed('2026-11-23T09:31:00.000Z')]));
    for (let times = 0; times < 20; times += 1) await refresh();
    expect(exchanges()).toBe(1);
    stack.clock.advance(MINUTE - 1);
    await refresh();
    expect(exchanges()).toBe(1);
    stack.clock.advance(1);
    await refresh();
    expect(exchanges()).toBe(2);
  });

  it('refreshes them once a minute across all replicas', async () => {
    await start({ database: 'postgres', replicas: 3, poolSize: 2 });
    stack.clock.advance(MINUTE);
    await stack.settle(flood(30));
    // One that starts with an empty memory knows their age, too.
    expect(exchanges()).toBe(1);
    stack.clock.advance(MINUTE);
    await stack.settle(flood(30));
    expect(exchanges()).toBe(2);
  });

  it('refreshes expired tokens once', async () => {
    await start();
    stack.clock.advance(31 * MINUTE);
    await refresh();
    expect(exchanges()).toBe(1);
  });

  it('is no reason to ask HubSpot for its scopes', async () => {
    await start();
    const introspections = () => stack.simulator.log.all().filter(({ path }) => path.endsWith('/introspect')).length;
    const before = introspections();
    stack.simulator.faults.add({ ...REFRESH, fault: { kind: 'rewrite', set: { scopes: ['oauth'] } } });
    stack.clock.advance(MINUTE);
    for (let times = 0; times < 20; times += 1) await refresh();
    await expect.poll(introspections).toBe(before + 1);
  });

  it('refreshes tokens that an older release saved', async () => {
    await start();
    await stack.db.database.query.updateTable('installation_tokens').set({ obtained_at: null }).execute();
    await refresh();
    await refresh();
    expect(exchanges()).toBe(1);
  });
});

describe('a viewer who starts connection after connection', () => {
  const CONNECT = 'mutation { connectHubSpot { expiresAt } }';
  const rows = () => stack.db.database.query.selectFrom('authorization_requests').select('viewer_id').execute();

  it('is stopped after 100 in ten minutes, alone', async () => {
    await start();
    stack.clock.advance(10 * MINUTE);
    const answers = await Promise.all(Array.from({ length: 120 }, () => stack.query(CONNECT)));
    expect(answers.filter(({ errors }) => !errors)).toHaveLength(100);
    expect(await rows()).toHaveLength(100);
    stack.clock.advance(3 * MINUTE);
    expect((await stack.query(CONNECT)).errors).toMatchObject([
      {
        message: 'You have started 100 connections within ten minutes. Wait before you start another one.',
        extensions: { code: 'RATE_LIMITED', retryAfterMs: 7 * MINUTE },
      },
    ]);
    expect(codes(await stack.query(CONNECT, {}, { ...ALICE, sub: 'bob' }))).toEqual([]);
    expect(codes(await stack.query(CONNECT, {}, { ...ALICE, tenant: 'globex' }))).toEqual([]);
    stack.clock.advance(7 * MINUTE);
    expect(codes(await stack.query(CONNECT))).toEqual([]);
  });

  it('is stopped, too, when each comes back with a code that HubSpot does not know', async () => {
    await start();
    const before = stack.simulator.log.tokenCalls('authorization_code').length;
    for (let times = 0; times < 105; times += 1) {
      const { raw, answer } = await stack.send('mutation { connectHubSpot { authorizeUrl } }');
      const { connectHubSpot } = answer.data as unknown as { connectHubSpot: { authorizeUrl: string } | null };
      const state = connectHubSpot && new URL(connectHubSpot.authorizeUrl).searchParams.get('state');
      const cookie = raw.headers.getSetCookie().map((line) => line.split(';', 1)[0]);
      const callback = `${stack.url}/oauth/hubspot/callback?code=invented&state=${state}`;
      if (state) await fetch(callback, { headers: { cookie: cookie.join('; ') }, redirect: 'manual' });
    }
    // One start was the setup's.
    expect(stack.simulator.log.tokenCalls('authorization_code').length - before).toBe(99);
  });
});
