import type { Rotation } from 'hubspot-graphql-gateway-simulator';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Installation } from '../../src/storage/installation.ts';
import { faultsOf, LEASE, stopAfter, TOKEN_WRITE } from '../helpers/broken-replica.ts';
import type { DatabaseFaults } from '../helpers/database-faults.ts';
import { DATABASE_KINDS } from '../helpers/databases.ts';
import { type Answer, Stack, type StackOptions } from '../helpers/stack.ts';
import {
  codes,
  DUE,
  EXPIRED,
  install,
  MINUTE,
  READ,
  refreshes,
  SECOND,
  statuses,
  tokenRow,
} from '../helpers/token-faults.ts';

const ACTIVE = [{ status: 'ACTIVE', status_reason: null }];
const LOST = [{ status: 'REAUTHORIZATION_REQUIRED', status_reason: 'LOST_ROTATION' }];
const SHED = { code: 'STORAGE_UNAVAILABLE', retryAfterMs: expect.any(Number) };

describe.each(DATABASE_KINDS)('on %s', (database) => {
  let stack: Stack;
  let installation: Installation;
  let faults: DatabaseFaults;
  afterEach(() => stack.stop());

  async function start(rotation: Rotation = 'strict', options: StackOptions = {}): Promise<void> {
    // The longest outage here is a minute, within which a replaced token is still accepted by `grace`.
    const simulator = { rotation, graceMs: 5 * MINUTE };
    stack = await Stack.start({ database, simulator, ...options });
    installation = await install(stack);
    faults = faultsOf(stack);
  }

  const extensions = ({ errors = [] }: Answer) => errors.map((error) => error.extensions);

  describe('F9 the database is down', () => {
    beforeEach(() => start());
    const down = (failure = new Error('connect ECONNREFUSED')) => {
      faults.before = () => {
        throw failure;
      };
    };

    it('F9 sends no refresh, serves the token while it is valid, and recovers at once', async () => {
      await stack.query(READ);
      down();
      stack.clock.advance(DUE);
      for (let query = 0; query < 3; query++) expect(codes(await stack.query(READ))).toEqual([]);
      stack.clock.advance(EXPIRED - DUE);
      expect(extensions(await stack.query(READ))).toEqual([SHED]);
      expect(refreshes(stack)).toBe(0);

      faults.clear();
      expect(codes(await stack.query(READ))).toEqual([]);
      expect(refreshes(stack)).toBe(1);
      expect(await statuses(stack)).toEqual(ACTIVE);
    });

    it('F9 is told as it is to a tenant of which nothing is known yet', async () => {
      down();
      expect(extensions(await stack.query(READ))).toEqual([SHED]);
      expect(stack.simulator.log.all()).toEqual([]);
      faults.clear();
      expect(codes(await stack.query(READ))).toEqual([]);
    });
  });

  describe('F10 the database goes down between refresh and commit', () => {
    beforeEach(() => start());

    it.each<[number, string[]]>([
      [3, []],
      [20, []],
      // The commit is tried for longer than anybody waits; whoever comes next has the tokens.
      [40, ['HUBSPOT_TIMEOUT']],
    ])('F10 commits the same tokens when it is back after %i s', async (seconds, waiting) => {
      stack.clock.advance(EXPIRED);
      const backAt = stack.clock.now() + seconds * SECOND;
      downBetweenRefreshAndCommit(backAt);
      expect(codes(await stack.settle(stack.query(READ)))).toEqual(waiting);
      if (waiting.length > 0) {
        stack.clock.advance(backAt - stack.clock.now());
        expect(codes(await stack.settle(stack.query(READ)))).toEqual([]);
      }
      expect(stack.clock.now()).toBeGreaterThanOrEqual(backAt);

      const [refresh, ...others] = stack.simulator.log.tokenCalls('refresh_token');
      expect(others).toEqual([]);
      // Nobody had the token before it was saved.
      expect(stack.simulator.log.crm().map(({ at }) => at >= backAt)).toEqual([true]);
      const row = await tokenRow(stack, installation);
      expect(row).toMatchObject({ version: 2, lease_owner: null, in_doubt_since: null });
      // The time that saving took is gone from its life.
      expect(row.expires_at).toBeLessThanOrEqual((refresh?.at ?? 0) + 30 * MINUTE);
      expect(await statuses(stack)).toEqual(ACTIVE);
    });
  });

  function downBetweenRefreshAndCommit(backAt: number): void {
    const before = refreshes(stack);
    faults.before = () => {
      if (refreshes(stack) > before && stack.clock.now() < backAt) throw new Error('connect ECONNREFUSED');
    };
  }

  it.each<[Rotation, object[], string[], number]>([
    ['same', ACTIVE, [], 2],
    ['grace', ACTIVE, [], 2],
    ['strict', LOST, ['REAUTHORIZATION_REQUIRED'], 2],
  ])('F11 keeps the tokens in memory for a while, then serves nothing and asks anew (%s)', async (...row) => {
    const [rotation, outcome, answer, requests] = row;
    await start(rotation);
    stack.clock.advance(EXPIRED);
    const downAt = stack.clock.now();
    downBetweenRefreshAndCommit(downAt + MINUTE);
    expect(codes(await stack.settle(stack.query(READ)))).toEqual(['HUBSPOT_TIMEOUT']);
    expect(stack.clock.now() - downAt).toBeLessThanOrEqual(25 * SECOND);
    expect(extensions(await stack.settle(stack.query(READ)))).toEqual([SHED]);
    expect(stack.clock.now() - downAt).toBeGreaterThanOrEqual(45 * SECOND);
    expect(stack.clock.now() - downAt).toBeLessThan(MINUTE);
    expect(extensions(await stack.query(READ))).toEqual([SHED]);
    expect(stack.simulator.log.crm()).toEqual([]);
    expect(refreshes(stack)).toBe(1);

    stack.clock.advance(downAt + MINUTE - stack.clock.now());
    expect(codes(await stack.query(READ))).toEqual(answer);
    expect(refreshes(stack)).toBe(requests);
    expect(await statuses(stack)).toEqual(outcome);
    expect(stack.simulator.log.maxRefreshOverlap).toBe(1);
  });

  describe('F12 the database takes no writes', () => {
    beforeEach(() => start('strict', { replicas: 2 }));

    it.each([
      ['read-only', Object.assign(new Error('cannot execute UPDATE in a read-only transaction'), { code: '25006' })],
      ['full', Object.assign(new Error('could not extend file: No space left on device'), { code: '53100' })],
    ])('F12 sends no refresh while it is %s, and serves the token while it is valid', async (_state, failure) => {
      faults.before = (statement) => {
        if (!statement.startsWith('select')) throw failure;
      };
      // Also to a replica that has only just started and reads the token for the first time.
      stack.clock.advance(DUE);
      for (let query = 0; query < 3; query++) expect(codes(await stack.query(READ))).toEqual([]);
      stack.clock.advance(EXPIRED - DUE);
      expect(extensions(await stack.query(READ))).toEqual([SHED]);
      expect(refreshes(stack)).toBe(0);
      expect(await tokenRow(stack, installation)).toMatchObject({ version: 1, lease_owner: null });

      faults.clear();
      expect(codes(await stack.query(READ))).toEqual([]);
      expect(refreshes(stack)).toBe(1);
      expect(await statuses(stack)).toEqual(ACTIVE);
    });

    it('F12 loses the compare-and-set to who wrote since, when what it read is stale', async () => {
      stack.clock.advance(EXPIRED);
      const { stopped, resume } = stopAfter(faults, 'select installation_tokens');
      const stale = stack.query(READ);
      await stopped;
      expect(codes(await stack.queryOn(1, READ))).toEqual([]);
      const saved = await tokenRow(stack, installation);
      expect(saved).toMatchObject({ version: 2 });

      resume();
      expect(codes(await stack.settle(stale))).toEqual([]);
      expect(await tokenRow(stack, installation)).toEqual(saved);
      expect(refreshes(stack)).toBe(1);
      expect(await statuses(stack)).toEqual(ACTIVE);
    });
  });

  /** Fails the `count`-th write of a token: the first claims the exchange, the second saves its outcome. */
  function failOnce(moment: 'before' | 'after', count: number, failure: Error): void {
    let left = count;
    faults[moment] = (statement) => {
      if (statement !== TOKEN_WRITE) return;
      left -= 1;
      if (left === 0) throw failure;
    };
  }

  it.each([
    ['serialization failure', '40001'],
    ['deadlock', '40P01'],
  ])('F14 saves again after a %s', async (message, code) => {
    await start();
    stack.clock.advance(EXPIRED);
    failOnce('before', 2, Object.assign(new Error(message), { code }));
    expect(codes(await stack.settle(stack.query(READ)))).toEqual([]);
    expect(await tokenRow(stack, installation)).toMatchObject({ version: 2, lease_owner: null });
    expect(refreshes(stack)).toBe(1);
    expect(await statuses(stack)).toEqual(ACTIVE);
  });

  it('F14 sends nothing after a serialization failure of the claim, and claims again for the next', async () => {
    await start();
    stack.clock.advance(EXPIRED);
    failOnce('before', 1, Object.assign(new Error('serialization failure'), { code: '40001' }));
    expect(extensions(await stack.query(READ))).toEqual([SHED]);
    expect(refreshes(stack)).toBe(0);
    expect(codes(await stack.query(READ))).toEqual([]);
    expect(refreshes(stack)).toBe(1);
  });

  it.each<Rotation>(['same', 'grace', 'strict'])(
    'F15 reads again what became of a commit whose answer was lost (%s)',
    async (rotation) => {
      await start(rotation);
      stack.clock.advance(EXPIRED);
      failOnce('after', 2, new Error('read ECONNRESET'));
      expect(codes(await stack.settle(stack.query(READ)))).toEqual([]);
      expect(await tokenRow(stack, installation)).toMatchObject({ version: 2, lease_owner: null });
      expect(stack.simulator.log.crm().map(({ status }) => status)).toEqual([200]);
      expect(stack.simulator.log.all().filter(({ path }) => path.endsWith('/revoke'))).toEqual([]);
      expect(refreshes(stack)).toBe(1);

      stack.clock.advance(EXPIRED);
      expect(codes(await stack.query(READ))).toEqual([]);
      expect(refreshes(stack)).toBe(2);
      expect(await statuses(stack)).toEqual(ACTIVE);
    },
  );

  it('F15 recovers within the lease when the answer to the claim was lost, and serves a valid token meanwhile', async () => {
    await start();
    stack.clock.advance(DUE);
    failOnce('after', 1, new Error('read ECONNRESET'));
    expect(codes(await stack.query(READ))).toEqual([]);
    expect(await tokenRow(stack, installation)).toMatchObject({ version: 1, lease_until: stack.clock.now() + LEASE });
    stack.clock.advance(LEASE - 1);
    expect(codes(await stack.query(READ))).toEqual([]);
    expect(refreshes(stack)).toBe(0);

    // Whoever asks when it has run out refreshes, in the background.
    const ask = async () => {
      expect(codes(await stack.query(READ))).toEqual([]);
      return tokenRow(stack, installation);
    };
    const refreshed = { version: 2, lease_owner: null, in_doubt_since: null };
    await stack.settle(expect.poll(ask, { timeout: 10_000 }).toMatchObject(refreshed));
    expect(refreshes(stack)).toBe(1);
    expect(await statuses(stack)).toEqual(ACTIVE);
  });
});
