import { REFRESH, type Rotation } from 'hubspot-graphql-gateway-simulator';
import { afterEach, describe, expect, it } from 'vitest';
import type { Installation } from '../../src/storage/installation.ts';
import { dieAfter, dieOnce, faultsOf, LEASE, standStill, stopAfter, TOKEN_WRITE } from '../helpers/broken-replica.ts';
import { ALICE, Stack } from '../helpers/stack.ts';
import {
  codes,
  DUE,
  EXPIRED,
  install,
  READ,
  refreshes,
  SECOND,
  tokenRow,
  untilTokenRow,
} from '../helpers/token-faults.ts';

const BOB = { ...ALICE, sub: 'bob', tenant: 'globex' };
const STATUS = '{ installations { status statusReason } }';
const ACTIVE = { installations: [{ status: 'ACTIVE', statusReason: null }] };
const LOST = { installations: [{ status: 'REAUTHORIZATION_REQUIRED', statusReason: 'LOST_ROTATION' }] };
/** Statements and sockets take real time, in which virtual time runs on. */
const SLACK = 5 * SECOND;

/** When the first replica dies over a refresh. Each resolves when it is dead. */
const DEATHS = {
  'before the refresh is sent': (stack: Stack) => dieAfter(faultsOf(stack), TOKEN_WRITE),
  'before the answer arrives': (stack: Stack) => {
    stack.simulator.faults.add({ ...REFRESH, times: 1, fault: { kind: 'reset', at: 'before', processed: true } });
    return dieOnce(faultsOf(stack), () => refreshes(stack) > 0);
  },
  'between answer and commit': (stack: Stack) => dieOnce(faultsOf(stack), () => refreshes(stack) > 0),
  'after the commit': (stack: Stack) => dieAfter(faultsOf(stack), TOKEN_WRITE, 2),
};
type Death = keyof typeof DEATHS;

let stack: Stack;
let ours: Installation;
afterEach(() => stack.stop());

const shown = async (replica: number, viewer = ALICE) => (await stack.queryOn(replica, STATUS, {}, viewer)).data;
/** A replica hears of a change within a quarter of a second. */
const untilShown = (replica: number, expected: object) =>
  stack.settle(expect.poll(() => shown(replica), { timeout: 10_000 }).toEqual(expected));

describe('with three replicas, of which the first refreshes and dies', () => {
  let theirs: Installation;

  /** Two tenants on one portal, whose tokens are `age` old when the first replica dies over one of them. */
  async function die(rotation: Rotation, death: Death, age: number): Promise<void> {
    stack = await Stack.start({ database: 'postgres', replicas: 3, simulator: { rotation } });
    ours = await install(stack);
    theirs = await install(stack, BOB.tenant);
    stack.clock.advance(age);
    const died = DEATHS[death](stack);
    // The connection to a dead replica may be cut instead of answered.
    stack.queryOn(0, READ).catch(() => undefined);
    await died;
  }

  /** Both survivors are asked at once and answer when the dead one's lease has run out, no sooner and not much later. */
  async function askSurvivors() {
    const diedAt = stack.clock.now();
    const answers = await stack.settle(Promise.all([stack.queryOn(1, READ), stack.queryOn(2, READ)]));
    const waited = (stack.simulator.log.tokenCalls('refresh_token').at(-1)?.at ?? 0) - diedAt;
    expect(waited).toBeGreaterThanOrEqual(LEASE);
    expect(waited).toBeLessThan(LEASE + SLACK);
    return answers;
  }

  it.each<[string, Death, Rotation, number]>([
    ['F1', 'before the refresh is sent', 'same', 1],
    ['F1', 'before the refresh is sent', 'strict', 1],
    ['F2', 'before the answer arrives', 'same', 2],
    ['F3', 'before the answer arrives', 'grace', 2],
    ['F5', 'between answer and commit', 'same', 2],
    ['F5', 'between answer and commit', 'grace', 2],
  ])('%s recovers within the lease from a death %s (%s)', async (_row, death, rotation, requests) => {
    await die(rotation, death, EXPIRED);
    expect((await askSurvivors()).map(codes)).toEqual([[], []]);
    expect(refreshes(stack)).toBe(requests);
    expect(stack.simulator.log.maxRefreshOverlap).toBe(1);
    expect(await tokenRow(stack, ours)).toMatchObject({ version: 2, lease_owner: null, in_doubt_since: null });
    expect(stack.simulator.log.crm().map(({ status }) => status)).toEqual([200, 200]);
    expect(await shown(1)).toEqual(ACTIVE);
    expect(await shown(2)).toEqual(ACTIVE);
  });

  it.each<[string, Death]>([
    ['F4', 'before the answer arrives'],
    ['F5', 'between answer and commit'],
  ])('%s loses exactly the one grant to a death %s (strict), and a reconnect restores it', async (_row, death) => {
    await die('strict', death, EXPIRED);
    const untouched = await tokenRow(stack, theirs);
    expect((await askSurvivors()).map(codes)).toEqual([['REAUTHORIZATION_REQUIRED'], ['REAUTHORIZATION_REQUIRED']]);
    // One by the dead, one by a survivor: the other survivor believes what was found out.
    expect(refreshes(stack)).toBe(2);
    expect(stack.simulator.log.maxRefreshOverlap).toBe(1);
    await untilShown(1, LOST);
    await untilShown(2, LOST);
    expect(stack.simulator.log.crm()).toEqual([]);

    const again = await stack.queryOn(2, READ);
    expect(again.errors?.map(({ extensions }) => extensions)).toMatchObject([{ reason: 'LOST_ROTATION' }]);
    expect(refreshes(stack)).toBe(2);
    expect(await tokenRow(stack, theirs)).toEqual(untouched);
    expect(await shown(1, BOB)).toEqual(ACTIVE);
    expect(codes(await stack.queryOn(1, READ, {}, BOB))).toEqual([]);

    expect((await install(stack)).id).toBe(ours.id);
    await untilShown(1, ACTIVE);
    expect(codes(await stack.queryOn(1, READ))).toEqual([]);
  });

  it.each<[string, Death, number]>([
    ['F1', 'before the refresh is sent', 1],
    ['F2', 'before the answer arrives', 2],
    ['F5', 'between answer and commit', 2],
  ])('%s serves the token that is still valid after a death %s', async (_row, death, requests) => {
    await die('same', death, DUE);
    const sent = refreshes(stack);
    for (const replica of [1, 2, 1]) expect(codes(await stack.queryOn(replica, READ))).toEqual([]);
    stack.clock.advance(LEASE - 1);
    expect(codes(await stack.queryOn(2, READ))).toEqual([]);
    expect(refreshes(stack)).toBe(sent);

    stack.clock.advance(1);
    expect(codes(await stack.queryOn(1, READ))).toEqual([]);
    await untilTokenRow(stack, ours, { version: 2, lease_owner: null });
    expect(refreshes(stack)).toBe(requests);
    expect(stack.simulator.log.maxRefreshOverlap).toBe(1);
  });

  it('F6 hands the new token to the others at once after a death after the commit', async () => {
    await die('strict', 'after the commit', EXPIRED);
    expect(codes(await stack.queryOn(1, READ))).toEqual([]);
    expect(codes(await stack.queryOn(2, READ))).toEqual([]);
    expect(refreshes(stack)).toBe(1);
    expect(stack.simulator.log.crm().map(({ status }) => status)).toEqual([200, 200]);
    expect(await shown(1)).toEqual(ACTIVE);
  });
});

