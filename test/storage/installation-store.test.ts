import { randomBytes } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { ManualClock } from 'hubspot-graphql-gateway-simulator/manual-clock';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { openDatabase } from '../../src/storage/database.ts';
import { TokenCipher } from '../../src/storage/encryption/token-cipher.ts';
import type { NewGrant } from '../../src/storage/installation.ts';
import { installationStoreContract } from '../contracts/installation-store.ts';
import { createPostgresDatabase, createTestDatabase, DATABASE_KINDS } from '../helpers/databases.ts';
import { issued, openStores } from '../helpers/stores.ts';

describe.each(DATABASE_KINDS)('installations in %s', (kind) => {
  installationStoreContract((clock) => createTestDatabase(kind, clock));
});

const cipher = new TokenCipher([{ id: 'k1', key: randomBytes(32) }]);
const pair = issued('access', 'refresh', 1_800_000);
const grant: NewGrant = {
  tenantId: 'acme',
  viewerId: null,
  hubId: 1,
  hubDomain: null,
  installedBy: null,
  userId: null,
  grantedScopes: ['oauth'],
  tokens: pair,
};

describe('installations in postgres', () => {
  it("measure expiry by the server's clock, not by that of this machine", async () => {
    const { url, drop } = await createPostgresDatabase();
    const machine = new ManualClock(Date.UTC(2001, 0, 1));
    const database = openDatabase({ url, dataDir: '', clock: machine });
    onTestFinished(async () => {
      await database.close();
      await drop();
    });
    await database.migrate();
    const { installations: store, tokens } = openStores(database, cipher);

    const installation = await store.connect(grant);
    machine.advance(365 * 24 * 60 * 60 * 1000);

    const { expiresInMs } = (await tokens.read(installation)) ?? { expiresInMs: Number.NaN };
    expect(expiresInMs).toBeLessThanOrEqual(1_800_000);
    expect(expiresInMs).toBeGreaterThan(1_700_000);
    expect(installation.connectedAt).toBeGreaterThan(machine.now());
  });
});

describe('installations in sqlite', () => {
  it('reuse their prepared statements for tokens of any lifetime', async () => {
    const db = await createTestDatabase('sqlite', new ManualClock());
    onTestFinished(() => db.drop());
    const { installations: store, tokens } = openStores(db.database, cipher);
    const installation = await store.connect(grant);
    await tokens.save(installation, 1, pair, undefined);

    const prepare = vi.spyOn(DatabaseSync.prototype, 'prepare');
    onTestFinished(() => prepare.mockRestore());
    for (let version = 2; version < 12; version += 1) {
      expect(await tokens.save(installation, version, { ...pair, expiresInMs: 1_800_000 - version }, undefined)).toBe(
        true,
      );
    }
    expect(prepare).not.toHaveBeenCalled();
  });
});
