import { randomBytes } from 'node:crypto';
import { ManualClock } from 'hubspot-graphql-gateway-simulator/manual-clock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DecryptionError, TokenCipher } from '../../src/storage/encryption/token-cipher.ts';
import type { NewGrant } from '../../src/storage/installation.ts';
import type { InstallationStore } from '../../src/storage/installation-store.ts';
import type { InstallationKey, IssuedTokens, TokenStore } from '../../src/storage/token-store.ts';
import type { TestDatabase } from '../helpers/databases.ts';
import { issued, openStores } from '../helpers/stores.ts';
import { dump, spellingsIn } from './dump.ts';

const HALF_AN_HOUR_MS = 30 * 60 * 1000;

/** What every installation store promises, whatever the database; `open` answers an empty, migrated one. */
export function installationStoreContract(open: (clock: ManualClock) => Promise<TestDatabase>): void {
  const cipher = new TokenCipher([{ id: 'k1', key: randomBytes(32) }]);
  let clock: ManualClock;
  let db: TestDatabase;
  let store: InstallationStore;
  let tokens: TokenStore;

  beforeEach(async () => {
    clock = new ManualClock();
    db = await open(clock);
    ({ installations: store, tokens } = openStores(db.database, cipher));
  });
  afterEach(() => db.drop());

  const tokenRow = ({ id }: InstallationKey) =>
    db.database.query
      .selectFrom('installation_tokens')
      .selectAll()
      .where('installation_id', '=', id)
      .executeTakeFirstOrThrow();
  const changeTokenRow = ({ id }: InstallationKey, values: { access_token?: string; refresh_token?: string }) =>
    db.database.query.updateTable('installation_tokens').set(values).where('installation_id', '=', id).execute();

  describe('connect', () => {
    it('stores what HubSpot confirmed', async () => {
      const installation = await store.connect(grant());

      expect(installation).toMatchObject({
        id: expect.stringMatching(/^Installation:[0-9a-f-]{36}$/),
        tenantId: 'acme',
        hubId: 1_234_567,
        hubDomain: 'meadowbrook.example',
        status: 'ACTIVE',
        statusReason: null,
        grantedScopes: ['oauth', 'crm.objects.contacts.read'],
        grantVersion: 1,
        installedBy: 'admin@meadowbrook.example',
        connectedAt: clock.now(),
        updatedAt: clock.now(),
      });
      expect(await store.list('acme')).toEqual([installation]);
      expect(await tokens.read(installation)).toMatchObject({ ...pair('first'), version: 1 });
    });

    it('keeps what HubSpot left out as absent', async () => {
      await store.connect(grant({ hubDomain: null, installedBy: null, grantedScopes: [] }));
      expect(await store.list('acme')).toMatchObject([{ hubDomain: null, installedBy: null, grantedScopes: [] }]);
    });

    it('keeps the id when the same portal connects again, and replaces the rest', async () => {
      const before = await store.connect(grant());
      await db.database.query
        .updateTable('installations')
        .set({ status: 'REAUTHORIZATION_REQUIRED', status_reason: 'REVOKED' })
        .execute();
      clock.advance(1_000);

      const renewed = { hubDomain: 'renamed.example', installedBy: 'other@meadowbrook.example' };
      const after = await store.connect(
        grant({ ...renewed, grantedScopes: ['oauth', 'crm.objects.deals.read'], tokens: pair('second') }),
      );

      expect(after).toMatchObject({
        id: before.id,
        ...renewed,
        status: 'ACTIVE',
        statusReason: null,
        grantedScopes: ['oauth', 'crm.objects.deals.read'],
        updatedAt: clock.now(),
      });
      expect(after.grantVersion).toBeGreaterThan(before.grantVersion);
      expect(await store.list('acme')).toEqual([after]);
      expect(await tokens.read(after)).toMatchObject({ ...pair('second'), version: 2 });
    });

    it('makes a refresh that began before the reconnect lose', async () => {
      const installation = await store.connect(grant());
      await store.connect(grant({ tokens: pair('second') }));

      expect(await tokens.save(installation, 1, pair('late'), undefined)).toBe(false);
      expect(await tokens.read(installation)).toMatchObject({ ...pair('second'), version: 2 });
    });

    it('makes one installation of consents that arrive at once', async () => {
      const names = ['a', 'b', 'c', 'd', 'e'];
      const installations = await Promise.all(names.map((name) => store.connect(grant({ tokens: pair(name) }))));

      expect(new Set(installations.map(({ id }) => id)).size).toBe(1);
      expect(installations.map(({ grantVersion }) => grantVersion).sort()).toEqual([1, 2, 3, 4, 5]);
      const [stored] = await store.list('acme');
      const last = names[installations.findIndex(({ grantVersion }) => grantVersion === 5)] ?? '';
      expect(await tokens.read(stored ?? missing())).toMatchObject({ ...pair(last), version: 5 });
    });

    it('stores nothing at all when a part of it fails', async () => {
      const before = await store.connect(grant());
      const { installations: broken } = openStores(db.database, new SealingFails([{ id: 'k1', key: randomBytes(32) }]));

      await expect(broken.connect(grant({ hubDomain: 'never.example' }))).rejects.toThrow('no entropy');
      await expect(broken.connect(grant({ hubId: 7 }))).rejects.toThrow('no entropy');
      expect(await store.list('acme')).toEqual([before]);
      expect(await tokens.read(before)).toMatchObject({ ...pair('first'), version: 1 });
    });
  });

  describe('tenants', () => {
    it('are independent of each other on one portal', async () => {
      const ours = await store.connect(grant());
      const theirs = await store.connect(grant({ tenantId: 'globex', tokens: pair('theirs') }));
      await store.connect(grant({ tokens: pair('second') }));
      await tokens.save(ours, 2, pair('third'), undefined);

      expect(theirs.id).not.toBe(ours.id);
      expect(await store.list('globex')).toEqual([theirs]);
      expect(await tokens.read(theirs)).toMatchObject({ ...pair('theirs'), version: 1 });
    });

    it('never reach an installation by the id that another tenant gave it', async () => {
      const ours = await store.connect(grant());
      const trespass = { tenantId: 'globex', viewerId: null, id: ours.id };

      expect(await tokens.read(trespass)).toBeUndefined();
      expect(await tokens.save(trespass, 1, pair('theirs'), undefined)).toBe(false);
      expect(await store.list('globex')).toEqual([]);
      expect(await store.tokenExpiries({ tenantId: 'globex', viewerId: 'alice' })).toEqual(new Map());
      expect(await tokens.read(ours)).toMatchObject({ ...pair('first'), version: 1 });
    });

    it('see their own portals, oldest first', async () => {
      const hubIds = [30, 10, 20];
      for (const hubId of hubIds) {
        await store.connect(grant({ hubId }));
        clock.advance(1);
      }
      await store.connect(grant({ tenantId: 'globex', hubId: 40 }));
      expect((await store.list('acme')).map(({ hubId }) => hubId)).toEqual(hubIds);
    });
  });

  describe('saving refreshed tokens', () => {
    it('replaces both tokens and their life, and raises the version by one', async () => {
      const installation = await store.connect(grant());
      expect(await tokens.save(installation, 1, { ...pair('second'), expiresInMs: 60_000 }, undefined)).toBe(true);
      expect(await tokens.read(installation)).toMatchObject({ ...pair('second'), expiresInMs: 60_000, version: 2 });
    });

    it.each([0, 2, 99])('changes nothing when the version is %i instead of the stored one', async (version) => {
      const installation = await store.connect(grant());
      const before = await tokenRow(installation);

      expect(await tokens.save(installation, version, pair('stale'), undefined)).toBe(false);
      expect(await tokenRow(installation)).toEqual(before);
    });

    it('answers false for an installation that does not exist', async () => {
      expect(
        await tokens.save({ tenantId: 'acme', viewerId: null, id: 'Installation:none' }, 1, pair('x'), undefined),
      ).toBe(false);
    });

    it('lets exactly one of several concurrent saves win, whole', async () => {
      const installation = await store.connect(grant());
      const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
      const saved = await Promise.all(names.map((name) => tokens.save(installation, 1, pair(name), undefined)));

      expect(saved.filter((won) => won)).toHaveLength(1);
      const winner = names[saved.indexOf(true)] ?? '';
      expect(await tokens.read(installation)).toMatchObject({ ...pair(winner), version: 2 });
    });

    it('keeps a claim for its owner alone, and until it is given back or tokens are saved', async () => {
      const installation = await store.connect(grant());
      expect(await tokens.claim(installation, 1, 'ours', 3_000)).toBe(true);
      clock.advance(2_000);
      expect(await tokens.renewClaim(installation, 1, 'theirs', 3_000)).toBe(false);
      expect(await tokens.renewClaim(installation, 1, 'ours', 3_000)).toBe(true);
      expect(await tokens.read(installation)).toMatchObject({ leasedForMs: 3_000 });
      await tokens.fail(installation, 1, 'ours', { retryInMs: 0, inDoubt: false });
      expect(await tokens.renewClaim(installation, 1, 'ours', 3_000)).toBe(false);
      await tokens.claim(installation, 1, 'ours', 3_000);
      await tokens.save(installation, 1, pair('second'), undefined);
      expect(await tokens.renewClaim(installation, 1, 'ours', 3_000)).toBe(false);
      expect((await tokens.read(installation))?.leasedForMs).toBe(0);
    });

    it('takes a lifetime that is not a whole number of milliseconds', async () => {
      const installation = await store.connect(grant());
      await tokens.save(installation, 1, { ...pair('second'), expiresInMs: 1_799_999.6 }, undefined);
      expect(await tokens.read(installation)).toMatchObject({ expiresInMs: HALF_AN_HOUR_MS });
    });
  });

  describe('expiry', () => {
    it('is measured by the clock of the database', async () => {
      const connectedAt = clock.now();
      const installation = await store.connect(grant());
      const expiries = new Map([[installation.id, connectedAt + HALF_AN_HOUR_MS]]);
      expect(await store.tokenExpiries({ tenantId: 'acme', viewerId: 'alice' })).toEqual(expiries);

      clock.advance(HALF_AN_HOUR_MS - 1);
      expect(await tokens.read(installation)).toMatchObject({ expiresInMs: 1 });
      clock.advance(2);
      expect(await tokens.read(installation)).toMatchObject({ expiresInMs: -1 });
      expect(await store.tokenExpiries({ tenantId: 'acme', viewerId: 'alice' })).toEqual(expiries);
    });
  });

  describe('a thief of the database', () => {
    it('finds no token in any spelling in any column', async () => {
      const installation = await store.connect(grant({ tokens: pair('canary+1/') }));
      await store.connect(grant({ hubId: 2, tokens: pair('canary+2/') }));
      await tokens.save(installation, 1, pair('canary+3/'), undefined);

      const loot = await dump(db.database);
      expect(loot).toContain(installation.id);
      for (const name of ['canary+1/', 'canary+2/', 'canary+3/']) {
        const { accessToken, refreshToken } = pair(name);
        expect([accessToken, refreshToken].flatMap((token) => spellingsIn(loot, token))).toEqual([]);
      }
    });

    it.each(['access_token', 'refresh_token'] as const)(
      'cannot move the %s of another installation or tenant into a row',
      async (column) => {
        const victim = await store.connect(grant());
        const others = [
          await store.connect(grant({ hubId: 2 })),
          await store.connect(grant({ tenantId: 'globex' })), // the same portal
        ];
        for (const other of others) {
          await changeTokenRow(victim, { [column]: (await tokenRow(other))[column] });
          await expect(tokens.read(victim)).rejects.toThrow(DecryptionError);
        }
      },
    );

    it.each([
      ['access_token', 'refresh_token'],
      ['refresh_token', 'access_token'],
    ] as const)('cannot move the %s into the column %s', async (from, to) => {
      const victim = await store.connect(grant());
      await changeTokenRow(victim, { [to]: (await tokenRow(victim))[from] });
      await expect(tokens.read(victim)).rejects.toThrow(DecryptionError);
    });

    it('cannot give an installation to another tenant', async () => {
      const { id } = await store.connect(grant());
      await db.database.query.updateTable('installations').set({ tenant_id: 'globex' }).execute();
      await expect(tokens.read({ tenantId: 'globex', viewerId: null, id })).rejects.toThrow(DecryptionError);
    });

    it.each(['', 'a-token-in-clear'])('cannot insert the unencrypted token %j', async (planted) => {
      const victim = await store.connect(grant());
      await changeTokenRow(victim, { access_token: planted });
      await expect(tokens.read(victim)).rejects.toThrow(DecryptionError);
    });
  });
}

class SealingFails extends TokenCipher {
  override encrypt(): string {
    throw new Error('no entropy');
  }
}

function grant(changes: Partial<NewGrant> = {}): NewGrant {
  return {
    tenantId: 'acme',
    viewerId: null,
    hubId: 1_234_567,
    hubDomain: 'meadowbrook.example',
    installedBy: 'admin@meadowbrook.example',
    userId: null,
    grantedScopes: ['oauth', 'crm.objects.contacts.read'],
    tokens: pair('first'),
    ...changes,
  };
}

function pair(name: string): IssuedTokens {
  return issued(`access-${name}`, `refresh-${name}`, HALF_AN_HOUR_MS);
}

function missing(): never {
  throw new Error('The tenant has no installation.');
}
