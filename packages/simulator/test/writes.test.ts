import { beforeEach, describe, expect, it } from 'vitest';
import { refusal, type SimulatedPortal, simulatePortal, type WrittenRecord } from './helpers/simulated-portal.ts';

const CONTACTS = '/crm/objects/2026-09/contacts';
const COMPANIES = '/crm/objects/2026-09/companies';
const DEALS = '/crm/objects/2026-09/deals';
const CREATED = '2026-11-23T09:00:00Z';

let world: SimulatedPortal;

beforeEach(() => {
  world = simulatePortal();
});

const create = (path: string, properties: Record<string, unknown>, associations?: unknown) =>
  world.hubspot.post<WrittenRecord>(path, { properties, associations });
const update = (path: string, properties: Record<string, unknown>) =>
  world.hubspot.patch<WrittenRecord>(path, { properties });

describe.each(['/crm/objects/2026-09/contacts', '/crm/objects/2026-03/contacts', '/crm/v3/objects/contacts'])(
  'writes below %s',
  (path) => {
    it('create, update and archive', async () => {
      const created = await create(path, { email: 'ada@one.example' });
      expect(created.status).toBe(201);
      expect(created.headers.get('location')).toBe(`http://hubspot.test${path}/${created.body.id}`);
      const updated = await update(`${path}/${created.body.id}`, { firstname: 'Ada' });
      expect([updated.status, updated.body.properties.firstname]).toEqual([200, 'Ada']);
      const archived = await world.hubspot.delete(`${path}/${created.body.id}`);
      expect([archived.status, archived.body]).toEqual([204, undefined]);
      expect(world.portal.record('contacts', created.body.id)?.archivedAt).toBe(CREATED);
    });
  },
);

describe('a new record', () => {
  it('of a person is answered with what was set and what HubSpot adds', async () => {
    const { body } = await create(CONTACTS, { email: 'Ada@One.example', firstname: 'Ada', lastname: '' });
    expect(body).toEqual({
      id: body.id,
      properties: {
        createdate: CREATED,
        email: 'ada@one.example',
        firstname: 'Ada',
        hs_all_contact_vids: body.id,
        hs_email_domain: 'one.example',
        hs_is_contact: 'true',
        hs_is_unworked: 'true',
        hs_object_id: body.id,
        hs_pipeline: 'contacts-lifecycle-pipeline',
        lastmodifieddate: CREATED,
      },
      createdAt: CREATED,
      updatedAt: CREATED,
      archived: false,
      url: `https://app.hubspot.com/contacts/101/record/0-1/${body.id}`,
    });
    expect(Object.keys(body.properties)).toEqual(Object.keys(body.properties).sort());
  });

  it('of a company has its domain as website, unless it has another', async () => {
    const bare = await create(COMPANIES, { domain: 'samba.example', name: 'Samba' });
    expect(bare.body.properties).toEqual({
      createdate: CREATED,
      domain: 'samba.example',
      hs_lastmodifieddate: CREATED,
      hs_object_id: bare.body.id,
      name: 'Samba',
      website: 'samba.example',
    });
    const own = await create(COMPANIES, { domain: 'bossa.example', website: 'https://bossa.example/en' });
    expect(own.body.properties.website).toBe('https://bossa.example/en');
  });

  it('of a deal is in the default pipeline when nothing else is said', async () => {
    const { body } = await create(DEALS, { dealname: 'Pilot', dealstage: 'appointmentscheduled', amount: 120.5 });
    expect(body.properties).toMatchObject({ pipeline: 'default', dealstage: 'appointmentscheduled', amount: '120.5' });
  });

  it('can be read at once', async () => {
    const { body } = await create(CONTACTS, { email: 'ada@one.example' });
    const read = await world.hubspot.get<WrittenRecord>(`${CONTACTS}/${body.id}?properties=email,hs_email_domain`);
    expect(read.body.properties).toMatchObject({ email: 'ada@one.example', hs_email_domain: 'one.example' });
    const byEmail = await world.hubspot.get<WrittenRecord>(`${CONTACTS}/ADA@one.example?idProperty=email`);
    expect(byEmail.body.id).toBe(body.id);
  });

  it('is connected with the records that it names, in both directions', async () => {
    const company = world.portal.create('companies', {}).id;
    const deal = world.portal.create('deals', {}).id;
    const type = (associationTypeId: number) => ({ associationCategory: 'HUBSPOT_DEFINED', associationTypeId });
    const { status, body } = await create(CONTACTS, { email: 'ada@one.example' }, [
      { to: { id: Number(company) }, types: [type(279), type(1)] },
      { to: { id: deal }, types: [type(4)] },
    ]);
    expect(status).toBe(201);
    expect(world.portal.associatedRecords('contacts', body.id, 'companies')).toMatchObject([
      [company, [{ typeId: 1 }, { typeId: 279 }]],
    ]);
    expect(world.portal.associatedRecords('deals', deal, 'contacts')).toMatchObject([[body.id, [{ typeId: 3 }]]]);
  });

  it('is not created when one of its connections is impossible', async () => {
    const company = world.portal.create('companies', {}).id;
    const attempt = (id: string, associationTypeId: number) =>
      refusal(
        create(CONTACTS, { email: 'ada@one.example' }, [
          { to: { id }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId }] },
        ]),
      );
    expect(await attempt('999', 279)).toMatchObject({
      status: 400,
      message: 'One or more associations are invalid',
      context: { INVALID_OBJECT_IDS: ['COMPANY=999 is not valid'], objectId: ['999'], objectType: ['COMPANY'] },
      category: 'VALIDATION_ERROR',
    });
    expect(await attempt(company, 280)).toMatchObject({
      status: 400,
      message: 'invalid from object type 0-1 for associations to be created. expected: 0-2',
    });
    expect((await create(CONTACTS, { email: 'a@one.example' }, [{ to: { id: company }, types: [] }])).status).toBe(400);
    expect([...world.portal.records('contacts')]).toEqual([]);
  });
});