describe('F8 with three replicas, of which the first refreshes and is stopped for two leases', () => {
  async function expire(rotation: Rotation): Promise<void> {
    stack = await Stack.start({ database: 'postgres', replicas: 3, simulator: { rotation } });
    ours = await install(stack);
    stack.clock.advance(EXPIRED);
  }

  /** From the outside a process that stands still looks as if its answer were still on the way. */
  async function stopBeforeItsAnswer() {
    const hold = stack.simulator.faults.add({ ...REFRESH, times: 1, fault: { kind: 'hold', processed: true } });
    const answer = stack.queryOn(0, READ);
    await hold.reached(1);
    const resume = standStill(faultsOf(stack));
    return { answer, resume: () => [resume(), hold.remove()] };
  }

  async function stopBeforeItsRequest() {
    const { stopped, resume } = stopAfter(faultsOf(stack), TOKEN_WRITE);
    const answer = stack.queryOn(0, READ);
    await stopped;
    return { answer, resume };
  }

  it('F8 drops what it brings when another saved meanwhile', async () => {
    await expire('grace');
    const holder = await stopBeforeItsAnswer();
    stack.clock.advance(2 * LEASE);
    expect(codes(await stack.queryOn(1, READ))).toEqual([]);
    const saved = await tokenRow(stack, ours);
    expect(saved).toMatchObject({ version: 2, lease_owner: null });

    holder.resume();
    expect(codes(await holder.answer)).toEqual([]);
    expect(await tokenRow(stack, ours)).toEqual(saved);
    expect(new Set(stack.simulator.log.crm().map(({ token }) => token)).size).toBe(1);
    expect(refreshes(stack)).toBe(2);
    expect(stack.simulator.log.maxRefreshOverlap).toBe(2);
    expect(await shown(0)).toEqual(ACTIVE);
  });

  it('F8 saves what it brings when nobody else did, and takes the loss of the grant back', async () => {
    await expire('strict');
    const holder = await stopBeforeItsAnswer();
    stack.clock.advance(2 * LEASE);
    expect(codes(await stack.queryOn(1, READ))).toEqual(['REAUTHORIZATION_REQUIRED']);
    expect(await shown(1)).toEqual(LOST);

    holder.resume();
    expect(codes(await holder.answer)).toEqual([]);
    expect(await tokenRow(stack, ours)).toMatchObject({ version: 2, lease_owner: null, in_doubt_since: null });
    for (const replica of [0, 1, 2]) {
      await untilShown(replica, ACTIVE);
      expect(codes(await stack.queryOn(replica, READ))).toEqual([]);
    }
    expect(refreshes(stack)).toBe(2);
    expect(stack.simulator.log.crm().map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  });

  it('F8 takes the loss back also when it was stopped as it claimed and thinks that its lease still runs', async () => {
    await expire('strict');
    const claim = await stopBeforeItsRequest();
    stack.clock.advance(LEASE - SECOND);
    const hold = stack.simulator.faults.add({ ...REFRESH, times: 1, fault: { kind: 'hold', processed: true } });
    claim.resume();
    await hold.reached(1);
    const resume = standStill(faultsOf(stack));
    stack.clock.advance(SECOND);
    expect(codes(await stack.queryOn(1, READ))).toEqual(['REAUTHORIZATION_REQUIRED']);

    resume();
    hold.remove();
    expect(codes(await claim.answer)).toEqual([]);
    await untilShown(0, ACTIVE);
    await untilShown(1, ACTIVE);
    expect(refreshes(stack)).toBe(2);
  });

  it('F8 lets the invalid_grant of another end in a re-read when it saves in the meantime', async () => {
    await expire('strict');
    const holder = await stopBeforeItsAnswer();
    stack.clock.advance(2 * LEASE);
    const sibling = stack.simulator.faults.add({ ...REFRESH, times: 1, fault: { kind: 'hold', processed: true } });
    const answer = stack.queryOn(1, READ);
    await sibling.reached(1);

    holder.resume();
    expect(codes(await holder.answer)).toEqual([]);
    const saved = await tokenRow(stack, ours);
    sibling.remove();
    expect(codes(await answer)).toEqual([]);
    expect(await tokenRow(stack, ours)).toEqual(saved);
    expect(stack.simulator.log.tokenCalls('refresh_token').map(({ status }) => status)).toEqual([200, 400]);
    expect(stack.simulator.log.maxRefreshOverlap).toBe(2);
    expect(await shown(1)).toEqual(ACTIVE);
    expect(stack.logs.join('')).not.toContain('grant lost');
  });

  it('F8 is not marked as lost by another that had re-read just before it saved', async () => {
    await expire('strict');
    const holder = await stopBeforeItsAnswer();
    stack.clock.advance(2 * LEASE);
    const sibling = stack.simulator.faults.add({ ...REFRESH, times: 1, fault: { kind: 'hold', processed: true } });
    const answer = stack.queryOn(1, READ);
    await sibling.reached(1);
    const reread = stopAfter(faultsOf(stack, 1), 'select installation_tokens');
    sibling.remove();
    await reread.stopped;

    holder.resume();
    expect(codes(await holder.answer)).toEqual([]);
    reread.resume();
    expect(codes(await answer)).toEqual([]);
    expect(await shown(1)).toEqual(ACTIVE);
    expect(stack.logs.join('')).not.toContain('grant lost');
  });

  it('F8 ends its own invalid_grant in a re-read when another refreshed meanwhile', async () => {
    await expire('strict');
    const holder = await stopBeforeItsRequest();
    stack.clock.advance(2 * LEASE);
    expect(codes(await stack.queryOn(1, READ))).toEqual([]);
    const saved = await tokenRow(stack, ours);

    holder.resume();
    expect(codes(await holder.answer)).toEqual([]);
    expect(await tokenRow(stack, ours)).toEqual(saved);
    expect(stack.simulator.log.tokenCalls('refresh_token').map(({ status }) => status)).toEqual([200, 400]);
    expect(stack.simulator.log.maxRefreshOverlap).toBe(1);
    expect(await shown(0)).toEqual(ACTIVE);
    expect(stack.logs.join('')).not.toContain('grant lost');
  });

  it('F8 does not free the lease of another when it fails late', async () => {
    await expire('same');
    const holder = await stopBeforeItsRequest();
    stack.clock.advance(2 * LEASE);
    const sibling = stack.simulator.faults.add({ ...REFRESH, times: 1, fault: { kind: 'hold' } });
    const answer = stack.queryOn(1, READ);
    await sibling.reached(1);
    const claimed = await tokenRow(stack, ours);

    const outage = stack.simulator.faults.add({ ...REFRESH, times: 1, fault: { kind: 'answer', status: 503 } });
    holder.resume();
    expect(codes(await holder.answer)).toEqual(['HUBSPOT_UNAVAILABLE']);
    expect(outage.hits).toBe(1);
    expect(await tokenRow(stack, ours)).toEqual(claimed);

    sibling.remove();
    expect(codes(await answer)).toEqual([]);
    expect(codes(await stack.queryOn(2, READ))).toEqual([]);
    expect(await tokenRow(stack, ours)).toMatchObject({ version: 2, lease_owner: null, retry_at: null, failures: 0 });
    expect(refreshes(stack)).toBe(2);
    expect(await shown(2)).toEqual(ACTIVE);
  });
});
