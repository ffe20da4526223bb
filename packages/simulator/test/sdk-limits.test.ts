import { Client } from '@hubspot/api-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSimulator, DEFAULT_APP, type Simulator } from '../src/simulator.ts';
import { ManualClock } from '../src/time/manual-clock.ts';
import { SMALL_PORTAL } from './helpers/small-portal.ts';

let clock: ManualClock;
let simulator: Simulator;
let basePath: string;
let accessToken: string;

beforeEach(async () => {
  clock = new ManualClock();
  const limits = { burst: { max: 1, windowMs: 10_000 }, search: { max: 1, windowMs: 1_000 } };
  simulator = createSimulator({ clock, portals: [SMALL_PORTAL], limits });
  basePath = await simulator.listen();
  const [portal] = simulator.portals;
  if (!portal) throw new TypeError('the simulator has no portal');
  accessToken = simulator.grants.issueTokens({ portal, scopes: DEFAULT_APP.requiredScopes }).accessToken.token;
});

afterEach(async () => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  await simulator.close();
});

const SEARCH = { filterGroups: [], limit: 1 };

describe("HubSpot's SDK at a limit", () => {
  it('throws the 429 with its policy', async () => {
    const { basicApi } = new Client({ basePath, accessToken }).crm.contacts;
    await basicApi.getPage(1);
    await expect(basicApi.getPage(1)).rejects.toMatchObject({
      code: 429,
      body: { errorType: 'RATE_LIMIT', policyName: 'TEN_SECONDLY_ROLLING' },
      headers: { 'x-hubspot-ratelimit-remaining': '0' },
    });
  });

  it.each([
    ['ten seconds at the burst limit', 10_000, (client: Client) => client.crm.contacts.basicApi.getPage(1)],
    ['one second at the search limit', 1_000, (client: Client) => client.crm.contacts.searchApi.doSearch(SEARCH)],
  ])('knows how long to wait: %s', async (_case, waitMs, call) => {
    const said = vi.spyOn(console, 'error').mockReturnValue();
    vi.useFakeTimers({ toFake: ['setTimeout'], shouldAdvanceTime: true });
    const client = new Client({ basePath, accessToken, numberOfApiCallRetries: 2 });
    await Promise.allSettled([call(client)]);
    const second = Promise.allSettled([call(client)]);
    await vi.waitFor(() => expect(said).toHaveBeenCalledOnce());
    expect(said).toHaveBeenCalledWith(expect.stringContaining(`[${waitMs}] ms`));
    clock.advance(waitMs);
    vi.advanceTimersByTime(waitMs);
    await second;
    const [granted, refused, repeated, ...more] = simulator.log.crm().map(({ status }) => status);
    expect([refused, more]).toEqual([429, []]);
    expect(granted).not.toBe(429);
    expect(repeated).toBe(granted);
  });
});
