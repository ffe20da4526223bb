import { REFRESH } from 'hubspot-graphql-gateway-simulator';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Installation } from '../../src/storage/installation.ts';
import { DATABASE_KINDS } from '../helpers/databases.ts';
import { ALICE, type Answer, Stack } from '../helpers/stack.ts';
import { codes, EXPIRED, install, READ, refreshes, tokenRow } from '../helpers/token-faults.ts';

const BOB = { ...ALICE, sub: 'bob', tenant: 'globex' };
const STATUS = '{ installations { status statusReason accessTokenExpiresAt } }';
const DISCONNECT = `mutation ($id: ID!) { disconnectInstallation(installationId: $id) { installation { status } } }`;
const DISCONNECTED = { status: 'DISCONNECTED', statusReason: 'DISCONNECTED_BY_VIEWER', accessTokenExpiresAt: null };
const NO_TOKENS = { access_token: null, refresh_token: null, previous_refresh_token: null, lease_owner: null };

describe.each(DATABASE_KINDS)('F47 on %s, while the first replica refreshes', (database) => {
  const other = database === 'postgres' ? 1 : 0;
  let stack: Stack;
  let ours: Installation;
  let theirs: Installation;

  beforeEach(async () => {
    stack = await Stack.start({ database, replicas: other + 1, simulator: { rotation: 'strict' } });
    ours = await install(stack);
    theirs = await install(stack, BOB.tenant);
    stack.clock.advance(EXPIRED);
  });
  afterEach(() => stack.stop());

  /** The refresh reached HubSpot, and took effect there or is still to; its answer waits for `release`. */
  async function refreshing(processed: boolean): Promise<{ answer: Promise<Answer>; release: () => void }> {
    const hold = stack.simulator.faults.add({ ...REFRESH, times: 1, fault: { kind: 'hold', processed } });
    const answer = stack.queryOn(0, READ);
    await hold.reached(1);
    return { answer, release: () => hold.remove() };
  }

  const revoked = () => {
    const calls = stack.simulator.log.all().filter(({ path }) => path.endsWith('/revoke'));
    return new Set(calls.map(({ body }) => (body as { token: string }).token)).size; // A form, by our own client.
  };
  const shown = async (viewer = ALICE) => (await stack.queryOn(other, STATUS, {}, viewer)).data;
  const refreshToken = async () => (await tokenRow(stack, ours)).refresh_token;

  it('F47 a disconnect wins: what the refresh brought is discarded and revoked', async () => {
    const { answer, release } = await refreshing(true);
    expect(codes(await stack.queryOn(other, DISCONNECT, { id: ours.id }))).toEqual([]);
    const erased = await tokenRow(stack, ours);
    expect(erased).toMatchObject(NO_TOKENS);

    release();
    expect(codes(await answer)).toEqual(['NOT_CONNECTED']);
    expect(await tokenRow(stack, ours)).toEqual(erased);
    expect(await shown()).toEqual({ installations: [DISCONNECTED] });
    // The one that was stored, and the one that nobody has stored.
    await expect.poll(revoked).toBe(2);
    expect(refreshes(stack)).toBe(1);
    expect(stack.simulator.log.crm()).toEqual([]);
    expect(codes(await stack.queryOn(other, READ, {}, BOB))).toEqual([]);
  });

  it('F47 a disconnect that HubSpot heard of first is not mistaken for a revoked grant', async () => {
    const { answer, release } = await refreshing(false);
    await stack.queryOn(other, DISCONNECT, { id: ours.id });
    await expect.poll(revoked).toBe(1);

    release();
    expect(codes(await answer)).toEqual(['NOT_CONNECTED']);
    // On the replica that disconnects, nobody waits for the refresh any more.
    const outcomes = () => stack.simulator.log.tokenCalls('refresh_token').map(({ status }) => status);
    await expect.poll(outcomes).toEqual([400]);
    expect(await shown()).toEqual({ installations: [DISCONNECTED] });
    expect(await tokenRow(stack, ours)).toMatchObject(NO_TOKENS);
    expect(stack.logs.join('')).not.toContain('grant lost');
  });

  it.each([true, false])(
    'F47 a reconnect wins: the tokens of the new consent stay (processed: %s)',
    async (processed) => {
      const { answer, release } = await refreshing(processed);
      expect(await stack.connect()).toBe(ours.id);
      const reconnected = await tokenRow(stack, ours);

      release();
      expect(codes(await answer)).toEqual([]);
      expect(await tokenRow(stack, ours)).toEqual(reconnected);
      expect(refreshes(stack)).toBe(1);
      expect(revoked()).toBe(0);

      stack.clock.advance(EXPIRED);
      expect(codes(await stack.queryOn(other, READ))).toEqual([]);
      expect(await refreshToken()).not.toBe(reconnected.refresh_token);
      expect(stack.simulator.log.tokenCalls('refresh_token').map(({ status }) => status)).toEqual([200, 200]);
      expect(stack.simulator.log.maxRefreshOverlap).toBe(1);
      expect(await shown()).toMatchObject({ installations: [{ status: 'ACTIVE', statusReason: null }] });
    },
  );

  it('F47 a disconnect and a reconnect together win, too', async () => {
    const { answer, release } = await refreshing(true);
    await stack.queryOn(other, DISCONNECT, { id: ours.id });
    await expect.poll(revoked).toBe(1);
    expect(await stack.connect()).toBe(ours.id);
    const reconnected = await tokenRow(stack, ours);

    release();
    // A replica that hears of both at once goes on under the new consent.
    expect(codes(await answer)).toEqual(other === 0 ? ['NOT_CONNECTED'] : []);
    await expect.poll(() => refreshes(stack)).toBe(1);
    expect(await tokenRow(stack, ours)).toEqual(reconnected);
    const active = { installations: [{ status: 'ACTIVE', statusReason: null }] };
    await stack.settle(expect.poll(() => shown(), { timeout: 10_000 }).toMatchObject(active));
  });

  it("F47 the deletion of a tenant's rows wins: none comes back", async () => {
    const untouched = await tokenRow(stack, theirs);
    const { answer, release } = await refreshing(true);
    await stack.db.database.query.deleteFrom('installations').where('tenant_id', '=', ALICE.tenant).execute();

    release();
    expect(codes(await answer)).toEqual(['NOT_CONNECTED']);
    expect(await shown()).toEqual({ installations: [] });
    expect(await stack.db.database.query.selectFrom('installation_tokens').selectAll().execute()).toEqual([untouched]);
    await expect.poll(revoked).toBe(1);
    expect(codes(await stack.queryOn(other, READ, {}, BOB))).toEqual([]);
  });
});
