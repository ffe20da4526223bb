import { beforeEach, describe, expect, it } from 'vitest';
import { ASSOCIATION_LIMITS } from '../src/limits/limits.ts';
import type { LimitOptions } from '../src/limits/portal-limits.ts';
import { createSimulator, type Simulator } from '../src/simulator.ts';
import { ManualClock } from '../src/time/manual-clock.ts';
import { HubspotCaller } from './helpers/hubspot-caller.ts';

const SIZE = { contacts: 1, deals: 0, companies: 0 };
const PORTALS = [101, 102].map((hubId) => ({ hubId, domain: `${hubId}.example`, user: 'a', size: SIZE }));
const SCOPES = ['crm.objects.contacts.read', 'crm.objects.companies.read'];
const CONTACTS = '/crm/objects/2026-09/contacts';
const SEARCH = `${CONTACTS}/search`;
const ASSOCIATIONS = '/crm/associations/2026-09/contacts/companies/batch/read';
const DAY_MS = 86_400_000;
const LIMIT_HEADERS = ['max', 'remaining', 'interval-milliseconds', 'secondly', 'secondly-remaining'];
const UUID = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);

let clock: ManualClock;
let simulator: Simulator;
let hubspot: HubspotCaller;

beforeEach(() => start());

function start(limits?: LimitOptions): void {
  clock = new ManualClock();
  // Tokens that live for days, so that limits alone decide.
  simulator = createSimulator({ clock, portals: PORTALS, accessTokenLifeMs: 2 * DAY_MS, ...(limits && { limits }) });
  hubspot = new HubspotCaller(simulator, SCOPES);
}

/** Statuses of `count` calls, one after the other. */
async function statuses(count: number, call: () => Promise<{ status: number }>): Promise<number[]> {
  const all: number[] = [];
  for (let index = 0; index < count; index += 1) all.push((await call()).status);
  return all;
}

const list = () => hubspot.get<object>(CONTACTS);
// Whatever a search answers, it is a search to the limits.
const search = () => hubspot.post<object>(SEARCH, {});
const associations = () => hubspot.post<object>(ASSOCIATIONS, { inputs: [] });
const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

function limitHeaders(headers: Headers): string[] {
  return [...headers.keys()].filter((name) => name.includes('ratelimit')).sort();
}

describe('the burst limit', () => {
  it('lets 110 calls through in ten seconds and answers the next with a 429 that names the policy', async () => {
    expect(await statuses(110, list)).toEqual(times(110, 200));
    const { status, headers, body } = await list();
    expect(status).toBe(429);
    expect(body).toEqual({
      status: 'error',
      message: 'You have reached your ten_secondly_rolling limit.',
      errorType: 'RATE_LIMIT',
      correlationId: headers.get('x-hubspot-correlation-id'),
      policyName: 'TEN_SECONDLY_ROLLING',
      requestId: UUID,
    });
    expect(headers.get('retry-after')).toBeNull();
  });

  it('rolls: each call is free again ten seconds after it was made', async () => {
    await statuses(60, list);
    clock.advance(4_000);
    await statuses(50, list);
    clock.advance(5_999);
    expect((await list()).status).toBe(429);
    clock.advance(1);
    expect(await statuses(61, list)).toEqual([...times(60, 200), 429]);
    clock.advance(4_000);
    expect(await statuses(51, list)).toEqual([...times(50, 200), 429]);
  });

  it('does not notice when the wall clock jumps', async () => {
    await statuses(110, list);
    clock.jump(60_000);
    expect((await list()).status).toBe(429);
  });

  it('does not count the calls that it refused', async () => {
    await statuses(110, list);
    clock.advance(9_000);
    expect(await statuses(50, list)).toEqual(times(50, 429));
    clock.advance(1_000);
    expect((await list()).status).toBe(200);
  });

  it.each([
    ['what is not there', `${CONTACTS}/999`, 404],
    ['what is invalid', `${CONTACTS}?limit=0`, 400],
    ['what the scopes do not cover', '/crm/objects/2026-09/deals', 403],
    ['an endpoint that is not simulated', '/crm/lists/2026-09/1', 404],
    ['the older spelling', '/crm/v3/objects/contacts', 200],
    ['associated records of one record', `${CONTACTS}/100001/associations/companies`, 200],
  ])('counts %s', async (_case, path, status) => {
    start({ burst: { max: 1, windowMs: 10_000 } });
    expect(await statuses(2, () => hubspot.get(path))).toEqual([status, 429]);
  });

  it('counts neither searches nor batches of associations, and refuses neither', async () => {
    start({ search: 'off' });
    await statuses(200, search);
    expect(await statuses(200, associations)).toEqual(times(200, 200));
    expect(await statuses(111, list)).toEqual([...times(110, 200), 429]);
    expect((await associations()).status).toBe(200);
    expect((await search()).status).not.toBe(429);
  });

  it('counts neither the token endpoint nor calls without a live token', async () => {
    start({ burst: { max: 1, windowMs: 10_000 } });
    for (const path of [`/oauth/v1/access-tokens/${hubspot.token}`, CONTACTS]) {
      await simulator.fetch(new Request(`http://hubspot.test${path}`));
    }
    expect((await list()).status).toBe(200);
  });

  it('is of each portal, however many tokens the app has for it', async () => {
    start({ burst: { max: 1, windowMs: 10_000 } });
    const other = new HubspotCaller(simulator, SCOPES, simulator.portals[1]);
    expect((await list()).status).toBe(200);
    expect((await new HubspotCaller(simulator, SCOPES).get(CONTACTS)).status).toBe(429);
    expect((await other.get(CONTACTS)).status).toBe(200);
  });
});

