import { beforeEach, expect, it } from 'vitest';
import { euAccount } from '../src/account/account.ts';
import { createSimulator, type Simulator } from '../src/simulator.ts';
import { ManualClock } from '../src/time/manual-clock.ts';
import { HubspotCaller } from './helpers/hubspot-caller.ts';

const size = { contacts: 1, deals: 0, companies: 0 };
const WINTER = Date.UTC(2026, 10, 23);
const SUMMER = Date.UTC(2026, 6, 1);

let simulator: Simulator;
let clock: ManualClock;
beforeEach(() => {
  clock = new ManualClock(WINTER);
  simulator = createSimulator({
    clock,
    portals: [
      { hubId: 101, domain: 'one.example', user: 'a', size },
      { hubId: 102, domain: 'two.example', user: 'b', size, account: euAccount('Two') },
    ],
  });
});

const callerOf = (index: number, scopes = ['oauth', 'crm.objects.contacts.read']) =>
  new HubspotCaller(simulator, scopes, simulator.portals[index]);

it('tells the settings of an account in the United States, and of one in Europe', async () => {
  expect((await callerOf(0).get('/account-info/2026-09/details')).body).toEqual({
    portalId: 101,
    accountType: 'STANDARD',
    timeZone: 'US/Eastern',
    companyCurrency: 'USD',
    additionalCurrencies: [],
    utcOffset: '-05:00',
    utcOffsetMilliseconds: -18_000_000,
    uiDomain: 'app.hubspot.com',
    dataHostingLocation: 'na1',
    portalName: 'one.example',
    createdAt: expect.any(Number),
  });
  expect((await callerOf(1).get('/account-info/2026-09/details')).body).toMatchObject({
    ...{ timeZone: 'Europe/Berlin', companyCurrency: 'EUR', additionalCurrencies: ['GBP', 'USD'] },
    ...{ utcOffset: '+01:00', uiDomain: 'app-eu1.hubspot.com', dataHostingLocation: 'eu1', portalName: 'Two' },
  });
  clock.advance(SUMMER + 365 * 24 * 60 * 60 * 1000 - WINTER);
  const summer = await callerOf(1).get('/account-info/2026-09/details');
  expect(summer.body).toMatchObject({ utcOffset: '+02:00', utcOffsetMilliseconds: 7_200_000 });
});

it.each(['2026-03', 'v3'])('has no name before version 2026-09: %s', async (version) => {
  const { body } = await callerOf(0).get<Readonly<Record<string, unknown>>>(`/account-info/${version}/details`);
  expect(body).toMatchObject({ portalId: 101 });
  expect(Object.keys(body)).not.toContain('portalName');
});

it('needs a token with the scope oauth, and counts towards the burst limit', async () => {
  expect((await callerOf(0, ['crm.objects.contacts.read']).get('/account-info/2026-09/details')).status).toBe(403);
  const { headers } = await callerOf(0).get('/account-info/2026-09/details');
  expect(headers.get('x-hubspot-ratelimit-remaining')).toBe('108');
  const bare = await simulator.fetch(new Request('http://hubspot.test/account-info/2026-09/details'));
  expect(bare.status).toBe(401);
});

it('is on the URLs of the records', async () => {
  const [record] = [...(simulator.portals[1]?.records('contacts') ?? [])];
  const { body } = await callerOf(1).get<{ url: string }>(`/crm/objects/2026-09/contacts/${record?.id}`);
  expect(body.url).toBe(`https://app-eu1.hubspot.com/contacts/102/record/0-1/${record?.id}`);
});
