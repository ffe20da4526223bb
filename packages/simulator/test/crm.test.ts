import { beforeEach, describe, expect, it } from 'vitest';
import type { Portal } from '../src/portal.ts';
import { createSimulator } from '../src/simulator.ts';
import { ManualClock } from '../src/time/manual-clock.ts';
import { HubspotCaller } from './helpers/hubspot-caller.ts';

interface CrmRecord {
  readonly id: string;
  readonly properties: Readonly<Record<string, string | null>>;
  readonly archived: boolean;
}

interface Page {
  readonly results: readonly CrmRecord[];
  readonly paging?: { readonly next: { readonly after: string } };
}

interface Batch extends Page {
  readonly status: string;
  readonly numErrors?: number;
  readonly errors?: readonly object[];
}

const SIZE = { contacts: 0, deals: 0, companies: 0 };
const SCOPES = ['crm.objects.contacts.read', 'crm.objects.deals.read', 'crm.objects.companies.read'];
const VERSIONS: readonly (readonly [version: string, contacts: string])[] = [
  ['2026-09', '/crm/objects/2026-09/contacts'],
  ['2026-03', '/crm/objects/2026-03/contacts'],
  ['v3', '/crm/v3/objects/contacts'],
];
const CONTACTS = '/crm/objects/2026-09/contacts';

let clock: ManualClock;
let portal: Portal;
let hubspot: HubspotCaller;

beforeEach(() => {
  clock = new ManualClock();
  const simulator = createSimulator({ clock, portals: [{ hubId: 101, domain: 'one.example', user: 'a', size: SIZE }] });
  [portal] = simulator.portals as [Portal]; // One was asked for.
  hubspot = new HubspotCaller(simulator, SCOPES);
});

/** Ids of `count` new contacts. */
function createContacts(count: number): string[] {
  return Array.from({ length: count }, (_, index) => portal.create('contacts', { email: `c${index}@one.example` }).id);
}

describe.each(VERSIONS)('contacts of %s', (_version, path) => {
  it('can be listed, got and batch-read', async () => {
    const [id = ''] = createContacts(1);
    const listed = await hubspot.get<Page>(path);
    const got = await hubspot.get<CrmRecord>(`${path}/${id}`);
    const read = await hubspot.post<Batch>(`${path}/batch/read`, { inputs: [{ id }], properties: [] });
    expect([listed.status, got.status, read.status]).toEqual([200, 200, 200]);
    expect(listed.body).toEqual({ results: [got.body] });
    expect(read.body.results).toEqual([got.body]);
  });
});

