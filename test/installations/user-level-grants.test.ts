import { afterEach, describe, expect, it } from 'vitest';
import { Browser } from '../../packages/simulator/test/helpers/browser.ts';
import { DATABASE_KINDS } from '../helpers/databases.ts';
import { INSTALL_URL, TestMarketplace } from '../helpers/marketplace.ts';
import { ALICE, type Stack, type StackOptions, type TestViewer } from '../helpers/stack.ts';
import { CONTACTS, DISCONNECT, idsOf, UserLevel } from '../helpers/user-level.ts';

const BOB: TestViewer = { ...ALICE, sub: 'bob' };
const CAROL: TestViewer = { ...ALICE, sub: 'carol' };

let stack: Stack;
let on: UserLevel;
afterEach(() => stack.stop());

async function start(options?: StackOptions): Promise<void> {
  on = await UserLevel.start(options);
  stack = on.stack;
}

describe.each([true, false])(
  'two viewers as one user of HubSpot, who have one refresh token: %s',
  (keepsRefreshToken) => {
    it('a disconnect leaves the other, and the last one revokes', async () => {
      await start({ simulator: { app: { isUserLevel: true }, consentKeepsRefreshToken: keepsRefreshToken } });
      const anna = on.person(0, { view: 'own' });
      const [alice, bob] = [await on.connectAs(ALICE, anna), await on.connectAs(BOB, anna)];
      const token = await on.refreshTokenOf(bob);
      await stack.settle(stack.query(DISCONNECT, { id: alice }));
      expect(await stack.settle(on.revocations(0))).toBe(0);
      expect(stack.simulator.grants.refreshTokenGrant(token)).toBeDefined();
      stack.clock.advance(31 * 60_000);
      expect(idsOf(await stack.settle(stack.query(CONTACTS, {}, BOB)))).toEqual(on.ownedBy(anna));
      await stack.settle(stack.query(DISCONNECT, { id: bob }, BOB));
      expect(await stack.settle(on.revocations(1))).toBe(1);
      expect(stack.simulator.grants.refreshTokenGrant(token)).toBeUndefined();
    });
  },
);

describe('an account-level app', () => {
  it('has one grant for the tenant, whoever consents', async () => {
    await start({ simulator: { app: { isUserLevel: false } } });
    const [first, second] = [await stack.connect(), await stack.connect({}, BOB)];
    expect(first).toBe(second);
    for (const viewer of [ALICE, BOB, CAROL])
      expect(await on.list(viewer)).toMatchObject([{ id: first, isUserLevel: false, status: 'ACTIVE' }]);
  });

  it('has its rows beside those of a user-level app that took its place', async () => {
    await start({ simulator: { app: { isUserLevel: false } } });
    const shared = await stack.connect();
    stack.clock.advance(1_000);
    Object.assign(stack.simulator.app, { isUserLevel: true });
    const own = await on.connectAs(BOB, on.person(0, { view: 'own' }));
    expect(own).not.toBe(shared);
    expect(await on.list(ALICE)).toMatchObject([{ id: shared, isUserLevel: false }]);
    expect(await on.list(BOB)).toMatchObject([
      { id: shared, isUserLevel: false, isDefault: false },
      { id: own, isUserLevel: true, isDefault: true },
    ]);
    const anna = on.person(0, { view: 'own' });
    expect(idsOf(await stack.query(CONTACTS, {}, BOB))).toEqual(on.ownedBy(anna));
    const id = on.ownedBy(anna)[0];
    expect((await stack.query(`{ node(id: "${id}") { id } }`, {}, BOB)).data).toEqual({ node: { id } });
    await stack.settle(stack.query(DISCONNECT, { id: own }, BOB));
    expect((await stack.query('{ installation { id } }', {}, BOB)).data).toEqual({ installation: { id: shared } });
  });
});