describe('an address that another contact has', () => {
  it('is a conflict for a new contact, with the id in the text alone', async () => {
    const { id } = world.portal.create('contacts', { email: 'ada@one.example' });
    expect(await refusal(create(CONTACTS, { email: 'ADA@one.example' }))).toEqual({
      status: 409,
      message: `Contact already exists. Existing ID: ${id}`,
      correlationId: expect.any(String),
      category: 'CONFLICT',
    });
  });

  it('is free again once that one is archived', async () => {
    const { id } = world.portal.create('contacts', { email: 'ada@one.example' });
    await world.hubspot.delete(`${CONTACTS}/${id}`);
    expect((await create(CONTACTS, { email: 'ada@one.example' })).status).toBe(201);
  });

  it('is invalid for a contact that is updated', async () => {
    const holder = world.portal.create('contacts', { email: 'ada@one.example' }).id;
    const { id } = world.portal.create('contacts', { email: 'bea@one.example' });
    expect(await refusal(update(`${CONTACTS}/${id}`, { email: 'ada@one.example' }))).toMatchObject({
      status: 400,
      message: `Cannot set PropertyValueCoordinates{portalId=101, objectTypeId=ObjectTypeId{legacyObjectType=CONTACT}, propertyName=email, value=ada@one.example} on ${id}. ${holder} already has that value.`,
      category: 'VALIDATION_ERROR',
    });
    expect((await update(`${CONTACTS}/${id}`, { email: 'bea@one.example' })).status).toBe(200);
  });
});

it('refuses a value that another record has in a unique property of the portal', async () => {
  world.portal.defineProperty('deals', { name: 'erp_id', type: 'string', fieldType: 'text', hasUniqueValue: true });
  const deal = { dealname: 'Pilot', dealstage: 'closedwon', erp_id: 'E-1' };
  const first = await create(DEALS, deal);
  const { status, message } = await refusal(create(DEALS, deal));
  expect(status).toBe(400);
  expect(message).toContain('propertyName=erp_id, value=E-1} on ');
  expect(message).toContain(`. ${first.body.id} already has that value.`);
});

