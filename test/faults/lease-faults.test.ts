import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { REFRESH } from 'hubspot-graphql-gateway-simulator';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Installation } from '../../src/storage/installation.ts';
import { dieOnce, faultsOf, LEASE, TOKEN_WRITE } from '../helpers/broken-replica.ts';
import { Stack, type StackOptions } from '../helpers/stack.ts';
import { codes, EXPIRED, install, READ, refreshes, SECOND, statuses, tokenRow } from '../helpers/token-faults.ts';

const RENEWED_EVERY = SECOND;

let stack: Stack;
let ours: Installation;
afterEach(() => stack.stop());

async function start(options: StackOptions['simulator'] = {}): Promise<void> {
  stack = await Stack.start({ database: 'postgres', replicas: 2, simulator: options });
  ours = await install(stack);
  stack.clock.advance(EXPIRED);
}

const leaseEnds = async () => (await tokenRow(stack, ours)).lease_until ?? 0;

/** The first replica asks HubSpot, which takes its time. */
async function exchanging() {
  const hold = stack.simulator.faults.add({ ...REFRESH, times: 1, fault: { kind: 'hold' } });
  const answer = stack.queryOn(0, READ);
  await hold.reached(1);
  return { answer, release: () => hold.remove() };
}

/** A second passes, and the lease is renewed. */
async function renewal(): Promise<void> {
  const before = await leaseEnds();
  stack.clock.advance(RENEWED_EVERY);
  await vi.waitFor(async () => expect(await leaseEnds()).toBeGreaterThan(before), { interval: 5, timeout: 5_000 });
}

describe('the lease on a token refresh', () => {
  it('is renewed each second while the exchange is under way: nobody else asks HubSpot, however long it takes', async () => {
    await start({ rotation: 'strict' });
    const { answer, release } = await exchanging();
    const waiting = stack.queryOn(1, READ);
    for (let seconds = 0; seconds < 3 * (LEASE / SECOND); seconds += 1) {
      await renewal();
      expect(await leaseEnds()).toBe(stack.clock.now() + LEASE);
    }
    release();
    expect((await stack.settle(Promise.all([answer, waiting]))).map(codes)).toEqual([[], []]);
    expect(refreshes(stack)).toBe(1);
    expect(await tokenRow(stack, ours)).toMatchObject({ version: 2, lease_owner: null, lease_until: null });
  });

  it('outlives two renewals that the database did not take', async () => {
    await start({ rotation: 'strict' });
    const { answer, release } = await exchanging();
    let failures = 2;
    faultsOf(stack).before = (statement) => {
      if (statement === TOKEN_WRITE && failures-- > 0) throw new Error('the database is slow');
    };
    for (const left of [1, 0]) {
      stack.clock.advance(RENEWED_EVERY);
      await vi.waitFor(() => expect(failures).toBe(left));
      await turnOfTheLoop();
    }
    await renewal();
    release();
    expect(codes(await stack.settle(answer))).toEqual([]);
    expect(refreshes(stack)).toBe(1);
  });

  it('is not renewed any more when the exchange is over', async () => {
    await start();
    expect(codes(await stack.queryOn(0, READ))).toEqual([]);
    const { statements } = faultsOf(stack);
    const saved = await tokenRow(stack, ours);
    let writes = 0;
    faultsOf(stack).before = (statement) => {
      if (statement === TOKEN_WRITE) writes += 1;
    };
    stack.clock.advance(10 * LEASE);
    await stack.queryOn(0, READ);
    expect([writes, await tokenRow(stack, ours)]).toEqual([0, saved]);
    expect(statements).toBeGreaterThan(0);
  });

  it('is lost to another replica, and is never taken back', async () => {
    await start({ rotation: 'same' });
    const { answer, release } = await exchanging();
    const other = { lease_owner: 'another', lease_until: stack.clock.now() + 60 * SECOND };
    await stack.db.database.query.updateTable('installation_tokens').set(other).execute();
    stack.clock.advance(RENEWED_EVERY);
    await vi.waitFor(() => expect(stack.logs.join('')).toContain('lease on a token refresh was lost'));
    expect(await tokenRow(stack, ours)).toMatchObject(other);
    // What it brings is saved all the same: nobody was first.
    release();
    expect(codes(await stack.settle(answer))).toEqual([]);
    expect(await tokenRow(stack, ours)).toMatchObject({ version: 2, lease_owner: null });
  });
});

it('a death costs no grant where the token before is accepted for some seconds more', async () => {
  await start({ rotation: 'grace', graceMs: 10 * SECOND });
  stack.simulator.faults.add({ ...REFRESH, times: 1, fault: { kind: 'reset', at: 'before', processed: true } });
  const died = dieOnce(faultsOf(stack), () => refreshes(stack) > 0);
  stack.queryOn(0, READ).catch(() => undefined);
  await died;
  stack.clock.advance(LEASE);
  expect(codes(await stack.queryOn(1, READ))).toEqual([]);
  expect(await statuses(stack)).toEqual([{ status: 'ACTIVE', status_reason: null }]);
});
