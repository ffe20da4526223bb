import { beforeEach, describe, expect, it } from 'vitest';
import { createSimulator } from '../src/simulator.ts';
import { HubspotCaller } from './helpers/hubspot-caller.ts';
import { CRM_READ, type Found, SearchedPortal } from './helpers/searched-portal.ts';

const LAG_MS = 30_000;

let searched: SearchedPortal;

beforeEach(() => {
  searched = new SearchedPortal({ searchLagMs: LAG_MS });
});

/** The id of a contact that searches know. */
function indexedContact(values: Readonly<Record<string, string>>): string {
  const { id } = searched.portal.create('contacts', values);
  searched.portal.searchIndex.catchUp();
  return id;
}

describe('right after it happened', () => {
  it('a creation is not found, and then it is; reading by id never waits', async () => {
    const { id } = searched.portal.create('contacts', { email: 'ada@one.example' });
    expect((await searched.search({})).body).toEqual({ total: 0, results: [] });
    expect((await searched.hubspot.get(`/crm/objects/2026-09/contacts/${id}`)).status).toBe(200);
    searched.clock.advance(LAG_MS - 1);
    expect(await searched.find({})).toEqual([]);
    searched.clock.advance(1);
    expect(await searched.find({})).toEqual([id]);
  });

  it('a changed record is found by what it was, and shown as it is; then it is found by what it is', async () => {
    const { portal, clock } = searched;
    const id = indexedContact({ firstname: 'Ada', city: 'London' });
    const record = portal.record('contacts', id);
    if (!record) throw new TypeError('the contact is gone');
    portal.store.update('contacts', record, { firstname: 'Augusta', city: '' });
    const named = (value: string) => ({ filters: [{ propertyName: 'firstname', operator: 'EQ', value }] });
    const inACity = { filters: [{ propertyName: 'city', operator: 'HAS_PROPERTY' }] };
    const { body } = await searched.search(named('Ada'));
    expect(body).toMatchObject({ total: 1, results: [{ id, properties: { firstname: 'Augusta' } }] });
    expect(await searched.find(named('Augusta'))).toEqual([]);
    expect(await searched.find(inACity)).toEqual([id]);
    clock.advance(LAG_MS);
    expect(await searched.find(named('Ada'))).toEqual([]);
    expect(await searched.find(named('Augusta'))).toEqual([id]);
    expect(await searched.find(inACity)).toEqual([]);
  });

  it('an archived record is counted and not shown, and then neither, as HubSpot was seen to do', async () => {
    const [samba, bossa] = [indexedContact({ firstname: 'Samba' }), indexedContact({ firstname: 'Bossa' })];
    searched.portal.archive('contacts', samba);
    searched.portal.archive('contacts', bossa);
    searched.clock.advance(LAG_MS - 1);
    expect((await searched.search({})).body).toEqual({ total: 2, results: [] });
    searched.clock.advance(1);
    expect((await searched.search({})).body).toEqual({ total: 0, results: [] });
  });

  it('an erased record is counted and not shown, and then neither', async () => {
    const [gone, kept] = [indexedContact({}), indexedContact({})];
    searched.portal.erase('contacts', gone);
    expect((await searched.search({})).body).toMatchObject({ total: 2, results: [{ id: kept }] });
    searched.clock.advance(LAG_MS);
    expect((await searched.search({})).body).toMatchObject({ total: 1, results: [{ id: kept }] });
  });

  it('an association is not found, and then it is; one that ended is found, and then it is not', async () => {
    const contact = indexedContact({});
    const company = searched.portal.create('companies', {}).id;
    searched.portal.searchIndex.catchUp();
    const ends = [
      { type: 'contacts', id: contact },
      { type: 'companies', id: company },
    ] as const;
    searched.portal.associate(...ends);
    const filters = [{ propertyName: 'associations.company', operator: 'EQ', value: company }];
    expect(await searched.find({ filters })).toEqual([]);
    searched.clock.advance(LAG_MS);
    expect(await searched.find({ filters })).toEqual([contact]);
    searched.portal.associations.disconnect(...ends);
    expect(await searched.find({ filters })).toEqual([contact]);
    searched.clock.advance(LAG_MS);
    expect(await searched.find({ filters })).toEqual([]);
  });

  it('changes are taken in one by one, each at its own time', async () => {
    const first = searched.portal.create('contacts', {}).id;
    searched.clock.advance(20_000);
    const second = searched.portal.create('contacts', {}).id;
    searched.clock.advance(10_000);
    expect(await searched.find({})).toEqual([first]);
    searched.clock.advance(20_000);
    expect(await searched.find({})).toEqual([first, second]);
  });

  it('a wall clock that is put back delays nothing', async () => {
    const { id } = searched.portal.create('contacts', {});
    searched.clock.jump(-3_600_000);
    searched.clock.advance(LAG_MS);
    expect(await searched.find({})).toEqual([id]);
  });
});

describe('a simulator', () => {
  const size = { contacts: 5, deals: 0, companies: 0 };
  const portals = [{ hubId: 101, domain: 'one.example', user: 'a', size }];

  it('has its first data indexed from the start, and lags a few seconds when nothing is said', async () => {
    const { clock } = searched;
    const simulator = createSimulator({ clock, portals });
    const hubspot = new HubspotCaller(simulator, CRM_READ);
    const total = async () => (await hubspot.post<Found>('/crm/objects/2026-09/contacts/search', {})).body.total;
    expect(await total()).toBe(5);
    simulator.portals[0]?.create('contacts', {});
    clock.advance(2_999);
    expect(await total()).toBe(5);
    clock.advance(1);
    expect(await total()).toBe(6);
  });
});