describe('a record', () => {
  it('looks as HubSpot shows it', async () => {
    const { id } = portal.create('contacts', { email: 'ada@one.example', firstname: 'Ada', jobtitle: 'Engineer' });
    expect((await hubspot.get<CrmRecord>(`${CONTACTS}/${id}`)).body).toEqual({
      id,
      properties: {
        createdate: '2026-11-23T09:00:00Z',
        email: 'ada@one.example',
        firstname: 'Ada',
        hs_object_id: id,
        lastmodifieddate: '2026-11-23T09:00:00Z',
        lastname: null,
      },
      createdAt: '2026-11-23T09:00:00Z',
      updatedAt: '2026-11-23T09:00:00Z',
      archived: false,
      url: `https://app.hubspot.com/contacts/101/record/0-1/${id}`,
    });
  });

  it('names milliseconds only where there are some', async () => {
    clock.advance(7);
    const { id } = portal.create('deals', { dealname: 'Pilot' });
    const { body } = await hubspot.get<CrmRecord>(`/crm/objects/2026-09/deals/${id}`);
    expect(body.properties.createdate).toBe('2026-11-23T09:00:00.007Z');
  });

  it('answers what is asked for: null when empty, nothing for unknown names, and the three that are always there', async () => {
    const { id } = portal.create('contacts', { email: 'ada@one.example', zip: '10115' });
    const { body } = await hubspot.get<CrmRecord>(`${CONTACTS}/${id}?properties=zip,fax,no_such_property`);
    expect(body.properties).toEqual({
      createdate: '2026-11-23T09:00:00Z',
      fax: null,
      hs_object_id: id,
      lastmodifieddate: '2026-11-23T09:00:00Z',
      zip: '10115',
    });
  });

  it('lists its properties in alphabetical order, whatever the order asked for', async () => {
    const { id } = portal.create('contacts', { zip: '10115', email: 'ada@one.example' });
    const { body } = await hubspot.get<CrmRecord>(`${CONTACTS}/${id}?properties=zip,email,city`);
    const names = Object.keys(body.properties);
    expect(names).toEqual(['city', 'createdate', 'email', 'hs_object_id', 'lastmodifieddate', 'zip']);
  });

  it('takes property lists joined by commas or repeated', async () => {
    const [id] = createContacts(1);
    const joined = await hubspot.get(`${CONTACTS}/${id}?properties=zip,city`);
    const repeated = await hubspot.get(`${CONTACTS}/${id}?properties=zip&properties=city`);
    expect(repeated.body).toEqual(joined.body);
  });

  it.each([
    ['contacts', ['createdate', 'email', 'firstname', 'hs_object_id', 'lastmodifieddate', 'lastname']],
    ['companies', ['createdate', 'domain', 'hs_lastmodifieddate', 'hs_object_id', 'name']],
    [
      'deals',
      ['amount', 'closedate', 'createdate', 'dealname', 'dealstage', 'hs_lastmodifieddate', 'hs_object_id', 'pipeline'],
    ],
  ] as const)('shows the default properties of %s when none is asked for', async (type, defaults) => {
    portal.create(type, {});
    const { body } = await hubspot.get<Page>(`/crm/objects/2026-09/${type}`);
    expect(Object.keys(body.results[0]?.properties ?? {})).toEqual(defaults);
  });

  it.each(['contacts', 'contact', 'CONTACT', '0-1'])('is found under its type as %s', async (name) => {
    const [id] = createContacts(1);
    expect((await hubspot.get<CrmRecord>(`/crm/objects/2026-09/${name}/${id}`)).body.id).toBe(id);
  });

  it('is found by its e-mail address, in any case', async () => {
    const { id } = portal.create('contacts', { email: 'ada@one.example' });
    const { body } = await hubspot.get<CrmRecord>(`${CONTACTS}/ADA%40one.example?idProperty=email`);
    expect(body.id).toBe(id);
  });

  it('once archived is in the archived list alone', async () => {
    const [gone = '', kept] = createContacts(2);
    clock.advance(1_000);
    portal.archive('contacts', gone);
    const ids = async (query: string) =>
      (await hubspot.get<Page>(`${CONTACTS}${query}`)).body.results.map(({ id }) => id);
    expect(await ids('')).toEqual([kept]);
    expect(await ids('?archived=true')).toEqual([gone]);
    expect((await hubspot.get(`${CONTACTS}/${gone}`)).status).toBe(404);
    expect((await hubspot.get(`${CONTACTS}/${gone}?archived=true`)).body).toMatchObject({
      archived: true,
      archivedAt: '2026-11-23T09:00:01Z',
    });
    expect((await hubspot.get(`${CONTACTS}/${kept}?archived=true`)).status).toBe(404);
  });
});

