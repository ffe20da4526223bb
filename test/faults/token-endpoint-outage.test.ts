import { REFRESH } from 'hubspot-graphql-gateway-simulator';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Installation } from '../../src/storage/installation.ts';
import { DATABASE_KINDS } from '../helpers/databases.ts';
import { Stack } from '../helpers/stack.ts';
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
  untilTokenRow,
} from '../helpers/token-faults.ts';

describe.each(DATABASE_KINDS)('on %s', (database) => {
  let stack: Stack;
  let installation: Installation;

  beforeEach(async () => {
    stack = await Stack.start({ database });
    installation = await install(stack);
    // The back-off is full jitter; half of it is 1, 2, 4, 8 … seconds.
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
  });

  afterEach(async () => {
    vi.restoreAllMocks();
    await stack.stop();
  });

  it.each([500, 502, 503, 504])('F18 serves the valid token while the endpoint answers %i once', async (status) => {
    await stack.query(READ);
    stack.clock.advance(DUE);
    stack.simulator.faults.add({ ...REFRESH, times: 1, fault: { kind: 'answer', status } });
    expect((await stack.query(READ)).errors).toBeUndefined();
    await untilTokenRow(stack, installation, {
      version: 1,
      failures: 1,
      lease_owner: null,
      retry_at: stack.clock.now() + SECOND,
    });

    stack.clock.advance(SECOND);
    expect((await stack.query(READ)).errors).toBeUndefined();
    await untilTokenRow(stack, installation, { version: 2, failures: 0, retry_at: null, in_doubt_since: null });
    expect(refreshes(stack)).toBe(2);
    expect(stack.simulator.log.crm().map((call) => call.status)).toEqual([200, 200, 200]);
  });

  it.each([500, 502, 503, 504])('F18 serves the valid token while the endpoint answers %i for 60 s', async (status) => {
    await stack.query(READ);
    stack.clock.advance(DUE);
    const outage = stack.simulator.faults.add({ ...REFRESH, fault: { kind: 'answer', status } });
    expect((await stack.query(READ)).errors).toBeUndefined();
    await untilTokenRow(stack, installation, { failures: 1 });
    for (let second = 1; second <= 60; second++) {
      stack.clock.advance(SECOND);
      expect((await stack.query(READ)).errors).toBeUndefined();
    }
    // At 0, 1, 3, 7, 15 and 31 s; fewer when tries in the background come late.
    expect(outage.hits).toBeLessThanOrEqual(6);

    outage.remove();
    stack.clock.advance(32 * SECOND);
    expect((await stack.query(READ)).errors).toBeUndefined();
    await untilTokenRow(stack, installation, { version: 2, failures: 0 });
    expect(await statuses(stack)).toEqual([{ status: 'ACTIVE', status_reason: null }]);
  });

  it('F18 tries once per step of the back-off when the token is over, and recovers by itself', async () => {
    stack.clock.advance(EXPIRED);
    const from = stack.clock.now();
    const outage = stack.simulator.faults.add({ ...REFRESH, fault: { kind: 'answer', status: 503 } });
    for (let second = 0; second < 60; second++) {
      const together = await Promise.all([stack.query(READ), stack.query(READ)]);
      expect(together.map(codes)).toEqual([['HUBSPOT_UNAVAILABLE'], ['HUBSPOT_UNAVAILABLE']]);
      stack.clock.advance(SECOND);
    }
    const tries = stack.simulator.log.tokenCalls('refresh_token').map(({ at }) => (at - from) / SECOND);
    expect(tries).toEqual([0, 1, 3, 7, 15, 31]);
    expect(stack.simulator.log.crm()).toEqual([]);

    outage.remove();
    stack.clock.advance(2 * SECOND);
    expect(codes(await stack.query(READ))).toEqual(['HUBSPOT_UNAVAILABLE']);
    stack.clock.advance(SECOND);
    expect((await stack.query(READ)).errors).toBeUndefined();
    expect(refreshes(stack)).toBe(7);
    expect(await statuses(stack)).toEqual([{ status: 'ACTIVE', status_reason: null }]);
  });

  const OWN_BACKOFF = SECOND;
  it.each<[string, (now: number) => string, number]>([
    ['30', () => '30', 30 * SECOND],
    ['an HTTP date', (now) => new Date(now + 30 * SECOND).toUTCString(), 30 * SECOND],
    ['more than the cap', () => '1000000', 5 * MINUTE],
    ['a date beyond the cap', (now) => new Date(now + 60 * MINUTE).toUTCString(), 5 * MINUTE],
    ['-1', () => '-1', OWN_BACKOFF],
    ['abc', () => 'abc', OWN_BACKOFF],
    ['1e9', () => '1e9', OWN_BACKOFF],
    ['0', () => '0', OWN_BACKOFF],
    ['a date that is over', (now) => new Date(now - MINUTE).toUTCString(), OWN_BACKOFF],
    ['the date of now', (now) => new Date(now).toUTCString(), OWN_BACKOFF],
  ])('F19 honours Retry-After as far as it makes sense: %s', async (_case, retryAfter, pause) => {
    stack.clock.advance(EXPIRED);
    const headers = { 'retry-after': retryAfter(stack.clock.now()) };
    const outage = stack.simulator.faults.add({ ...REFRESH, fault: { kind: 'answer', status: 503, headers } });
    const { errors } = await stack.query(READ);
    expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code: 'HUBSPOT_UNAVAILABLE', retryAfterMs: pause }]);

    stack.clock.advance(pause - 1);
    expect(codes(await stack.query(READ))).toEqual(['HUBSPOT_UNAVAILABLE']);
    expect(outage.hits).toBe(1);
    outage.remove();
    stack.clock.advance(1);
    expect((await stack.query(READ)).errors).toBeUndefined();
    expect(refreshes(stack)).toBe(2);
    expect(await tokenRow(stack, installation)).toMatchObject({ version: 2, failures: 0 });
  });
});
