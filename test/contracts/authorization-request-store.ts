import { createHash, randomBytes } from 'node:crypto';
import { ManualClock } from 'hubspot-graphql-gateway-simulator/manual-clock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type AuthorizationRequest,
  AuthorizationRequestStore,
  type PendingConnection,
} from '../../src/storage/authorization-request-store.ts';
import { EncryptionKeys } from '../../src/storage/encryption/encryption-keys.ts';
import { TokenCipher } from '../../src/storage/encryption/token-cipher.ts';
import type { TestDatabase } from '../helpers/databases.ts';
import { dump, spellingsIn } from './dump.ts';

const TTL_MS = 10 * 60 * 1000;

/** A state or a handle: what is saved under a one-time secret, and got back with it. */
interface OneTimeKind {
  readonly kind: string;
  readonly table: 'authorization_requests' | 'pending_connections';
  save(store: AuthorizationRequestStore, secret: string, changes?: Partial<Flow>): Promise<void>;
  take(store: AuthorizationRequestStore, secret: string): Promise<Flow | undefined>;
  readonly flow: Flow;
}
type Flow = AuthorizationRequest | PendingConnection;

const request: AuthorizationRequest = {
  tenantId: 'acme',
  viewerId: 'alice',
  kind: 'connect',
  cookieHash: 'hash-of-the-cookie',
  codeVerifier: 'canary-verifier+/of-a-request',
  installationId: 'Installation:1',
  returnTo: 'https://app.example/settings?tab=hubspot',
};
const pending: PendingConnection = {
  tenantId: 'acme',
  viewerId: 'alice',
  kind: 'connect',
  code: 'canary-code+/of-hubspot',
  codeVerifier: 'canary-verifier+/of-a-connection',
  installationId: 'Installation:1',
};
const STATE: OneTimeKind = {
  kind: 'state',
  table: 'authorization_requests',
  save: (store, secret, changes) => store.save(secret, { ...request, ...changes }, TTL_MS),
  take: (store, secret) => store.take(secret, 'connect'),
  flow: request,
};
const HANDLE: OneTimeKind = {
  kind: 'handle',
  table: 'pending_connections',
  save: (store, secret, changes) => store.savePending(secret, { ...pending, ...changes }, TTL_MS),
  take: (store, secret) => store.takePending(secret),
  flow: pending,
};

