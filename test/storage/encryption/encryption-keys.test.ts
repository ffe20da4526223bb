import { randomBytes } from 'node:crypto';
import { ManualClock } from 'hubspot-graphql-gateway-simulator/manual-clock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Alert } from '../../../src/lib/logging/alert.ts';
import { AuthorizationRequestStore } from '../../../src/storage/authorization-request-store.ts';
import { EncryptionKeys, KeyMissingError, promote } from '../../../src/storage/encryption/encryption-keys.ts';
import { rotateKeys } from '../../../src/storage/encryption/key-rotation.ts';
import { type CipherKey, TokenCipher } from '../../../src/storage/encryption/token-cipher.ts';
import { createTestDatabase, DATABASE_KINDS, type TestDatabase } from '../../helpers/databases.ts';
import { collectingLogger } from '../../helpers/logs.ts';
import { issued, openStores } from '../../helpers/stores.ts';

const [K1, K2, K3] = ['k1', 'k2', 'k3'].map((id) => ({ id, key: randomBytes(32) })) as [
  CipherKey,
  CipherKey,
  CipherKey,
];
const IMPOSTOR = { id: 'k2', key: randomBytes(32) };
const FLOW = {
  tenantId: 'acme',
  viewerId: 'alice',
  kind: 'connect',
  codeVerifier: 'verifier',
  installationId: null,
} as const;

