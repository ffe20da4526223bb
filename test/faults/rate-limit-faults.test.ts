import { FAULTS, HUBSPOT_LIMITS } from 'hubspot-graphql-gateway-simulator';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ALICE, type Answer, SMALL_PORTAL, Stack } from '../helpers/stack.ts';
import { codes, install, READ, SECOND } from '../helpers/token-faults.ts';

const BOB = { ...ALICE, sub: 'bob', tenant: 'globex' };

let stack: Stack;
beforeEach(async () => {
  stack = await Stack.start({ rateLimited: true, simulator: { limits: HUBSPOT_LIMITS } });
  await install(stack);
});
afterEach(() => stack.stop());

/** How many seconds of the clock it took until everything was answered. */
async function timed(work: Promise<Answer>[]): Promise<{ answers: Answer[]; seconds: number }> {
  const from = stack.clock.monotonic();
  const answers = await stack.settle(Promise.all(work));
  return { answers, seconds: (stack.clock.monotonic() - from) / SECOND };
}

describe('F38 a 429', () => {
  it('F38 of the ten seconds is waited out, and the call answered', async () => {
    stack.simulator.faults.add({ match: '^GET /crm', times: 1, fault: FAULTS.tenSecondly });
    const { answers, seconds } = await timed([stack.query(READ)]);
    expect(codes(answers[0] ?? {})).toEqual([]);
    expect(seconds).toBeGreaterThanOrEqual(10);
    expect(seconds).toBeLessThan(12);
    expect(stack.simulator.log.crm().map(({ status }) => status)).toEqual([429, 200]);
  });

  it('F38 that lasts ends before the deadline of the operation', async () => {
    stack.simulator.faults.add({ match: '^GET /crm', fault: FAULTS.tenSecondly });
    const { answers, seconds } = await timed([stack.query(READ)]);
    expect(answers[0]?.errors?.[0]?.extensions).toMatchObject({ code: 'RATE_LIMITED', policy: 'TEN_SECONDLY_ROLLING' });
    expect(seconds).toBeLessThanOrEqual(25);
    expect(stack.simulator.log.crm().length).toBeLessThanOrEqual(3);
  });

  it('F38 of the day is an error at once, with the time to come again, and HubSpot is left alone', async () => {
    stack.simulator.faults.add({ match: '^GET /crm', fault: FAULTS.daily });
    for (let turn = 0; turn < 5; turn += 1) {
      const { errors = [] } = await stack.query(READ);
      expect(errors[0]?.extensions).toMatchObject({ code: 'RATE_LIMITED', policy: 'DAILY' });
      expect(errors[0]?.extensions?.retryAfterMs).toBe(60 * 60 * SECOND);
    }
    expect(stack.simulator.log.crm()).toHaveLength(1);
  });
});

describe('Retry-After: 0', () => {
  const headers = { 'retry-after': '0' };

  it('F38 of a 429 for associations leaves the growing pauses between the calls', async () => {
    stack.simulator.faults.add({ match: 'POST /crm/associations', fault: { kind: 'answer', status: 429, headers } });
    const read = '{ contacts(query: "copper", first: 3) { nodes { deals(first: 2) { nodes { id } } } } }';
    const { answers } = await timed([stack.query(read)]);
    expect(answers[0]?.errors?.[0]?.extensions).toMatchObject({ code: 'RATE_LIMITED' });
    const calls = stack.simulator.log.crm().filter(({ path }) => path.startsWith('/crm/associations'));
    expect(calls.length).toBeGreaterThan(1);
    expect(calls.length).toBeLessThanOrEqual(6);
  });

  it('of a 477 leaves the portal alone for ten seconds', async () => {
    stack.simulator.faults.add({ match: '^GET /crm', fault: { kind: 'answer', status: 477, headers } });
    for (let turn = 0; turn < 5; turn += 1) {
      const { errors = [] } = await stack.query(READ);
      expect(errors[0]?.extensions).toMatchObject({ code: 'HUBSPOT_UNAVAILABLE' });
    }
    expect(stack.simulator.log.crm()).toHaveLength(1);
  });
});

