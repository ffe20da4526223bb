import type { Rotation } from 'hubspot-graphql-gateway-simulator';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Installation } from '../../src/storage/installation.ts';
import { faultsOf } from '../helpers/broken-replica.ts';
import { DATABASE_KINDS } from '../helpers/databases.ts';
import { Stack } from '../helpers/stack.ts';
import { codes, EXPIRED, install, MINUTE, READ, refreshes, SECOND, tokenRow } from '../helpers/token-faults.ts';

const STATUSES = '{ installations { status } }';

describe.each(DATABASE_KINDS)('a %s database that was replaced by an older copy of itself', (database) => {
  let stack: Stack;
  let installation: Installation;
  afterEach(() => stack.stop());

  async function start(rotation: Rotation): Promise<void> {
    stack = await Stack.start({ database, simulator: { rotation, graceMs: 24 * 60 * MINUTE } });
    installation = await install(stack);
  }

  /** The refreshes of `count` lives of a token, which the database then knows nothing of. */
  async function loseRefreshes(count: number): Promise<void> {
    const row = await tokenRow(stack, installation);
    for (let life = 0; life < count; life += 1) {
      stack.clock.advance(EXPIRED);
      expect(codes(await stack.query(READ))).toEqual([]);
    }
    expect(await tokenRow(stack, installation)).toMatchObject({ version: 1 + count });
    await stack.db.database.query.updateTable('installation_tokens').set(row).execute();
    stack.clock.advance(EXPIRED);
  }

  it.each<Rotation>(['same', 'grace'])('serves on with what HubSpot still accepts (%s)', async (rotation) => {
    await start(rotation);
    await loseRefreshes(3);
    for (let query = 0; query < 3; query += 1) expect(codes(await stack.query(READ))).toEqual([]);
    expect(refreshes(stack)).toBe(4);
    expect(stack.simulator.log.crm().map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
    expect(stack.logs.filter((line) => line.includes('the database has lost a token refresh'))).toHaveLength(1);
  });

  it('replaces a newer token that HubSpot has ended', async () => {
    await start('same');
    await loseRefreshes(3);
    expect(codes(await stack.query(READ))).toEqual([]);
    stack.clock.advance(MINUTE);
    stack.simulator.grants.revokeAccessTokens();
    expect(codes(await stack.query(READ))).toEqual([]);
  });

  it('tells of a lost rotation, not of a person who revoked the consent', async () => {
    await start('strict');
    await loseRefreshes(1);
    const [error] = (await stack.query(READ)).errors ?? [];
    expect(error?.extensions).toMatchObject({ code: 'REAUTHORIZATION_REQUIRED', reason: 'LOST_ROTATION' });
  });
});

describe('installations that the older copy does not have', () => {
  let stack: Stack;
  beforeEach(async () => {
    stack = await Stack.start();
  });
  afterEach(() => stack.stop());

  const ask = async () => (await stack.query(STATUSES)).data;
  const down = () => {
    faultsOf(stack).before = () => {
      throw new Error('connect ECONNREFUSED');
    };
  };
  async function look(): Promise<void> {
    stack.clock.advance(2 * SECOND);
    await stack.settle(new Promise((resolve) => setTimeout(resolve, 20)));
  }

  it('are seen no more once the database is back', async () => {
    await stack.connect();
    expect(await ask()).toEqual({ installations: [{ status: 'ACTIVE' }] });
    down();
    await look();
    expect(await ask()).toEqual({ installations: [{ status: 'ACTIVE' }] });
    await stack.db.database.query.deleteFrom('installation_tokens').execute();
    await stack.db.database.query.deleteFrom('installations').execute();
    faultsOf(stack).clear();
    await look();
    expect(await ask()).toEqual({ installations: [] });
  });

  it('are served on when the database is away again before it has told', async () => {
    await stack.connect();
    await ask();
    down();
    await look();
    faultsOf(stack).clear();
    await look();
    down();
    expect(await ask()).toEqual({ installations: [{ status: 'ACTIVE' }] });
  });
});