describe('an install from the marketplace', () => {
  it('of a user-level app belongs to the viewer who claims it', async () => {
    await start({ env: { INSTALL_URL } });
    const [browser, marketplace] = [new Browser(), new TestMarketplace(stack)];
    await marketplace.install(browser);
    const { hubspot } = await marketplace.choose(browser, await marketplace.startClaim(browser, BOB));
    expect(hubspot).toBe('connected');
    expect(await on.list(BOB)).toMatchObject([{ isUserLevel: true, status: 'ACTIVE' }]);
    expect(await on.list(ALICE)).toEqual([]);
  });

  it('of a user-level app with a sign-in belongs to the viewer who signed in', async () => {
    await start({ env: { INSTALL_URL } });
    const [browser, marketplace] = [new Browser(), new TestMarketplace(stack)];
    await marketplace.finalize(browser, await marketplace.authorize(browser, BOB));
    expect(await on.list(BOB)).toMatchObject([{ isUserLevel: true, status: 'ACTIVE' }]);
    expect(await on.list(ALICE)).toEqual([]);
  });

  it('of a user-level app that nobody claims is revoked, and the app stays installed for others', async () => {
    await start({ env: { INSTALL_URL } });
    const [browser, marketplace] = [new Browser(), new TestMarketplace(stack)];
    await marketplace.install(browser);
    const rows = stack.db.database.query.selectFrom('marketplace_installs').select('code_hash');
    const none = async () => {
      while ((await rows.execute()).length > 0) await new Promise((resolve) => setImmediate(resolve));
    };
    stack.clock.advance(24 * 60 * 60_000);
    await stack.settle(none());
    const paths = stack.simulator.log.all().map(({ path }) => path);
    expect(paths.filter((path) => path.endsWith('/token/revoke'))).toHaveLength(1);
    expect(paths.filter((path) => path.startsWith('/appinstalls/'))).toEqual([]);
  });
});

describe('the level of a grant', () => {
  const INTROSPECT = '/token/introspect$';

  it('is that of the app when introspection fails', async () => {
    await start();
    await on.connectAs(ALICE, on.person(0, {}));
    stack.simulator.faults.add({ match: INTROSPECT, fault: { kind: 'answer', status: 503 } });
    const own = await stack.settle(on.connectAs(BOB, on.person(1, {})));
    stack.simulator.faults.clear();
    expect(await on.list(BOB)).toMatchObject([{ id: own, isUserLevel: true }]);
    expect(await on.list(CAROL)).toEqual([]);
  });

  it.each([{ isUserLevel: 'yes' }, { isUserLevel: {} }, 'eyJ'])(
    'that cannot be read is user-level: %j',
    async (signed) => {
      await start();
      stack.simulator.faults.add({
        match: INTROSPECT,
        fault: { kind: 'rewrite', set: { signed_access_token: signed } },
      });
      await on.connectAs(ALICE, on.person(0, {}));
      expect(await on.list(ALICE)).toMatchObject([{ isUserLevel: true }]);
      expect(await on.list(BOB)).toEqual([]);
    },
  );

  it.each([null, { userId: 7 }])('that HubSpot does not report is that of the account: %j', async (signed) => {
    await start();
    stack.simulator.faults.add({
      match: INTROSPECT,
      fault: { kind: 'rewrite', set: { signed_access_token: signed } },
    });
    await on.connectAs(ALICE, on.person(0, {}));
    expect(await on.list(BOB)).toMatchObject([{ isUserLevel: false }]);
  });
});

describe.each(DATABASE_KINDS)('a thousand requests of two viewers in %s', (database) => {
  it('mix nothing, on all replicas, with a record cache', async () => {
    const replicas = database === 'postgres' ? 2 : 1;
    await start({ database, replicas, env: { CACHE_TTL_MS: '60000' } });
    const [anna, ben] = [on.person(0, { view: 'own' }), on.person(1, { view: 'own' })];
    await on.connectAs(ALICE, anna);
    await on.connectAs(BOB, ben);
    const expected = new Map([
      [ALICE, on.ownedBy(anna)],
      [BOB, on.ownedBy(ben)],
    ]);
    const [hers = '', his = ''] = [on.ownedBy(anna)[0], on.ownedBy(ben)[0]];
    const ONE = 'query ($id: ID!) { node(id: $id) { id } }';
    const mixed: unknown[] = [];
    const ask = async (index: number) => {
      const [viewer, foreign] = index % 2 === 0 ? [ALICE, his] : [BOB, hers];
      const own = expected.get(viewer) ?? [];
      const replica = index % replicas;
      if (index % 3 === 0) {
        const found = idsOf(await stack.queryOn(replica, CONTACTS, {}, viewer));
        if (found.join() !== own.join()) mixed.push({ index, found });
        return;
      }
      const id = index % 3 === 1 ? own[index % own.length] : foreign;
      const { data, errors } = await stack.queryOn(replica, ONE, { id }, viewer);
      const node = (data as unknown as { node: { id: string } | null }).node?.id ?? null;
      if (node !== (id === foreign ? null : id)) mixed.push({ index, id, node, errors });
    };
    for (let from = 0; from < 1_000; from += 100)
      await stack.settle(Promise.all(Array.from({ length: 100 }, (_, index) => ask(from + index))));
    expect(mixed).toEqual([]);
  }, 60_000);
});