const SEARCH = '{ contacts(query: "copper", first: 3) { totalCount nodes { email } } }';

describe('searches', () => {
  it('keep their own limit of five a second, and all are answered', async () => {
    // Equal searches would be one.
    const search = (first: number) => `{ contacts(query: "copper", first: ${first}) { totalCount nodes { email } } }`;
    const { answers, seconds } = await timed(Array.from({ length: 20 }, (_, index) => stack.query(search(index + 1))));
    expect(answers.flatMap(codes)).toEqual([]);
    expect(stack.simulator.log.crm()).toHaveLength(20);
    expect(stack.simulator.log.count429()).toBe(0);
    expect(seconds).toBeGreaterThan(2);
  });

  it('that are equal share their calls, whoever asks', async () => {
    const { answers } = await timed(Array.from({ length: 20 }, () => stack.query(SEARCH)));
    expect(answers.flatMap(codes)).toEqual([]);
    expect(new Set(answers.map(({ data }) => JSON.stringify(data))).size).toBe(1);
    expect(stack.simulator.log.crm().length).toBeLessThan(10);
  });

  it('F38 are repeated after a 429 of theirs, which other calls do not wait for', async () => {
    stack.simulator.faults.add({ match: 'contacts/search', times: 1, fault: FAULTS.searchSecondly });
    const { answers } = await timed([stack.query(SEARCH), stack.query(READ)]);
    expect(answers.flatMap(codes)).toEqual([]);
    const calls = stack.simulator.log.crm().map(({ path, status }) => [path.split('/').at(-1), status]);
    expect(calls.filter(([name]) => name === 'search')).toEqual([
      ['search', 429],
      ['search', 200],
    ]);
    expect(calls.at(-1)).toEqual(['search', 200]);
  });
});

describe('F50 two tenants of one portal', () => {
  beforeEach(() => install(stack, BOB.tenant));

  it('F50 stay below its limit together, and both are answered', async () => {
    // Equal pages of one tenant would be one.
    const page = (first: number) => `{ contacts(first: ${first}) { nodes { email } } }`;
    const queries = Array.from({ length: 70 }, (_, index) => [
      stack.query(page(index + 1)),
      stack.query(page(index + 1), {}, BOB),
    ]).flat();
    const { answers } = await timed(queries);
    expect(answers.flatMap(codes)).toEqual([]);
    expect(stack.simulator.log.count429()).toBe(0);
    expect(stack.simulator.log.maxInWindow(SMALL_PORTAL.hubId)).toBeLessThanOrEqual(110);
    const byToken = Map.groupBy(stack.simulator.log.crm(), ({ token }) => token);
    expect([...byToken.values()].map(({ length }) => length)).toEqual([70, 70]);
  });

  it('F50 wait together when HubSpot refuses one of them', async () => {
    stack.simulator.faults.add({ match: '^GET /crm', times: 1, fault: FAULTS.tenSecondly });
    const refused = stack.query(READ);
    await expect.poll(() => stack.simulator.log.crm().length).toBe(1);
    const { answers, seconds } = await timed([refused, stack.query(READ, {}, BOB)]);
    expect(answers.flatMap(codes)).toEqual([]);
    expect(seconds).toBeGreaterThanOrEqual(10);
    expect(stack.simulator.log.crm().map(({ status }) => status)).toEqual([429, 200, 200]);
  });

  it('F50 have tokens of their own: where the one of a tenant cannot be renewed, the other goes on', async () => {
    stack.simulator.faults.add({ match: '^POST /oauth', fault: { kind: 'answer', status: 503 } });
    await stack.query(READ);
    stack.clock.advance(29 * 60 * SECOND);
    await install(stack, BOB.tenant);
    stack.clock.advance(2 * 60 * SECOND);
    const { answers } = await timed([stack.query(READ), stack.query(READ, {}, BOB)]);
    expect(answers.map(codes)).toEqual([['HUBSPOT_UNAVAILABLE'], []]);
  });
});
