import { type Fault, REFRESH } from 'hubspot-graphql-gateway-simulator';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Installation } from '../../src/storage/installation.ts';
import { DATABASE_KINDS } from '../helpers/databases.ts';
import { Stack } from '../helpers/stack.ts';
import {
  alerts,
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

const MEGABYTE = 1024 * 1024;
/** Nonsense is not asked for again any sooner. */
const PAUSE = 30 * SECOND;

const TOKENS = { access_token: 'garbage', refresh_token: 'garbage', token_type: 'bearer', expires_in: 1800 };
const TEXT = JSON.stringify(TOKENS);
const JSON_TYPE = { 'content-type': 'application/json' };
const answer = (body: string, status = 200, headers: Record<string, string> = JSON_TYPE): Fault => ({
  kind: 'answer',
  status,
  body,
  headers,
});

const GARBAGE: readonly (readonly [string, Fault])[] = [
  ['HTML', answer('<!doctype html><h1>a proxy</h1>', 200, { 'content-type': 'text/html' })],
  ['nothing', answer('')],
  ['nothing with a 204', { kind: 'answer', status: 204 }],
  ['what claims to be gzip', answer('\u001f\u008b\b\0 garbage', 200, { ...JSON_TYPE, 'content-encoding': 'gzip' })],
  ['100 MB', { kind: 'flood', bytes: 100 * MEGABYTE }],
  ['a byte order mark', answer(`\ufeff${TEXT}`)],
  // ASCII in UTF-16LE is the same bytes.
  ['UTF-16', answer([...TEXT, ''].join('\0'), 200, { 'content-type': 'application/json; charset=utf-16le' })],
  ['an access token twice', answer(TEXT.replace('{', '{"access_token":"another",'))],
  ['a life twice, once in escapes', answer(TEXT.replace('{', '{"expires\\u005fin":1,'))],
  ['null', answer('null')],
  ['an array', answer(JSON.stringify([TOKENS]))],
  ['deep lists', answer('['.repeat(20_000) + ']'.repeat(20_000))],
  ['deep objects', answer(`${'{"access_token":'.repeat(3_000)}1${'}'.repeat(3_000)}`)],
  ['truncated JSON', answer(TEXT.slice(0, -1))],
  ['a truncated token', answer(TEXT.slice(0, TEXT.indexOf('garbage') + 4))],
];

describe.each(DATABASE_KINDS)('on %s', (database) => {
  let stack: Stack;
  let installation: Installation;

  beforeEach(async () => {
    stack = await Stack.start({ database });
    installation = await install(stack);
  });
  afterEach(() => stack.stop());

  it.each(GARBAGE)('F24 stores nothing of a 200 that is %s, and raises an alert', async (_case, fault) => {
    const before = await tokenRow(stack, installation);
    const { access_token, refresh_token, expires_at } = before;
    const unchanged = { version: 1, access_token, refresh_token, expires_at, previous_refresh_token: null };
    await stack.query(READ);
    stack.clock.advance(DUE);
    const garbage = stack.simulator.faults.add({ ...REFRESH, fault });
    for (let failures = 1; failures <= 3; failures++) {
      expect(await alerts(stack, 'bad_token_answer')).toBe(0);
      expect((await stack.query(READ)).errors).toBeUndefined();
      await untilTokenRow(stack, installation, { ...unchanged, failures, lease_owner: null });
      expect(garbage.hits).toBe(failures);
      stack.clock.advance(PAUSE);
    }
    expect(await alerts(stack, 'bad_token_answer')).toBe(1);

    garbage.remove();
    expect((await stack.query(READ)).errors).toBeUndefined();
    await untilTokenRow(stack, installation, { version: 2, failures: 0 });
    expect(stack.simulator.log.crm().every(({ status }) => status === 200)).toBe(true);
    expect(await statuses(stack)).toEqual([{ status: 'ACTIVE', status_reason: null }]);
  });

  it('F24 does not take an endless answer in', async () => {
    stack.clock.advance(EXPIRED);
    stack.simulator.faults.add({ ...REFRESH, fault: { kind: 'flood', bytes: 400 * MEGABYTE } });
    const grown = await peakGrowth(async () => {
      expect(codes(await stack.query(READ))).toEqual(['HUBSPOT_UNAVAILABLE']);
    });
    expect(grown).toBeLessThan(100 * MEGABYTE);
  });

  const IMPOSSIBLE: readonly (readonly [string, unknown])[] = [
    ['0', 0],
    ['-1', -1],
    ['"abc"', 'abc'],
    ['missing', undefined],
    ['null', null],
  ];
  it.each(IMPOSSIBLE)('F25 refuses a token of impossible life, once per 30 s: %s', async (_case, expires_in) => {
    const { access_token, refresh_token } = await tokenRow(stack, installation);
    stack.clock.advance(EXPIRED);
    const from = stack.clock.now();
    const impossible = stack.simulator.faults.add({ ...REFRESH, fault: { kind: 'rewrite', set: { expires_in } } });
    for (let second = 0; second < 65; second++) {
      expect(codes(await stack.query(READ))).toEqual(['HUBSPOT_UNAVAILABLE']);
      stack.clock.advance(SECOND);
    }
    const tries = stack.simulator.log.tokenCalls('refresh_token').map(({ at }) => (at - from) / SECOND);
    expect(tries).toEqual([0, 30, 60]);
    expect(await tokenRow(stack, installation)).toMatchObject({ version: 1, access_token, refresh_token });
    expect(await alerts(stack, 'bad_token_answer')).toBe(1);

    impossible.remove();
    stack.clock.advance(PAUSE);
    expect((await stack.query(READ)).errors).toBeUndefined();
    expect(refreshes(stack)).toBe(4);
  });

  it.each([1e18, 86_401])('F25 believes no life of more than a day: %d', async (expires_in) => {
    stack.clock.advance(EXPIRED);
    const impossible = stack.simulator.faults.add({ ...REFRESH, fault: { kind: 'rewrite', set: { expires_in } } });
    expect((await stack.query(READ)).errors).toBeUndefined();
    const { expires_at } = await tokenRow(stack, installation);
    expect(expires_at - stack.clock.now()).toBe(24 * 60 * MINUTE);

    // The token ends when HubSpot ends it: one 401, one refresh, and no loop.
    stack.clock.advance(EXPIRED);
    for (let second = 0; second < 30; second++) {
      expect((await stack.query(READ)).errors).toBeUndefined();
      stack.clock.advance(SECOND);
    }
    expect(impossible.hits).toBe(2);
    expect(stack.simulator.log.crm().filter(({ status }) => status === 401)).toHaveLength(1);
  });

  const OTHER_PORTAL: Fault = { kind: 'rewrite', set: { hub_id: 7_654_321 } };
  it("F26 refuses another portal's token, raises an alert and serves the valid one", async () => {
    const { access_token, refresh_token } = await tokenRow(stack, installation);
    await stack.query(READ);
    stack.clock.advance(DUE);
    stack.simulator.faults.add({ ...REFRESH, times: 1, fault: OTHER_PORTAL });
    expect((await stack.query(READ)).errors).toBeUndefined();
    const unchanged = { version: 1, access_token, refresh_token, lease_owner: null };
    await untilTokenRow(stack, installation, { ...unchanged, failures: 1 });
    expect(await alerts(stack, 'other_portal')).toBe(1);
    expect(stack.logs.filter((line) => line.includes('"alert":"other_portal"'))).toHaveLength(1);

    stack.clock.advance(MINUTE);
    expect((await stack.query(READ)).errors).toBeUndefined();
    await untilTokenRow(stack, installation, { version: 2, failures: 0 });
    expect(new Set(stack.simulator.log.crm().map(({ hubId }) => hubId))).toEqual(new Set([installation.hubId]));
    expect(await statuses(stack)).toEqual([{ status: 'ACTIVE', status_reason: null }]);
  });

  it("F26 asks for the portal's own token once a minute when there is no valid one", async () => {
    stack.clock.advance(EXPIRED);
    const from = stack.clock.now();
    stack.simulator.faults.add({ ...REFRESH, times: 2, fault: OTHER_PORTAL });
    const answers = [];
    for (let second = 0; second <= 120; second += 10) {
      answers.push(codes(await stack.query(READ)));
      stack.clock.advance(10 * SECOND);
    }
    const tries = stack.simulator.log.tokenCalls('refresh_token').map(({ at }) => (at - from) / SECOND);
    expect(tries).toEqual([0, 60, 120]);
    expect(answers).toEqual([...Array.from({ length: 12 }, () => ['HUBSPOT_UNAVAILABLE']), []]);
  });
});

/** The most memory that the process took beyond what it had, in bytes. */
async function peakGrowth(work: () => Promise<void>): Promise<number> {
  const before = process.memoryUsage.rss();
  let peak = before;
  const timer = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 1);
  await work().finally(() => clearInterval(timer));
  return peak - before;
}
