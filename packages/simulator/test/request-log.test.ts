import { beforeEach, describe, expect, it } from 'vitest';
import { NO_LIMITS } from '../src/limits/limits.ts';
import { type LoggedRequest, RequestLog } from '../src/request-log.ts';
import { createSimulator, type Simulator, type SimulatorOptions } from '../src/simulator.ts';
import { ManualClock } from '../src/time/manual-clock.ts';
import { HubspotCaller, postForm } from './helpers/hubspot-caller.ts';

const SIZE = { contacts: 1, deals: 0, companies: 0 };
const PORTALS = [101, 102].map((hubId) => ({ hubId, domain: `${hubId}.example`, user: 'a', size: SIZE }));
const CONTACTS_READ = 'crm.objects.contacts.read';
const COMPANIES_READ = 'crm.objects.companies.read';
const SCOPES = [CONTACTS_READ, COMPANIES_READ];
const CONTACTS = '/crm/objects/2026-09/contacts';
const ASSOCIATIONS = '/crm/associations/2026-09/contacts/companies/batch/read';

let clock: ManualClock;
let simulator: Simulator;
let hubspot: HubspotCaller;

beforeEach(() => start());

function start(options: SimulatorOptions = {}): void {
  clock = new ManualClock();
  simulator = createSimulator({ clock, portals: PORTALS, ...options });
  hubspot = new HubspotCaller(simulator, SCOPES);
}

async function control(method: string, path: string): Promise<unknown> {
  const response = await simulator.fetch(new Request(`http://hubspot.test/_simulator/${path}`, { method }));
  return response.status === 204 ? undefined : response.json();
}

describe('the request log', () => {
  it.each([
    ['granted', SCOPES, 200],
    ['refused', [CONTACTS_READ], 403],
  ])('tells which scopes a call was asked for: %s', async (_case, held, status) => {
    await new HubspotCaller(simulator, held).get(`${CONTACTS}?associations=companies`);
    expect(simulator.log.crm()).toMatchObject([{ status, scopes: [SCOPES] }]);
  });

  it('keeps what it tells of one call apart from the next of the same token', async () => {
    await hubspot.get(CONTACTS);
    await hubspot.get('/crm/objects/2026-09/unicorns');
    await hubspot.get('/crm/objects/2026-09/companies');
    expect(simulator.log.crm().map(({ scopes }) => scopes)).toEqual([[[CONTACTS_READ]], [], [[COMPANIES_READ]]]);
  });

  it('tells of no scopes where none was asked for', async () => {
    await simulator.fetch(new Request(`http://hubspot.test${CONTACTS}`));
    expect(simulator.log.all()).toMatchObject([{ status: 401, scopes: [] }]);
  });

  it('keeps the last 10,000 requests, oldest first', () => {
    const log = new RequestLog({ windowMs: 1, keepsRequests: true }, clock);
    const request = { method: 'GET', path: '/', query: {}, body: undefined, status: 200, scopes: [] };
    const add = (at: number) => log.add({ ...request, token: undefined, hubId: undefined, at } satisfies LoggedRequest);
    for (let at = 1; at <= 10_000; at += 1) add(at);
    expect(log.all().map((entry) => entry.at)).toEqual(Array.from({ length: 10_000 }, (_, index) => index + 1));
    for (let at = 10_001; at <= 10_003; at += 1) add(at);
    expect(log.all().map((entry) => entry.at)).toEqual(Array.from({ length: 10_000 }, (_, index) => index + 4));
    log.clear();
    add(1);
    expect(log.all()).toHaveLength(1);
  });

  it('keeps no request when it is told so, and counts all the same', async () => {
    start({ logRequests: false });
    await hubspot.get(CONTACTS);
    await postForm(simulator, '/oauth/2026-09/token', { grant_type: 'refresh_token', refresh_token: 'nobody' });
    expect(simulator.log.all()).toEqual([]);
    expect(simulator.log.maxInWindow()).toBe(1);
  });
});

describe('the statistics', () => {
  it('know the most burst calls that a portal got within any ten seconds', async () => {
    start({ limits: NO_LIMITS });
    const other = new HubspotCaller(simulator, SCOPES, simulator.portals[1]);
    const burst = async (count: number) => {
      for (let index = 0; index < count; index += 1) await hubspot.get(CONTACTS);
    };
    await burst(3);
    clock.advance(9_000);
    await burst(4);
    await other.get(CONTACTS);
    await hubspot.post(ASSOCIATIONS, { inputs: [] });
    await hubspot.post(`${CONTACTS}/search`, {});
    clock.advance(1_000);
    await burst(2);
    expect([101, 102, 103].map((hubId) => simulator.log.maxInWindow(hubId))).toEqual([7, 1, 0]);
    expect(simulator.log.maxInWindow()).toBe(7);
    clock.advance(8_999);
    await burst(2);
    expect(simulator.log.maxInWindow(101)).toBe(8);
  });

  it('are exact however fast calls come', () => {
    const log = new RequestLog({ windowMs: 10_000, keepsRequests: true }, clock);
    for (let ms = 0; ms < 20_000; ms += 1) {
      const calls = ms < 5_000 ? 3 : 5;
      for (let call = 0; call < calls; call += 1) log.count(101, 'burst', undefined);
      clock.advance(1);
    }
    expect(log.maxInWindow(101)).toBe(50_000);
    expect(log.statistics().calls.burst).toBe(15_000 + 75_000);
  });

  it('count what the limits refused, and what came all the same', async () => {
    start({ limits: { burst: { max: 2, windowMs: 10_000 }, search: { max: 1, windowMs: 1_000 } } });
    for (let index = 0; index < 5; index += 1) await hubspot.get(CONTACTS);
    for (let index = 0; index < 3; index += 1) await hubspot.post(`${CONTACTS}/search`, {});
    expect(simulator.log.count429()).toBe(5);
    expect(simulator.log.count429('TEN_SECONDLY_ROLLING')).toBe(3);
    expect(simulator.log.count429('SECONDLY')).toBe(2);
    expect(simulator.log.count429('DAILY')).toBe(0);
    expect(simulator.log.maxInWindow(101)).toBe(5);
  });

  it('can be read and reset from another process', async () => {
    start({ limits: { burst: { max: 1, windowMs: 10_000 } } });
    await hubspot.get(CONTACTS);
    await hubspot.get(CONTACTS);
    await hubspot.post(ASSOCIATIONS, { inputs: [] });
    expect(await control('GET', 'statistics')).toEqual({
      calls: { burst: 2, search: 0, associations: 1 },
      refused: { TEN_SECONDLY_ROLLING: 1, SECONDLY: 0, DAILY: 0 },
      maxInWindow: { 101: 2 },
      maxRefreshes: 0,
      maxRefreshOverlap: 0,
    });
    await control('DELETE', 'statistics');
    expect(await control('GET', 'statistics')).toEqual({
      calls: { burst: 0, search: 0, associations: 0 },
      refused: { TEN_SECONDLY_ROLLING: 0, SECONDLY: 0, DAILY: 0 },
      maxInWindow: {},
      maxRefreshes: 0,
      maxRefreshOverlap: 0,
    });
    expect(simulator.log.all()).toHaveLength(3);
    expect((await hubspot.get(CONTACTS)).status).toBe(429);
  });

  it('are forgotten with the requests', async () => {
    await hubspot.get(CONTACTS);
    await control('DELETE', 'requests');
    expect(simulator.log.all()).toEqual([]);
    expect(simulator.log.maxInWindow()).toBe(0);
  });
});
