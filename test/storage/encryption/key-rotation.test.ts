import { randomBytes } from 'node:crypto';
import { ManualClock } from 'hubspot-graphql-gateway-simulator/manual-clock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AuthorizationRequestStore } from '../../../src/storage/authorization-request-store.ts';
import { EncryptionKeys } from '../../../src/storage/encryption/encryption-keys.ts';
import { type RotationOptions, rotateKeys } from '../../../src/storage/encryption/key-rotation.ts';
import { TokenCipher } from '../../../src/storage/encryption/token-cipher.ts';
import { createTestDatabase, DATABASE_KINDS, type TestDatabase } from '../../helpers/databases.ts';
import { issued, openStores } from '../../helpers/stores.ts';

const OLD = { id: 'k1', key: randomBytes(32) };
const NEW = { id: 'k2', key: randomBytes(32) };
const before = new TokenCipher([OLD]);
const during = new TokenCipher([NEW, OLD]);
const after = new TokenCipher([NEW]);
const ROWS = 250;
const PATIENT = { statementMs: 20_000, waitMs: 20_000, idleMs: 20_000 };

describe.each(DATABASE_KINDS)('rotating keys on %s', (kind) => {
  let db: TestDatabase;
  let installations: Awaited<ReturnType<typeof install>>;
  beforeEach(async () => {
    // All rows come at once: on a busy machine the last ones wait long for a connection.
    db = await createTestDatabase(kind, new ManualClock(), { timeouts: PATIENT });
    installations = await install();
  });
  afterEach(() => db.drop());

  const keysOf = (cipher: TokenCipher) => new EncryptionKeys(db.database, cipher);
  const rotate = (report: RotationOptions['report'] = () => {}) =>
    rotateKeys(db.database, during, { report, settle: async () => {} });

  function install() {
    const store = openStores(db.database, before).installations;
    return Promise.all(
      Array.from({ length: ROWS }, (_, index) =>
        store.connect({
          tenantId: 'acme',
          viewerId: null,
          hubId: index + 1,
          hubDomain: null,
          installedBy: null,
          userId: null,
          grantedScopes: ['oauth'],
          tokens: issued(`access-${index}`, `refresh-${index}`),
        }),
      ),
    );
  }

  it('encrypts every secret again, so that the old key can be removed', async () => {
    const { tokens, installations: store } = openStores(db.database, before);
    const [first, gone] = installations;
    if (!first || !gone) throw new Error('nothing was installed');
    await tokens.save(first, 1, issued('second', 'rotated'), 'refresh-0');
    await store.disconnect(gone, false);
    const requests = new AuthorizationRequestStore(db.database, keysOf(before));
    const flow = {
      tenantId: 'acme',
      viewerId: 'alice',
      kind: 'connect',
      codeVerifier: 'verifier',
      installationId: null,
    } as const;
    await requests.save('state', { ...flow, cookieHash: 'hash', returnTo: null }, 60_000);
    await requests.savePending('handle', { ...flow, code: 'code' }, 60_000);

    const progress: string[] = [];
    const result = await rotate(({ table, done, total }) => progress.push(`${table} ${done}/${total}`));
    expect(result).toEqual({ reencrypted: ROWS + 3, unreadable: 0 });
    expect(progress.slice(0, 3)).toEqual([100, 200, 250].map((done) => `installation_tokens ${done}/250`));

    const stores = openStores(db.database, after);
    expect(await stores.tokens.read(first)).toMatchObject({
      accessToken: 'second',
      refreshToken: 'rotated',
      previousRefreshToken: 'refresh-0',
      version: 2,
    });
    for (const [index, installation] of installations.entries()) {
      if (index > 1) expect(await stores.tokens.read(installation)).toMatchObject({ accessToken: `access-${index}` });
    }
    expect(await stores.revocations.claimDue(1_000)).toMatchObject({ refreshToken: 'refresh-1' });
    const renewed = new AuthorizationRequestStore(db.database, keysOf(after));
    expect(await renewed.take('state', 'connect')).toMatchObject({ codeVerifier: 'verifier' });
    expect(await renewed.takePending('handle')).toMatchObject({ code: 'code', codeVerifier: 'verifier' });
    expect(await rotate()).toEqual({ reencrypted: 0, unreadable: 0 });
  });

  it('goes on where it was ended', async () => {
    const ended = rotate(({ done }) => {
      if (done >= 100) throw new Error('killed');
    });
    await expect(ended).rejects.toThrow('killed');
    expect(await rotate()).toEqual({ reencrypted: ROWS - 100, unreadable: 0 });
    expect(await keysOf(after).missing()).toEqual([]);
  });

  it('F48 never overwrites tokens that are saved meanwhile', async () => {
    const { tokens } = openStores(db.database, during);
    const untouched = [...installations];
    const saves: Promise<boolean>[] = [];
    await rotate(() => {
      for (const installation of untouched.splice(0, 80)) {
        saves.push(tokens.save(installation, 1, issued('newer', 'newer'), undefined));
      }
    });
    expect(saves.length).toBeGreaterThan(0);
    expect((await Promise.all(saves)).every((saved) => saved)).toBe(true);
    const stored = await Promise.all(
      installations.map((installation) => openStores(db.database, after).tokens.read(installation)),
    );
    expect(stored.filter((row) => row?.version === 2).every((row) => row?.accessToken === 'newer')).toBe(true);
    expect(stored.filter((row) => row?.version === 2)).toHaveLength(saves.length);
  });

  it('counts rows that cannot be decrypted, and leaves them unchanged', async () => {
    const [first] = installations;
    await db.database.query
      .updateTable('installation_tokens')
      .set({ access_token: 'v1.k1.broken' })
      .where('installation_id', '=', first?.id ?? '')
      .execute();
    expect(await rotate()).toEqual({ reencrypted: ROWS - 1, unreadable: 1 });
  });

  it('tells which keys a ring lacks', async () => {
    expect(await keysOf(before).missing()).toEqual([]);
    expect(await keysOf(during).missing()).toEqual([]);
    expect(await keysOf(after).missing()).toEqual(['k1']);
  });
});
