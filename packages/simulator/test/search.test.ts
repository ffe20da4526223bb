import { beforeEach, describe, expect, it } from 'vitest';
import type { ObjectTypeName } from '../src/crm/object-types.ts';
import { NO_LIMITS } from '../src/limits/limits.ts';
import { createSimulator } from '../src/simulator.ts';
import { HubspotCaller } from './helpers/hubspot-caller.ts';
import { CRM_READ, type Found, SearchedPortal } from './helpers/searched-portal.ts';

let searched: SearchedPortal;

beforeEach(() => {
  searched = new SearchedPortal();
});

/** Ids of new records of a type, a minute apart. */
function create(type: ObjectTypeName, ...records: readonly Readonly<Record<string, string>>[]): string[] {
  return records.map((values) => {
    searched.clock.advance(60_000);
    return searched.portal.create(type, values).id;
  });
}

const equals = (propertyName: string, value: string) => ({ propertyName, operator: 'EQ', value });

describe('a search', () => {
  it.each(['/crm/objects/2026-09/contacts', '/crm/objects/2026-03/0-1', '/crm/v3/objects/CONTACT'])(
    'is answered on %s',
    async (path) => {
      const [id] = create('contacts', { email: 'ada@one.example' });
      const { status, body } = await searched.hubspot.post<Found>(`${path}/search`, {});
      expect(status).toBe(200);
      expect(body.results.map((record) => record.id)).toEqual([id]);
    },
  );

  it('is answered as HubSpot was seen to: the oldest hit first, properties in alphabetical order', async () => {
    const [samba, bossa] = create(
      'companies',
      { domain: 'samba.example', name: 'Samba' },
      { domain: 'bossa.example', name: 'Bossa' },
    );
    create('companies', { domain: 'tango.example' });
    const { status, body } = await searched.search(
      {
        filterGroups: [
          { filters: [equals('domain', 'bossa.example')] },
          { filters: [equals('domain', 'samba.example')] },
        ],
        properties: ['name', 'domain', 'phone', 'no_such_property'],
        limit: 100,
      },
      'companies',
    );
    const shown = (id: string | undefined, domain: string, name: string, at: string) => ({
      id,
      properties: { createdate: at, domain, hs_lastmodifieddate: at, hs_object_id: id, name, phone: null },
      createdAt: at,
      updatedAt: at,
      archived: false,
      url: `https://app.hubspot.com/contacts/101/record/0-2/${id}`,
    });
    expect(status).toBe(200);
    expect(body).toEqual({
      total: 2,
      results: [
        shown(samba, 'samba.example', 'Samba', '2026-11-23T09:01:00Z'),
        shown(bossa, 'bossa.example', 'Bossa', '2026-11-23T09:02:00Z'),
      ],
    });
    expect(Object.keys(body)).toEqual(['total', 'results']);
    expect(Object.keys(body.results[0]?.properties ?? {})).toEqual(
      Object.keys(body.results[0]?.properties ?? {}).sort(),
    );
  });

  it('that finds nothing is empty', async () => {
    create('contacts', { email: 'ada@one.example' });
    const { body } = await searched.search({ filterGroups: [{ filters: [equals('email', 'nobody@one.example')] }] });
    expect(body).toEqual({ total: 0, results: [] });
  });

  it('has the default properties when it names none, and never associations', async () => {
    const [contact = ''] = create('contacts', { email: 'ada@one.example', phone: '1' });
    const [company = ''] = create('companies', {});
    searched.portal.associate({ type: 'contacts', id: contact }, { type: 'companies', id: company });
    const { body } = await searched.search({ associations: ['companies'] });
    expect(Object.keys(body.results[0]?.properties ?? {})).toEqual([
      'createdate',
      'email',
      'firstname',
      'hs_object_id',
      'lastmodifieddate',
      'lastname',
    ]);
    expect(body.results[0]).not.toHaveProperty('associations');
  });

  it('carries no rate limit headers', async () => {
    const { headers } = await searched.search({});
    expect([...headers.keys()].filter((name) => name.includes('ratelimit'))).toEqual([]);
    expect(headers.get('content-type')).toBe('application/json;charset=utf-8');
  });

  it('keeps to its type', async () => {
    const [contact] = create('contacts', {});
    const [deal] = create('deals', {});
    expect(await searched.find({})).toEqual([contact]);
    expect(await searched.find({}, 'deals')).toEqual([deal]);
    expect(await searched.find({}, 'companies')).toEqual([]);
  });

  it('keeps to its portal, however much alike another one is', async () => {
    const size = { contacts: 0, deals: 0, companies: 0 };
    const portals = [101, 102].map((hubId) => ({ hubId, domain: `${hubId}.example`, user: 'a', size }));
    const simulator = createSimulator({ clock: searched.clock, portals, searchLagMs: 0, limits: NO_LIMITS });
    const names = [
      ['Ada', 'Blaise'],
      ['Blaise', 'Ada'],
    ];
    for (const [index, portal] of simulator.portals.entries()) {
      const ids = names[index]?.map((firstname) => portal.create('contacts', { firstname }).id);
      const body = { filters: [equals('firstname', 'Ada')] };
      const hubspot = new HubspotCaller(simulator, CRM_READ, portal);
      const found = await hubspot.post<Found>('/crm/objects/2026-09/contacts/search', body);
      expect(found.body.results.map(({ id }) => id)).toEqual([ids?.[index]]);
    }
  });
});

