import { randomBytes } from 'node:crypto';
import { ManualClock } from 'hubspot-graphql-gateway-simulator/manual-clock';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rotateKeys } from '../../src/storage/encryption/key-rotation.ts';
import { TokenCipher } from '../../src/storage/encryption/token-cipher.ts';
import type { NewGrant } from '../../src/storage/installation.ts';
import { createTestDatabase, DATABASE_KINDS, type TestDatabase } from '../helpers/databases.ts';
import { issued, openStores } from '../helpers/stores.ts';

const OLD = { id: 'k1', key: randomBytes(32) };
const NEW = { id: 'k2', key: randomBytes(32) };
const cipher = new TokenCipher([OLD]);

const grantOf = (viewerId: string | null, more: Partial<NewGrant> = {}): NewGrant => ({
  tenantId: 'acme',
  viewerId,
  hubId: 1,
  hubDomain: null,
  installedBy: null,
  userId: 7,
  grantedScopes: ['oauth'],
  tokens: issued(`access-${viewerId}`, `refresh-${viewerId}`),
  ...more,
});

describe.each(DATABASE_KINDS)('grants of viewers in %s', (kind) => {
  let db: TestDatabase;
  let stores: ReturnType<typeof openStores>;
  beforeEach(async () => {
    db = await createTestDatabase(kind, new ManualClock());
    stores = openStores(db.database, cipher);
  });
  afterEach(() => db.drop());

  const connectAll = () =>
    Promise.all([null, 'alice', 'bob'].map((viewerId) => stores.installations.connect(grantOf(viewerId))));

  it('of one portal exist beside each other and beside that of the tenant', async () => {
    const all = await connectAll();
    expect(new Set(all.map(({ id }) => id)).size).toBe(3);
    expect(all.map(({ tenantId, viewerId }) => [tenantId, viewerId])).toEqual([
      ['acme', null],
      ['acme', 'alice'],
      ['acme', 'bob'],
    ]);
    for (const installation of all)
      expect((await stores.tokens.read(installation))?.refreshToken).toBe(`refresh-${installation.viewerId}`);
    const [tenant] = all;
    expect(await stores.installations.ofHolder('acme')).toEqual({
      installations: [tenant],
      hasDefaults: false,
      hasViewerGrants: true,
    });
  });

  it('keep their id when the viewer consents again, alone', async () => {
    const [, alice, bob] = await connectAll();
    const again = await stores.installations.connect(grantOf('alice', { userId: 8, tokens: issued('a', 'r') }));
    expect(again).toMatchObject({ id: alice?.id, viewerId: 'alice', grantVersion: 2 });
    if (!bob) throw new TypeError('nothing was connected');
    expect(await stores.tokens.read(bob)).toMatchObject({ version: 1, refreshToken: 'refresh-bob' });
  });

  it('are known for a tenant without a grant of its own, and of no other tenant', async () => {
    await stores.installations.connect(grantOf('alice'));
    const nothing = { installations: [], hasDefaults: false };
    expect(await stores.installations.ofHolder('acme')).toEqual({ ...nothing, hasViewerGrants: true });
    expect(await stores.installations.ofHolder('globex')).toEqual({ ...nothing, hasViewerGrants: false });
    expect(await stores.installations.ofHolder('acme bob')).toEqual({ ...nothing, hasViewerGrants: false });
  });

  it('are out of reach under the key of the tenant or of another viewer', async () => {
    const { id } = await stores.installations.connect(grantOf('alice'));
    for (const viewerId of [null, 'bob']) {
      const key = { tenantId: 'acme', viewerId, id };
      expect(await stores.tokens.read(key)).toBeUndefined();
      expect(await stores.tokens.save(key, 1, issued('x', 'y'), undefined)).toBe(false);
      expect(await stores.installations.disconnect(key, false)).toBe(false);
      expect(await stores.installations.expire(key, 1, 'REVOKED')).toBe(false);
    }
    expect(await stores.installations.portalOf({ tenantId: 'acme', viewerId: 'bob' }, id)).toBeUndefined();
    expect(await stores.installations.portalOf({ tenantId: 'acme', viewerId: 'alice' }, id)).toBe(1);
    expect(await stores.installations.tokenExpiries({ tenantId: 'acme', viewerId: 'bob' })).toEqual(new Map());
  });

  it('are neither seen nor met by the statements of an older release', async () => {
    const [, alice] = await connectAll();
    const columns = sql`id, tenant_id, hub_id, status, granted_scopes, grant_version, connected_at, updated_at`;
    const insert = sql<{ id: string }>`insert into installations (${columns})
      values ('Installation:old', 'acme', 1, 'ACTIVE', 'oauth', 1, 0, 0)
      on conflict (tenant_id, hub_id) do update set grant_version = installations.grant_version + 1 returning *`;
    const { rows } = await insert.execute(db.database.query);
    expect(rows).toMatchObject([{ viewer_id: null, grant_version: 2 }]);
    const list = sql`select id from installations where tenant_id = 'acme'`;
    expect((await list.execute(db.database.query)).rows).toEqual([{ id: rows[0]?.id }]);
    expect((await stores.installations.list('acme alice')).map(({ id }) => id)).toEqual([alice?.id]);
  });

  it('are encrypted again when the key is replaced', async () => {
    const all = await connectAll();
    await rotateKeys(db.database, new TokenCipher([NEW, OLD]), { settle: async () => {} });
    const { tokens } = openStores(db.database, new TokenCipher([NEW]));
    for (const installation of all)
      expect((await tokens.read(installation))?.accessToken).toBe(`access-${installation.viewerId}`);
  });

  it('are revoked only when nobody uses a grant of the same user of HubSpot', async () => {
    const [tenant, alice, bob] = await connectAll();
    if (!tenant || !alice || !bob) throw new TypeError('nothing was connected');
    const user = { hubId: 1, userId: 7 };
    await stores.installations.disconnect(alice, false);
    const revocation = await stores.revocations.claimDue(1_000);
    expect(revocation).toMatchObject({ user, uninstall: false });
    expect(await stores.revocations.isInUse(user)).toBe(true);
    expect(await stores.revocations.isInUse({ hubId: 1, userId: null })).toBe(true);
    expect(await stores.revocations.isInUse({ hubId: 1, userId: 8 })).toBe(false);
    expect(await stores.revocations.isInUse({ hubId: 2, userId: 7 })).toBe(false);
    await stores.installations.disconnect(bob, false);
    // The grant of the tenant is that of another app.
    expect(await stores.revocations.isInUse(user)).toBe(false);
    await stores.revocations.done(revocation?.id ?? '');
    await stores.installations.disconnect(tenant, false);
    const both = [await stores.revocations.claimDue(1_000), await stores.revocations.claimDue(1_000)];
    expect(new Set(both.map((one) => one?.user?.hubId))).toEqual(new Set([1, undefined]));
  });
});
