import { beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/lib/manual-clock.ts';
import { createSimulator, type Simulator } from '../../src/simulator/simulator.ts';
import { HubspotCaller } from '../helpers/hubspot-caller.ts';

const SIZE = { contacts: 1, deals: 0, companies: 0 };
const CONTACTS_READ = 'crm.objects.contacts.read';
const COMPANIES_READ = 'crm.objects.companies.read';
const CONTACTS = '/crm/objects/2026-09/contacts';

let simulator: Simulator;

beforeEach(() => {
  const portals = [{ hubId: 101, domain: 'one.example', user: 'a', size: SIZE }];
  simulator = createSimulator({ clock: new ManualClock(), portals });
});

describe('the request log', () => {
  it.each([
    ['granted', [CONTACTS_READ, COMPANIES_READ], 200],
    ['refused', [CONTACTS_READ], 403],
  ])('tells which scopes a call was asked for: %s', async (_case, held, status) => {
    await new HubspotCaller(simulator, held).get(`${CONTACTS}?associations=companies`);
    expect(simulator.log.crm()).toMatchObject([{ status, scopes: [[CONTACTS_READ, COMPANIES_READ]] }]);
  });

  it('keeps what it tells of one call apart from the next of the same token', async () => {
    const hubspot = new HubspotCaller(simulator, [CONTACTS_READ, COMPANIES_READ]);
    await hubspot.get(CONTACTS);
    await hubspot.get('/crm/objects/2026-09/unicorns');
    await hubspot.get('/crm/objects/2026-09/companies');
    expect(simulator.log.crm().map(({ scopes }) => scopes)).toEqual([[[CONTACTS_READ]], [], [[COMPANIES_READ]]]);
  });

  it('tells of no scopes where none was asked for', async () => {
    await simulator.fetch(new Request(`http://hubspot.test${CONTACTS}`));
    expect(simulator.log.all()).toMatchObject([{ status: 401, scopes: [] }]);
  });
});