describe('filters', () => {
  it('of a group must all fit, groups are alternatives', async () => {
    const [a, b, c] = create(
      'contacts',
      { firstname: 'Ada', city: 'London' },
      { firstname: 'Ada', city: 'Paris' },
      { firstname: 'Blaise', city: 'Paris' },
      { firstname: 'Carl', city: 'Göttingen' },
    );
    const ada = equals('firstname', 'ada');
    const paris = equals('city', 'paris');
    expect(await searched.find({ filterGroups: [{ filters: [ada, paris] }] })).toEqual([b]);
    expect(await searched.find({ filterGroups: [{ filters: [ada] }, { filters: [paris] }] })).toEqual([a, b, c]);
  });

  it('at the top level are a group of their own', async () => {
    const [a, b] = create('contacts', { firstname: 'Ada' }, { firstname: 'Blaise' }, { firstname: 'Carl' });
    expect(await searched.find({ filters: [equals('firstname', 'Ada')] })).toEqual([a]);
    const filterGroups = [{ filters: [equals('firstname', 'Blaise')] }];
    expect(await searched.find({ filterGroups, filters: [equals('firstname', 'Ada')] })).toEqual([a, b]);
  });

  it('may be left out, or null', async () => {
    const ids = create('contacts', {}, {});
    for (const body of [{}, { filterGroups: [] }, { filterGroups: null, sorts: null, query: null, after: null }]) {
      expect(await searched.find(body)).toEqual(ids);
    }
  });
});

