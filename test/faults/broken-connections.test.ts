import { afterEach, describe, expect, it } from 'vitest';
import { Browser } from '../../packages/simulator/test/helpers/browser.ts';
import type { Installation } from '../../src/storage/installation.ts';
import { ALICE, type Answer, Stack } from '../helpers/stack.ts';
import { type Cut, startTcpProxy, type TcpProxy } from '../helpers/tcp-proxy.ts';
import { codes, install, READ, refreshes, statuses, tokenRow } from '../helpers/token-faults.ts';

const CUTS = ['reset', 'end', 'freeze'] as const satisfies readonly Cut[];
const ACTIVE = [{ status: 'ACTIVE', status_reason: null }];
const AWAY = { code: 'STORAGE_UNAVAILABLE', retryAfterMs: expect.any(Number) };
const EXPIRIES = '{ installations { id accessTokenExpiresAt } }';
const DISCONNECT = 'mutation ($id: ID!) { disconnectInstallation(installationId: $id) { installation { status } } }';
const REFRESH = 'mutation ($id: ID!) { refreshInstallation(installationId: $id) { installation { status } } }';

describe.each(CUTS)('a connection to Postgres that meets a %s', (how) => {
  let stack: Stack;
  let proxy: TcpProxy;
  let installation: Installation;

  async function start(): Promise<void> {
    stack = await Stack.start({
      database: 'postgres',
      simulator: { rotation: 'strict' },
      timeouts: { statementMs: 300, waitMs: 300, idleMs: 500 },
      poolSize: 2,
      way: async (url) => {
        proxy = await startTcpProxy(url);
        return proxy.through(url);
      },
    });
    installation = await install(stack);
  }

  afterEach(async () => {
    proxy.heal();
    await stack.stop();
    await proxy.close();
  });

  const extensions = ({ errors = [] }: Answer) => errors.map((error) => error.extensions);
  const disconnect = () => stack.query(DISCONNECT, { id: installation.id });
  /** Tokens that are younger than a minute are not renewed. */
  const refresh = () => {
    stack.clock.advance(60_000);
    return stack.settle(stack.query(REFRESH, { id: installation.id }));
  };
  const revocations = () => stack.db.database.query.selectFrom('revocations').select('id').execute();

  it('while it is idle is replaced', async () => {
    await start();
    expect(codes(await stack.query(EXPIRIES))).toEqual([]);
    proxy.cut(how);
    if (how !== 'freeze') await expect.poll(() => proxy.open).toBe(0);
    // Nobody can tell a silent peer from a slow one: each of the pool's connections is found out by a statement.
    else while (codes(await stack.query(EXPIRIES)).length > 0) proxy.heal();
    expect(codes(await stack.query(EXPIRIES))).toEqual([]);
  });

  it.each(['before', 'answered'] as const)('while a statement runs fails that statement alone (%s)', async (moment) => {
    await start();
    await stack.query(EXPIRIES);
    proxy.cutAt('installation_tokens', how, moment);
    expect(extensions(await stack.query(EXPIRIES))).toEqual([AWAY]);
    proxy.heal();
    await expect.poll(async () => codes(await stack.query(EXPIRIES))).toEqual([]);
  });

  it('while nobody can connect is told in time', async () => {
    await start();
    proxy.cut(how);
    proxy.cutAt('application_name', how);
    expect(extensions(await stack.query(EXPIRIES))).toEqual([AWAY]);
    proxy.heal();
    await expect.poll(async () => codes(await stack.query(EXPIRIES))).toEqual([]);
  });

  it('inside the transaction of a disconnect leaves everything as it was', async () => {
    await start();
    await stack.query(EXPIRIES);
    proxy.cutAt('update "installation_tokens"', how);
    expect(extensions(await disconnect())).toEqual([AWAY]);
    proxy.heal();
    expect(await statuses(stack)).toEqual(ACTIVE);
    expect(await revocations()).toEqual([]);

    await expect.poll(async () => codes(await disconnect())).toEqual([]);
    expect(await tokenRow(stack, installation)).toMatchObject({ refresh_token: null });
    expect(await statuses(stack)).toMatchObject([{ status: 'DISCONNECTED' }]);
  });

  it('at the commit of a disconnect is told, and disconnecting again says that it was done', async () => {
    await start();
    await stack.query(EXPIRIES);
    proxy.cutAt('commit', how, 'answered');
    expect(extensions(await disconnect())).toEqual([AWAY]);
    proxy.heal();
    expect(await statuses(stack)).toMatchObject([{ status: 'DISCONNECTED' }]);
    await expect
      .poll(async () => (await disconnect()).data)
      .toEqual({ disconnectInstallation: { installation: { status: 'DISCONNECTED' } } });
  });

  it('inside the transaction of a connect does not cost the consent, unless it lasts', async () => {
    await start();
    const browser = new Browser();
    const viewer = { ...ALICE, tenant: 'globex' };
    const callback = await stack.consent(browser, await stack.startFlow(browser, {}, viewer));
    proxy.cutAt('insert into "installation_tokens"', how);
    const response = await stack.settle(browser.get(callback));
    if (how !== 'freeze') {
      expect(response.headers.get('location')).toContain('hubspot=connected');
      expect(await statuses(stack)).toEqual([...ACTIVE, ...ACTIVE]);
      return;
    }
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('1');
    expect(await response.text()).toContain('Load this page again in a moment, or start again from the application.');
    proxy.heal();
    expect(await statuses(stack)).toEqual(ACTIVE);
    await expect.poll(() => stack.connect({}, viewer).catch(() => '')).toMatch(/^Installation:/);
  });

  it('while a token exchange is claimed asks HubSpot nothing', async () => {
    await start();
    expect(codes(await stack.query(READ))).toEqual([]);
    proxy.cutAt('update "installation_tokens"', how);
    expect(extensions(await refresh())).toEqual([AWAY]);
    expect(refreshes(stack)).toBe(0);
    proxy.heal();
    await expect.poll(async () => codes(await refresh())).toEqual([]);
    expect(refreshes(stack)).toBe(1);
  });

  it('while exchanged tokens are saved loses none of them', async () => {
    await start();
    expect(codes(await stack.query(READ))).toEqual([]);
    proxy.cutAt('"refresh_at"', how);
    const refreshing = refresh();
    await expect.poll(() => refreshes(stack)).toBe(1);
    proxy.heal();
    expect(codes(await refreshing)).toEqual([]);
    expect(await tokenRow(stack, installation)).toMatchObject({ version: 2, lease_owner: null });
    expect(await statuses(stack)).toEqual(ACTIVE);
  });
});