describe('the headers of an answer', () => {
  it('tell how much of the burst limit is left', async () => {
    await statuses(4, list);
    clock.advance(1_000);
    await list();
    const { headers } = await hubspot.get(`${CONTACTS}/999`);
    expect(LIMIT_HEADERS.map((name) => headers.get(`x-hubspot-ratelimit-${name}`))).toEqual([
      '110',
      '104',
      '10000',
      '11',
      '9',
    ]);
    expect(limitHeaders(headers)).toHaveLength(LIMIT_HEADERS.length);
  });

  it('tell on a 429 that nothing is left', async () => {
    await statuses(110, list);
    const { headers } = await list();
    expect(headers.get('x-hubspot-ratelimit-remaining')).toBe('0');
    expect(headers.get('x-hubspot-ratelimit-secondly-remaining')).toBe('0');
  });

  it.each([
    ['a search', undefined, search],
    ['a batch of associations', undefined, associations],
    ['a call without the limit', { burst: 'off' as const }, list],
  ])('tell nothing of limits: %s', async (_case, limits, call) => {
    start(limits);
    expect(limitHeaders((await call()).headers)).toEqual([]);
  });

  it('never tell of a daily limit, as the app is one of OAuth', async () => {
    start({ daily: 5 });
    expect(limitHeaders((await list()).headers).filter((name) => name.includes('daily'))).toEqual([]);
  });
});

describe('the search limit', () => {
  it('lets five searches through in a second and answers the next with a 429 without a policy', async () => {
    expect(await statuses(5, search)).not.toContain(429);
    const { status, headers, body } = await search();
    expect(status).toBe(429);
    expect(body).toEqual({
      status: 'error',
      message: 'You have reached your secondly limit.',
      correlationId: headers.get('x-hubspot-correlation-id'),
      category: 'RATE_LIMITS',
    });
    expect((await list()).status).toBe(200);
    clock.advance(999);
    expect((await search()).status).toBe(429);
    clock.advance(1);
    expect((await search()).status).not.toBe(429);
  });
});

describe('the daily limit', () => {
  it('covers calls of every kind and ends at midnight', async () => {
    start({ daily: 3 });
    clock.advance(14 * 3_600_000);
    expect([await list(), await search(), await associations()].map(({ status }) => status)).not.toContain(429);
    for (const call of [list, search, associations]) {
      const { status, body } = await call();
      expect(status).toBe(429);
      expect(body).toMatchObject({ message: 'You have reached your daily limit.', policyName: 'DAILY' });
    }
    clock.advance(3_600_000 - 1);
    expect((await list()).status).toBe(429);
    clock.advance(1);
    expect((await list()).status).toBe(200);
  });
});

describe('Retry-After', () => {
  it.each<[string, LimitOptions, () => Promise<{ headers: Headers }>, string]>([
    ['the burst limit', { burst: { max: 1, windowMs: 10_000 } }, list, '8'],
    ['the search limit', { search: { max: 1, windowMs: 5_000 } }, search, '3'],
    ['the daily limit', { daily: 1 }, list, String(15 * 3_600 - 2)],
  ])('names the seconds until the next call, when it is asked for: %s', async (_case, limits, call, seconds) => {
    start({ ...limits, retryAfter: true });
    expect((await call()).headers.get('retry-after')).toBeNull();
    clock.advance(2_500);
    expect((await call()).headers.get('retry-after')).toBe(seconds);
  });
});

describe('the limit of association calls', () => {
  it('is not there by default, and they have no headers of it', async () => {
    expect(await statuses(200, associations)).toEqual(times(200, 200));
    expect(limitHeaders((await associations()).headers)).toEqual([]);
  });

  it.each(Object.entries(ASSOCIATION_LIMITS))('of the tier %s is theirs alone', async (_tier, limit) => {
    start({ associations: limit });
    const { headers } = await associations();
    expect(headers.get('x-hubspot-ratelimit-max')).toBe(String(limit.max));
    expect(headers.get('x-hubspot-ratelimit-remaining')).toBe(String(limit.max - 1));
    expect(headers.get('x-hubspot-ratelimit-interval-milliseconds')).toBe('10000');
    await statuses(limit.max - 1, associations);
    const refused = await hubspot.post<{ policyName: string }>(ASSOCIATIONS, { inputs: [] });
    expect([refused.status, refused.body.policyName]).toEqual([429, 'TEN_SECONDLY_ROLLING']);
    const other = await list();
    expect([other.status, other.headers.get('x-hubspot-ratelimit-remaining')]).toEqual([200, '109']);
    clock.advance(10_000);
    expect((await associations()).status).toBe(200);
  });
});