describe('a list', () => {
  it('pages in the order of ids; the cursor names the record that the next page starts with', async () => {
    const ids = createContacts(25);
    const first = await hubspot.get<Page>(CONTACTS);
    expect(first.body.results.map(({ id }) => id)).toEqual(ids.slice(0, 10));
    expect(first.body.paging?.next.after).toBe(ids[10]);
    const second = await hubspot.get<Page>(`${CONTACTS}?limit=14&after=${ids[10]}`);
    expect(second.body.results.map(({ id }) => id)).toEqual(ids.slice(10, 24));
    const last = await hubspot.get<Page>(`${CONTACTS}?limit=14&after=${ids[24]}`);
    expect(last.body).toEqual({ results: [expect.objectContaining({ id: ids[24] })] });
  });

  it('reads a cursor as a number, zeros in front and all', async () => {
    const ids = createContacts(3);
    const page = async (after: string) =>
      (await hubspot.get<Page>(`${CONTACTS}?after=${after}`)).body.results.map(({ id }) => id);
    expect(await page(`000${ids[1]}`)).toEqual(ids.slice(1));
    expect(await page('0')).toEqual(ids);
    expect(await page('9'.repeat(30))).toEqual([]);
  });

  it('ends without a cursor when its last page is full', async () => {
    createContacts(100);
    const { body } = await hubspot.get<Page>(`${CONTACTS}?limit=100`);
    expect(body.results).toHaveLength(100);
    expect(body.paging).toBeUndefined();
  });

  it('goes on behind a record that vanished since', async () => {
    const ids = createContacts(4);
    portal.archive('contacts', ids[2] ?? '');
    const { body } = await hubspot.get<Page>(`${CONTACTS}?after=${ids[2]}`);
    expect(body.results.map(({ id }) => id)).toEqual([ids[3]]);
  });

  it('of nothing is empty', async () => {
    expect((await hubspot.get(CONTACTS)).body).toEqual({ results: [] });
  });
});

describe('a batch read', () => {
  const read = (body: object, query = '') => hubspot.post<Batch>(`${CONTACTS}/batch/read${query}`, body);

  it('answers every id once, in an order of its own, with the properties asked for', async () => {
    const [first, second] = createContacts(2);
    const inputs = [second, first, second].map((id) => ({ id }));
    const { status, body } = await read({ inputs, properties: ['email'] });
    expect(status).toBe(200);
    expect(body.results.map(({ id }) => id)).toEqual([first, second]);
    expect(body.results[0]?.properties).toMatchObject({ email: 'c0@one.example' });
    expect(body).toEqual({
      status: 'COMPLETE',
      results: body.results,
      startedAt: expect.any(String),
      completedAt: expect.any(String),
    });
  });

  it('is a 207 that names what is missing, archived records among it', async () => {
    const [kept, gone = ''] = createContacts(2);
    portal.archive('contacts', gone);
    const { status, body } = await read({ inputs: [{ id: kept }, { id: gone }, { id: '999' }] });
    expect(status).toBe(207);
    expect(body.results.map(({ id }) => id)).toEqual([kept]);
    expect(body).toMatchObject({
      numErrors: 1,
      errors: [
        {
          status: 'error',
          category: 'OBJECT_NOT_FOUND',
          message: 'Could not get some CONTACT objects, they may be deleted or not exist. Check that ids are valid.',
          context: { ids: [gone, '999'] },
        },
      ],
    });
  });

  it('is a 207 without results when everything is missing', async () => {
    const { status, body } = await read({ inputs: [{ id: '998' }, { id: '999' }] });
    expect(status).toBe(207);
    expect(body).toMatchObject({ results: [], numErrors: 1 });
  });

  it('of the archive reads archived records alone', async () => {
    const [kept, gone = ''] = createContacts(2);
    portal.archive('contacts', gone);
    const { body } = await read({ inputs: [{ id: kept }, { id: gone }] }, '?archived=true');
    expect(body.results.map(({ id, archived }) => ({ id, archived }))).toEqual([{ id: gone, archived: true }]);
    expect(body.errors).toMatchObject([{ context: { ids: [kept] } }]);
  });

  it('finds contacts by e-mail address', async () => {
    const [first, second] = createContacts(2);
    const emails = ['C1@one.example', 'c0@one.example', 'nobody@one.example'];
    const { body } = await read({ idProperty: 'email', inputs: emails.map((id) => ({ id })) });
    expect(body.results.map(({ id }) => id)).toEqual([first, second]);
    expect(body.errors).toMatchObject([{ context: { ids: ['nobody@one.example'] } }]);
  });

  it('does not know associations', async () => {
    const [id = ''] = createContacts(1);
    portal.associate({ type: 'contacts', id }, { type: 'companies', id: portal.create('companies', {}).id });
    const { body } = await read({ inputs: [{ id }], associations: ['companies'] });
    expect(body.results[0]).not.toHaveProperty('associations');
  });
});