describe('an update', () => {
  it('is answered with what was written, what follows from it, and what is always there', async () => {
    const { id } = world.portal.create('contacts', {
      email: 'ada@one.example',
      firstname: 'Ada',
      jobtitle: 'Engineer',
    });
    world.clock.advance(1_007);
    const { body } = await update(`${CONTACTS}/${id}`, { email: 'Ada@Two.example', jobtitle: '' });
    expect(body).toMatchObject({ id, createdAt: CREATED, updatedAt: '2026-11-23T09:00:01.007Z', archived: false });
    expect(body.properties).toEqual({
      createdate: CREATED,
      email: 'ada@two.example',
      hs_email_domain: 'two.example',
      hs_object_id: id,
      jobtitle: '',
      lastmodifieddate: '2026-11-23T09:00:01.007Z',
    });
    const read = await world.hubspot.get<WrittenRecord>(`${CONTACTS}/${id}?properties=jobtitle,firstname`);
    expect(read.body.properties).toMatchObject({ jobtitle: null, firstname: 'Ada' });
    expect(read.body.updatedAt).toBe('2026-11-23T09:00:01.007Z');
  });

  it('leaves alone what is null', async () => {
    const { id } = world.portal.create('contacts', { firstname: 'Ada', lastname: 'Lovelace' });
    const { body } = await update(`${CONTACTS}/${id}`, { firstname: null, lastname: 'Byron' });
    expect(body.properties).not.toHaveProperty('firstname');
    expect(world.portal.record('contacts', id)?.properties.get('firstname')).toBe('Ada');
  });

  it('finds its record by a unique property', async () => {
    const { id } = world.portal.create('contacts', { email: 'ada@one.example' });
    const { body } = await update(`${CONTACTS}/ada@one.example?idProperty=email`, { firstname: 'Ada' });
    expect(body.id).toBe(id);
    expect(await refusal(update(`${COMPANIES}/one.example?idProperty=domain`, { name: 'One' }))).toMatchObject({
      status: 400,
      message: 'Unable to perform update/upsert by non-unique 0-2 property domain',
    });
  });

  it('of nothing, or of no record, is refused', async () => {
    const { id } = world.portal.create('contacts', {});
    expect(await refusal(update(`${CONTACTS}/${id}`, {}))).toMatchObject({
      status: 400,
      message: 'No properties found to update, please provide at least one.',
    });
    expect((await update(`${CONTACTS}/999`, { firstname: 'Ada' })).status).toBe(404);
    expect((await update(`${CONTACTS}/nobody@one.example?idProperty=email`, { firstname: 'Ada' })).status).toBe(404);
    world.portal.archive('contacts', id);
    expect((await update(`${CONTACTS}/${id}`, { firstname: 'Ada' })).status).toBe(404);
  });

  it('moves a lifecycle stage forward only, without a word, until it is cleared', async () => {
    const { id } = world.portal.create('contacts', { lifecyclestage: 'opportunity' });
    const stage = async (lifecyclestage: string) => {
      const { status, body } = await update(`${CONTACTS}/${id}`, { lifecyclestage });
      return [status, body.properties.lifecyclestage];
    };
    expect(await stage('lead')).toEqual([200, 'opportunity']);
    expect(await stage('customer')).toEqual([200, 'customer']);
    expect(await stage('')).toEqual([200, '']);
    expect(await stage('lead')).toEqual([200, 'lead']);
  });
});

describe('archiving', () => {
  it('answers the same for what is archived, or was never there', async () => {
    const { id } = world.portal.create('deals', {});
    const statuses = [];
    for (const path of [`${DEALS}/${id}`, `${DEALS}/${id}`, `${DEALS}/999`]) {
      statuses.push((await world.hubspot.delete(path)).status);
      world.clock.advance(1_000);
    }
    expect(statuses).toEqual([204, 204, 204]);
    expect(world.portal.record('deals', id)?.archivedAt).toBe(CREATED);
    expect((await world.hubspot.get(`${DEALS}/${id}`)).status).toBe(404);
    expect((await world.hubspot.get(`${DEALS}/${id}?archived=true`)).status).toBe(200);
  });
});
