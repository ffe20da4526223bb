import { REFRESH, type Rotation } from 'hubspot-graphql-gateway-simulator';
import { afterEach, describe, expect, it } from 'vitest';
import { DATABASE_KINDS } from '../helpers/databases.ts';
import { Stack } from '../helpers/stack.ts';
import {
  codes,
  DUE,
  EXPIRED,
  install,
  READ,
  refreshes,
  SECOND,
  statuses,
  tokenRow,
  untilTokenRow,
} from '../helpers/token-faults.ts';

const WHERE = ['before', 'after-headers', 'mid-body'] as const;
/** The longest pause after one failure. */
const PAUSE = 2 * SECOND;

describe.each(DATABASE_KINDS)('on %s', (database) => {
  let stack: Stack;
  afterEach(() => stack.stop());

  it.each(WHERE)('F23 serves the valid token when the connection breaks: %s', async (at) => {
    stack = await Stack.start({ database });
    const installation = await install(stack);
    const { refresh_token } = await tokenRow(stack, installation);
    await stack.query(READ);
    stack.clock.advance(DUE);
    const cut = stack.simulator.faults.add({ ...REFRESH, times: 1, fault: { kind: 'reset', at } });
    expect((await stack.query(READ)).errors).toBeUndefined();
    const inDoubtSince = stack.clock.now();
    await untilTokenRow(stack, installation, {
      version: 1,
      refresh_token,
      failures: 1,
      lease_owner: null,
      in_doubt_since: inDoubtSince,
    });
    expect((await stack.query(READ)).errors).toBeUndefined();
    expect(cut.hits).toBe(1);

    stack.clock.advance(PAUSE);
    expect((await stack.query(READ)).errors).toBeUndefined();
    await untilTokenRow(stack, installation, { version: 2, failures: 0, in_doubt_since: null });
    expect(refreshes(stack)).toBe(2);
  });

  type Case = readonly [rotation: Rotation, processed: boolean];
  const survives: readonly Case[] = [
    ['same', false],
    ['same', true],
    ['grace', false],
    ['grace', true],
    ['strict', false],
  ];
  const survivors = WHERE.flatMap((at) => survives.map(([rotation, processed]) => ({ at, rotation, processed })));

  it.each(survivors)('F23 loses nothing to a reset $at: rotation $rotation, processed $processed', async (fate) => {
    const { at, rotation, processed } = fate;
    stack = await Stack.start({ database, simulator: { rotation } });
    await install(stack);
    stack.clock.advance(EXPIRED);
    stack.simulator.faults.add({ ...REFRESH, times: 1, fault: { kind: 'reset', at, processed } });
    expect(codes(await stack.query(READ))).toEqual(['HUBSPOT_UNAVAILABLE']);
    stack.clock.advance(PAUSE);
    expect((await stack.query(READ)).errors).toBeUndefined();

    expect(await statuses(stack)).toEqual([{ status: 'ACTIVE', status_reason: null }]);
    // The outcome was unknown, so the stored token was tried again and no other one.
    const sent = stack.simulator.log.tokenCalls('refresh_token').map(({ body }) => body);
    expect(sent).toHaveLength(2);
    expect(sent[1]).toEqual(sent[0]);
  });

  it.each(WHERE)('F23 tells a rotation that was lost to a reset from a revocation: %s', async (at) => {
    stack = await Stack.start({ database, simulator: { rotation: 'strict' } });
    const installation = await install(stack);
    const associated = await install(stack, 'other');
    stack.clock.advance(EXPIRED);
    stack.simulator.faults.add({ ...REFRESH, times: 1, fault: { kind: 'reset', at, processed: true } });
    expect(codes(await stack.query(READ))).toEqual(['HUBSPOT_UNAVAILABLE']);
    stack.clock.advance(PAUSE);
    expect((await stack.query(READ)).errors?.map(({ extensions }) => extensions)).toMatchObject([
      { code: 'REAUTHORIZATION_REQUIRED', reason: 'LOST_ROTATION', installationId: installation.id },
    ]);
    expect(refreshes(stack)).toBe(2);

    const other = { sub: 'bob', tenant: associated.tenantId, scope: 'hubspot:read' };
    expect((await stack.query(READ, {}, other)).errors).toBeUndefined();
    expect(await statuses(stack)).toEqual(
      expect.arrayContaining([
        { status: 'REAUTHORIZATION_REQUIRED', status_reason: 'LOST_ROTATION' },
        { status: 'ACTIVE', status_reason: null },
      ]),
    );
  });
});