/** What every store of one-time rows promises, whatever the database; `open` answers an empty, migrated one. */
export function authorizationRequestStoreContract(open: (clock: ManualClock) => Promise<TestDatabase>): void {
  const cipher = new TokenCipher([{ id: 'k1', key: randomBytes(32) }]);
  let clock: ManualClock;
  let db: TestDatabase;
  let store: AuthorizationRequestStore;

  beforeEach(async () => {
    clock = new ManualClock();
    db = await open(clock);
    store = new AuthorizationRequestStore(db.database, new EncryptionKeys(db.database, cipher));
  });
  afterEach(() => db.drop());

  const rows = (table: OneTimeKind['table']) => db.database.query.selectFrom(table).selectAll().execute();

  describe.each([STATE, HANDLE])('a $kind', ({ save, take, table, flow }) => {
    it('comes back as it was stored, tenant and viewer included', async () => {
      await save(store, 'one');
      await save(store, 'two', { tenantId: 'globex', viewerId: 'bob' });

      expect(await take(store, 'one')).toEqual(flow);
      expect(await take(store, 'two')).toEqual({ ...flow, tenantId: 'globex', viewerId: 'bob' });
    });

    it('may name no installation', async () => {
      await save(store, 'one', { installationId: null });
      expect(await take(store, 'one')).toEqual({ ...flow, installationId: null });
    });

    it('is taken once and leaves nothing behind', async () => {
      await save(store, 'one');
      await take(store, 'one');

      expect(await take(store, 'one')).toBeUndefined();
      expect(await rows(table)).toEqual([]);
    });

    it('is returned to exactly one of twenty concurrent callers', async () => {
      await save(store, 'one');
      const answers = await Promise.all(Array.from({ length: 20 }, () => take(store, 'one')));
      expect(answers.filter((answer) => answer !== undefined)).toEqual([flow]);
    });

    it('is neither found nor spent by another', async () => {
      await save(store, 'one');
      for (const wrong of ['', 'two', 'One', 'one ', 'on_']) expect(await take(store, wrong)).toBeUndefined();
      expect(await take(store, 'one')).toEqual(flow);
    });

    it('cannot be saved twice', async () => {
      await save(store, 'one');
      await expect(save(store, 'one', { viewerId: 'mallory' })).rejects.toThrow();
      expect(await take(store, 'one')).toEqual(flow);
    });

    it('is good to its last millisecond', async () => {
      await save(store, 'one');
      clock.advance(TTL_MS - 1);
      expect(await take(store, 'one')).toEqual(flow);
    });

    it('is refused and removed once it expired', async () => {
      await save(store, 'one');
      clock.advance(TTL_MS);
      expect(await take(store, 'one')).toBeUndefined();
      expect(await rows(table)).toEqual([]);
    });

    it('is stored only as its SHA-256, and nothing it protects in clear', async () => {
      const secret = 'canary-secret+/of-the-flow';
      await save(store, secret);

      const loot = await dump(db.database);
      expect(loot).toContain(createHash('sha256').update(secret).digest('base64url'));
      for (const canary of [secret, pending.code, flow.codeVerifier]) expect(spellingsIn(loot, canary)).toEqual([]);
    });

    it('cannot be opened with the verifier of another row or tenant, and is spent all the same', async () => {
      for (const [secret, tenantId] of [
        ['other-row', 'acme'],
        ['other-tenant', 'globex'],
      ] as const) {
        await save(store, secret, { tenantId });
        const [{ code_verifier } = { code_verifier: '' }] = await rows(table);
        await take(store, secret);
        await save(store, `victim-of-${secret}`);
        await db.database.query.updateTable(table).set({ code_verifier }).execute();

        expect(await take(store, `victim-of-${secret}`)).toBeUndefined();
        expect(await rows(table)).toEqual([]);
      }
    });

    it('cannot be handed to another tenant', async () => {
      await save(store, 'one');
      await db.database.query.updateTable(table).set({ tenant_id: 'globex' }).execute();
      expect(await take(store, 'one')).toBeUndefined();
    });
  });

  it('remembers of a state which browser started and where it wants to return', async () => {
    await store.save('one', { ...request, cookieHash: 'another', returnTo: null }, TTL_MS);
    expect(await store.take('one', 'connect')).toEqual({ ...request, cookieHash: 'another', returnTo: null });
  });

  it('does not take the state of another kind of flow, and leaves it', async () => {
    await store.save('one', { ...request, kind: 'install' }, TTL_MS);

    expect(await store.take('one', 'connect')).toBeUndefined();
    expect(await store.take('one', 'install')).toEqual({ ...request, kind: 'install' });
  });

  it('remembers of a handle how its flow gets the grant', async () => {
    await store.savePending('one', { ...pending, kind: 'install' }, TTL_MS);
    expect(await store.takePending('one')).toEqual({ ...pending, kind: 'install' });
  });

  it('does not take a state for a handle, nor a handle for a state', async () => {
    await STATE.save(store, 'state');
    await HANDLE.save(store, 'handle');

    expect(await store.takePending('state')).toBeUndefined();
    expect(await store.take('handle', 'connect')).toBeUndefined();
    expect(await store.take('state', 'connect')).toEqual(request);
    expect(await store.takePending('handle')).toEqual(pending);
  });

  it('does not decrypt a code in the column of a verifier', async () => {
    await HANDLE.save(store, 'handle');
    await db.database.query
      .updateTable('pending_connections')
      .set(({ ref }) => ({ code: ref('code_verifier'), code_verifier: ref('code') }))
      .execute();
    expect(await store.takePending('handle')).toBeUndefined();
  });

  describe('deleteExpired', () => {
    it('leaves nothing once the time is over', async () => {
      for (const secret of ['one', 'two', 'three']) {
        await STATE.save(store, secret);
        await HANDLE.save(store, secret);
      }
      clock.advance(TTL_MS);
      await store.deleteExpired();
      expect([...(await rows('authorization_requests')), ...(await rows('pending_connections'))]).toEqual([]);
    });

    it('spares what is still waited for', async () => {
      await STATE.save(store, 'old');
      clock.advance(1);
      await STATE.save(store, 'young');
      await HANDLE.save(store, 'young');
      clock.advance(TTL_MS - 1);
      await store.deleteExpired();

      expect(await rows('authorization_requests')).toHaveLength(1);
      expect(await store.take('young', 'connect')).toEqual(request);
      expect(await store.takePending('young')).toEqual(pending);
    });
  });
}