describe('the order of hits', () => {
  it('is that of their creation, then of their ids', async () => {
    const { portal, clock } = searched;
    const at = (ms: number) => portal.create('contacts', {}, clock.now() + ms).id;
    const [late, early, middle, middleToo] = [at(2_000), at(0), at(7), at(7)];
    expect(await searched.find({})).toEqual([early, middle, middleToo, late]);
  });

  it('may be that of a number, a date, a text or an option, each by its own rules', async () => {
    const { portal } = searched;
    portal.defineProperty('contacts', { name: 'score', type: 'number', fieldType: 'number' });
    portal.defineProperty('contacts', { name: 'met', type: 'date', fieldType: 'date' });
    portal.defineProperty('contacts', { name: 'level', type: 'enumeration', fieldType: 'select' });
    const [a, b, c, d] = create(
      'contacts',
      { score: '10', met: '2026-05-02', level: 'b', firstname: 'bob' },
      { score: '9.5', met: '1777593600000', level: 'B', firstname: 'Carl' },
      { score: '-1', met: '2025-12-31', level: 'a', firstname: 'Ada' },
      { score: '1e2', met: '2026-05-03', level: 'c', firstname: 'dora' },
    );
    const sorted = (propertyName: string) => searched.find({ sorts: [{ propertyName, direction: 'ASCENDING' }] });
    expect(await sorted('score')).toEqual([c, b, a, d]);
    expect(await sorted('met')).toEqual([c, b, a, d]);
    expect(await sorted('level')).toEqual([b, c, a, d]);
    expect(await sorted('firstname')).toEqual([c, a, b, d]);
  });

  it('is turned round by DESCENDING or a minus; what is empty stays behind', async () => {
    const [a, b, empty] = create('contacts', { city: 'Bonn' }, { city: 'Aachen' }, {});
    expect(await searched.find({ sorts: ['city'] })).toEqual([b, a, empty]);
    expect(await searched.find({ sorts: [{ propertyName: 'city' }] })).toEqual([b, a, empty]);
    for (const sort of ['-city', { propertyName: 'city', direction: 'DESCENDING' }]) {
      expect(await searched.find({ sorts: [sort] })).toEqual([a, b, empty]);
    }
  });

  it('puts the older first of what is equal, in either direction', async () => {
    const { portal, clock } = searched;
    const younger = portal.create('contacts', { city: 'Bonn' }, clock.now()).id;
    const older = portal.create('contacts', { city: 'bonn' }, clock.now() - 1).id;
    expect(await searched.find({ sorts: ['city'] })).toEqual([older, younger]);
    expect(await searched.find({ sorts: ['-city'] })).toEqual([older, younger]);
  });
});

describe('a query', () => {
  it('finds records of which a word begins with each of its parts, in any case and field', async () => {
    const [ada, adam] = create(
      'contacts',
      { firstname: 'Ada', lastname: 'Lovelace', email: 'al@analytical.example' },
      { firstname: 'Adam', lastname: 'Smith', company: 'Analytical Books' },
      { firstname: 'Blaise', lastname: 'Pascal', city: 'Adana' },
    );
    expect(await searched.find({ query: 'ada' })).toEqual([ada, adam]);
    expect(await searched.find({ query: 'ADA  love' })).toEqual([ada]);
    expect(await searched.find({ query: 'analytical' })).toEqual([ada, adam]);
    expect(await searched.find({ query: 'al@analytical.example' })).toEqual([ada]);
    expect(await searched.find({ query: 'smi ana' })).toEqual([adam]);
    expect(await searched.find({ query: 'mith' })).toEqual([]);
  });

  it.each<[ObjectTypeName, readonly string[], readonly string[]]>([
    ['contacts', ['firstname', 'lastname', 'email', 'phone', 'fax', 'mobilephone', 'company'], ['city', 'jobtitle']],
    ['companies', ['website', 'phone', 'name', 'domain'], ['city', 'industry']],
    ['deals', ['dealname', 'pipeline', 'dealstage', 'description', 'dealtype'], ['amount', 'deal_currency_code']],
  ])('of %s looks into %j and not into %j', async (type, searchable, others) => {
    const [hits, misses] = [searchable, others].map((names) =>
      create(type, ...names.map((name) => ({ [name]: '4711' }))),
    );
    expect(misses).toHaveLength(others.length);
    expect(await searched.find({ query: '4711' }, type)).toEqual(hits);
  });

  it('narrows what the filters leave', async () => {
    const [both] = create(
      'contacts',
      { firstname: 'Ada', city: 'London' },
      { firstname: 'Ada', city: 'Paris' },
      { firstname: 'Blaise', city: 'London' },
    );
    expect(await searched.find({ query: 'ada', filters: [equals('city', 'London')] })).toEqual([both]);
  });
});