describe.each(DATABASE_KINDS)('the active key on %s', (kind) => {
  let db: TestDatabase;
  beforeEach(async () => {
    db = await createTestDatabase(kind, new ManualClock());
  });
  afterEach(() => db.drop());

  const ring = (keys: CipherKey[], alert?: Alert) => new EncryptionKeys(db.database, new TokenCipher(keys), alert);
  const stores = (...keys: CipherKey[]) => openStores(db.database, new TokenCipher(keys));
  const requests = (...keys: CipherKey[]) => new AuthorizationRequestStore(db.database, ring(keys));
  const active = async (...keys: CipherKey[]) => (await ring(keys).encrypter()).keyId;
  const start = async (...keys: CipherKey[]) => {
    const lines: string[] = [];
    await ring(keys).start(collectingLogger(lines));
    return lines;
  };
  const connect = (...keys: CipherKey[]) =>
    stores(...keys).installations.connect({
      tenantId: 'acme',
      viewerId: null,
      hubId: 1,
      hubDomain: null,
      installedBy: null,
      userId: null,
      grantedScopes: ['oauth'],
      tokens: issued('access', 'refresh'),
    });
  /** As a release leaves it that knew no active key. */
  const forget = () => db.database.query.deleteFrom('active_key').execute();

  it('is the first of the ring in an empty database, and stays so for rings that come later', async () => {
    expect(await start(K1)).toEqual([]);
    expect(await start(K2, K1)).toEqual([expect.stringMatching(/"active":"k1".*"wanted":"k2".*rotate-keys/)]);
    expect(await active(K2, K1)).toBe('k1');
  });

  it('is the same for all replicas that start at once', async () => {
    const rings = [
      [K1, K2],
      [K2, K1],
      [K1, K2],
      [K2, K1],
    ];
    await Promise.all(rings.map((keys) => start(...keys)));
    const ids = await Promise.all(rings.map((keys) => active(...keys)));
    expect(new Set(ids).size).toBe(1);
  });

  it('is the key that is in use when a database knows none yet', async () => {
    await connect(K1);
    await forget();
    await start(K2, K1);
    expect(await active(K2, K1)).toBe('k1');
  });

  it('is the first one of the ring that is in use in the middle of a rotation', async () => {
    const { installations } = stores(K1);
    const installation = await connect(K1);
    await installations.disconnect(installation, false);
    await promote(db.database, new TokenCipher([K2, K1]));
    await connect(K2, K1);
    await forget();
    await start(K3, K2, K1);
    expect(await active(K3, K2, K1)).toBe('k2');
  });

  it('is the key of flows that are under way, where nothing else is stored', async () => {
    await requests(K1).save('state', { ...FLOW, cookieHash: 'hash', returnTo: null }, 60_000);
    await forget();
    await start(K2, K1);
    expect(await active(K2, K1)).toBe('k1');
  });

  it('is not selected by a ring that can decrypt no stored token', async () => {
    await connect(K1);
    await forget();
    await start(K2);
    await expect(active(K2)).rejects.toThrow(KeyMissingError);
    expect(await ring([K2]).missing()).toEqual(['k1']);
    expect(await active(K2, K1)).toBe('k1');
  });

  it('changes for everybody when it is promoted, and back', async () => {
    await start(K1);
    await promote(db.database, new TokenCipher([K2, K1]));
    expect(await active(K1, K2)).toBe('k2');
    const installation = await connect(K1, K2);
    expect(await stores(K2).tokens.read(installation)).toMatchObject({ accessToken: 'access' });

    const rotation = rotateKeys(db.database, new TokenCipher([K1, K2]), { settle: async () => {} });
    expect(await rotation).toEqual({ reencrypted: 1, unreadable: 0 });
    expect(await active(K2, K1)).toBe('k1');
    expect(await stores(K1).tokens.read(installation)).toMatchObject({ accessToken: 'access' });
  });

  it('is not changed by a ring that lacks the one before', async () => {
    await start(K1);
    const rotation = rotateKeys(db.database, new TokenCipher([K2]), { settle: async () => {} });
    await expect(rotation).rejects.toMatchObject({ explanation: expect.stringContaining('ENCRYPTION_KEYS lacks k1') });
    expect(await active(K1)).toBe('k1');
  });

  it('also encrypts the tokens of a replica that has read the previous active key', async () => {
    await start(K1);
    const rotation = rotateKeys(db.database, new TokenCipher([K2, K1]), {
      settle: async () => {
        const key_id = 'k1';
        const installation = await connect(K1, K2);
        // As if the replica had encrypted just before the promotion.
        const place = { tenantId: 'acme', rowId: installation.id };
        const encrypted = (column: string) =>
          new TokenCipher([K1]).encrypt('late', { ...place, column: `installation_tokens.${column}` });
        const [access_token, refresh_token] = [encrypted('access_token'), encrypted('refresh_token')];
        await db.database.query
          .updateTable('installation_tokens')
          .set({ key_id, access_token, refresh_token })
          .execute();
      },
    });
    expect(await rotation).toEqual({ reencrypted: 1, unreadable: 0 });
    expect(await ring([K2]).missing()).toEqual([]);
  });

  describe.each([
    ['lacks it', [K1]],
    ['has another key by its name', [IMPOSTOR, K1]],
  ])('when a replica %s', (_, keys) => {
    it('leaves states and handles to replicas that have it', async () => {
      await start(K1);
      const one = requests(K1);
      await one.save('old', { ...FLOW, cookieHash: 'hash', returnTo: null }, 60_000);
      await promote(db.database, new TokenCipher([K2, K1]));
      const [all, lacking] = [requests(K2, K1), requests(...keys)];
      await all.save('new', { ...FLOW, cookieHash: 'hash', returnTo: null }, 60_000);
      await all.savePending('handle', { ...FLOW, code: 'code' }, 60_000);

      for (const state of ['old', 'new']) await expect(lacking.take(state, 'connect')).rejects.toThrow(KeyMissingError);
      await expect(lacking.takePending('handle')).rejects.toThrow(KeyMissingError);
      await expect(lacking.save('x', { ...FLOW, cookieHash: '', returnTo: null }, 1)).rejects.toThrow(KeyMissingError);
      for (const state of ['old', 'new']) expect(await all.take(state, 'connect')).toMatchObject({ viewerId: 'alice' });
      expect(await all.takePending('handle')).toMatchObject({ code: 'code' });
    });

    it('claims no refresh, decrypts nothing, and stores tokens that HubSpot has issued', async () => {
      await start(K1);
      await promote(db.database, new TokenCipher([K2, K1]));
      const installation = await connect(K2, K1);
      const { tokens, installations } = stores(...keys);
      await expect(tokens.claim(installation, 1, 'me', 1_000)).rejects.toThrow(KeyMissingError);
      await expect(installations.disconnect(installation, false)).rejects.toThrow();
      expect((await stores(K2).installations.list('acme'))[0]?.status).toBe('ACTIVE');

      expect(await tokens.save(installation, 1, issued('later', 'later'), undefined)).toBe(true);
      expect(await stores(K2, K1).tokens.read(installation)).toMatchObject({ accessToken: 'later' });
    });

    it('tells so, once', async () => {
      await start(K1);
      await promote(db.database, new TokenCipher([K2, K1]));
      const alerts: string[] = [];
      const lacking = ring(keys, (alarmKind) => alerts.push(alarmKind));
      expect(await lacking.missing()).toEqual(['k2']);
      await expect(lacking.ensureActive()).rejects.toMatchObject({
        code: 'STORAGE_UNAVAILABLE',
        extensions: { retryAfterMs: 1_000 },
      });
      expect(alerts).toEqual(['missing_key']);
    });
  });
});
