import { randomBytes } from 'node:crypto';
import { ManualClock } from 'hubspot-graphql-gateway-simulator/manual-clock';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256 } from '../../src/lib/secret.ts';
import { rotateKeys } from '../../src/storage/encryption/key-rotation.ts';
import { TokenCipher } from '../../src/storage/encryption/token-cipher.ts';
import type { MarketplaceInstallStore } from '../../src/storage/marketplace-install-store.ts';
import { createStores } from '../../src/storage/stores.ts';
import { createTestDatabase, DATABASE_KINDS, type TestDatabase } from '../helpers/databases.ts';
import { issued } from '../helpers/stores.ts';

const TTL_MS = 60_000;
const OLD = { id: 'k1', key: randomBytes(32) };
const NEW = { id: 'k2', key: randomBytes(32) };

describe.each(DATABASE_KINDS)('installs from the marketplace on %s', (kind) => {
  let clock: ManualClock;
  let db: TestDatabase;
  let store: MarketplaceInstallStore;
  beforeEach(async () => {
    clock = new ManualClock();
    db = await createTestDatabase(kind, clock);
    store = storeWith(OLD);
  });
  afterEach(() => db.drop());

  const storesWith = (...keys: { id: string; key: Buffer }[]) =>
    createStores(db.database, new TokenCipher(keys), () => {});
  const storeWith = (...keys: { id: string; key: Buffer }[]) => storesWith(...keys).marketplaceInstalls;
  const facts = { hubId: 1, hubDomain: 'a.example', installedBy: null, userId: null, grantedScopes: ['oauth'] };
  const grant = { tenantId: 'acme', viewerId: null, ...facts, tokens: issued('access', 'refresh') };
  const tokens = { accessToken: 'access', refreshToken: 'refresh', expiresInMs: 1_000, isUserLevel: false };

  async function keep(code = 'code', secret = 'secret'): Promise<void> {
    await store.reserve(code, secret, TTL_MS);
    await store.keep({ codeHash: sha256(code), ...facts, ...tokens });
  }

  it('reserves a code for one secret, as often as that one asks', async () => {
    expect(await store.reserve('code', 'secret', TTL_MS)).toBe('reserved');
    expect(await store.reserve('code', 'secret', TTL_MS)).toBe('reserved');
    expect(await store.reserve('code', 'other', TTL_MS)).toBe('used');
    await store.release('code');
    expect(await store.reserve('code', 'other', TTL_MS)).toBe('reserved');
  });

  it('does not release a code whose tokens it has', async () => {
    await keep();
    await store.release('code');
    expect(await store.find(['secret'])).toMatchObject([{ hubId: 1, refreshToken: 'refresh' }]);
  });

  it('holds no more than 10,000 rows, and has room again when they have expired', async () => {
    await store.reserve('first', 'first', TTL_MS);
    await sql`
      insert into marketplace_installs (code_hash, claim_hash, key_id, expires_at, attempts, due_at)
      with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < 9999)
      select 'c' || n, 's' || n, 'k1', ${clock.now() + TTL_MS}, 0, ${clock.now() + TTL_MS} from numbers`.execute(
      db.database.query,
    );
    expect(await store.reserve('one more', 'secret', TTL_MS)).toBe('full');
    clock.advance(TTL_MS);
    expect(await store.claimExpired(1_000)).toBeUndefined();
    expect(await store.reserve('one more', 'secret', TTL_MS)).toBe('reserved');
  });

  it('finds by the secret alone, until the time is over', async () => {
    await keep();
    expect(await store.find(['other', sha256('secret')])).toEqual([]);
    expect(await store.find(['other', 'secret'])).toHaveLength(1);
    clock.advance(TTL_MS);
    expect(await store.find(['secret'])).toEqual([]);
    expect(await store.claim(sha256('code'), grant, TTL_MS)).toBeUndefined();
  });

  it('gives a grant to one of several claims, and no installation to the others', async () => {
    await keep();
    const tenants = ['a', 'b', 'c', 'd'].map((tenantId) => ({ ...grant, tenantId }));
    const claimed = await Promise.all(tenants.map((each) => store.claim(sha256('code'), each, TTL_MS)));
    expect(claimed.filter((installation) => installation !== undefined)).toHaveLength(1);
    const { installations } = storesWith(OLD);
    const stored = await Promise.all(tenants.map(({ tenantId }) => installations.list(tenantId)));
    expect(stored.flat()).toHaveLength(1);
    expect(await store.reserve('code', 'secret 2', TTL_MS)).toBe('used');
  });

  it('leases an expired grant to one replica', async () => {
    await keep();
    clock.advance(TTL_MS);
    const found = await Promise.all([store.claimExpired(1_000), storeWith(OLD).claimExpired(1_000)]);
    expect(found.filter((install) => install !== undefined)).toMatchObject([
      { hubId: 1, refreshToken: 'refresh', isConnected: false, attempts: 0 },
    ]);
    clock.advance(1_000);
    expect(await store.claimExpired(1_000)).toMatchObject({ attempts: 1 });
  });

  it('is encrypted again by a rotation of the keys', async () => {
    await keep();
    await rotateKeys(db.database, new TokenCipher([NEW, OLD]), { settle: async () => {} });
    expect(await storeWith(NEW).find(['secret'])).toMatchObject([{ accessToken: 'access', refreshToken: 'refresh' }]);
  });

  it('gives out no token that was altered', async () => {
    await keep();
    await keep('code 2', 'secret 2');
    await db.database.query
      .updateTable('marketplace_installs')
      .set(({ selectFrom }) => ({
        refresh_token: selectFrom('marketplace_installs as other')
          .select('other.refresh_token')
          .where('other.code_hash', '=', sha256('code 2')),
      }))
      .where('code_hash', '=', sha256('code'))
      .execute();
    expect(await store.find(['secret'])).toEqual([]);
    expect(await store.find(['secret 2'])).toHaveLength(1);
  });
});
