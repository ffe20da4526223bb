import { beforeEach, describe, expect, it } from 'vitest';
import type { PropertyDefinition } from '../src/crm/properties/property-definitions.ts';
import type { Portal } from '../src/portal.ts';
import { createSimulator, type Simulator } from '../src/simulator.ts';
import { ManualClock } from '../src/time/manual-clock.ts';
import { HubspotCaller } from './helpers/hubspot-caller.ts';

interface Property extends PropertyDefinition {
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly archived: boolean;
  readonly archivedAt?: string;
}

interface Properties {
  readonly results: readonly Property[];
  readonly numErrors?: number;
  readonly errors?: readonly object[];
}

interface Failure {
  readonly category: string;
}

const SIZE = { contacts: 0, deals: 0, companies: 0 };
const CONTACTS = '/crm/properties/2026-09/contacts';
const COLOUR = {
  groupName: 'contactinformation',
  name: 'favourite_colour',
  label: 'Favourite colour',
  type: 'enumeration',
  fieldType: 'select',
  options: [{ label: 'Red', value: 'red', displayOrder: 0, hidden: false }],
};

let clock: ManualClock;
let simulator: Simulator;
let portal: Portal;
let hubspot: HubspotCaller;

beforeEach(() => {
  clock = new ManualClock();
  simulator = createSimulator({ clock, portals: [{ hubId: 101, domain: 'one.example', user: 'a', size: SIZE }] });
  [portal] = simulator.portals as [Portal]; // One was asked for.
  hubspot = new HubspotCaller(simulator, ['crm.objects.contacts.read', 'crm.schemas.contacts.write']);
});

const names = ({ results }: Properties) => results.map(({ name }) => name);

describe('property definitions', () => {
  it.each(['/crm/properties/2026-09', '/crm/properties/2026-03', '/crm/v3/properties'])(
    'are listed whole below %s',
    async (base) => {
      const { status, body } = await hubspot.get<Properties>(`${base}/contacts`);
      expect(status).toBe(200);
      expect(body).not.toHaveProperty('paging');
      expect(names(body)).toEqual(portal.definitions('contacts').map(({ name }) => name));
    },
  );

  it.each(['contacts', 'companies', 'deals'] as const)('of %s are found by every name of the type', async (type) => {
    const reader = new HubspotCaller(simulator, [`crm.schemas.${type}.read`]);
    const { body } = await reader.get<Properties>(`/crm/properties/2026-09/${type}`);
    expect(names(body)).toEqual(expect.arrayContaining(['createdate', 'hs_object_id', 'hubspot_owner_id']));
    const typeId = { contacts: '0-1', companies: '0-2', deals: '0-3' }[type];
    expect((await reader.get<Properties>(`/crm/properties/2026-09/${typeId}`)).body).toEqual(body);
  });

  it("look as HubSpot's", async () => {
    const { status, body } = await hubspot.get<Property>(`${CONTACTS}/hubspot_owner_id`);
    expect(status).toBe(200);
    expect(body).toEqual({
      name: 'hubspot_owner_id',
      label: 'Contact owner',
      type: 'enumeration',
      fieldType: 'select',
      description: '',
      groupName: 'sales_properties',
      options: [],
      displayOrder: -1,
      calculated: false,
      externalOptions: true,
      referencedObjectType: 'OWNER',
      hasUniqueValue: false,
      hidden: false,
      formField: false,
      hubspotDefined: true,
      dataSensitivity: 'non_sensitive',
      modificationMetadata: { archivable: true, readOnlyDefinition: true, readOnlyValue: false },
      createdAt: '2019-08-06T02:41:08.109Z',
      updatedAt: '2019-08-06T02:41:08.109Z',
      archived: false,
    });
  });

  it('name the options of an enumeration in order', async () => {
    const { body } = await hubspot.get<Property>(`${CONTACTS}/lifecyclestage`);
    expect(body.options.slice(0, 2)).toEqual([
      { label: 'Subscriber', value: 'subscriber', description: '', displayOrder: 0, hidden: false },
      { label: 'Lead', value: 'lead', description: '', displayOrder: 1, hidden: false },
    ]);
  });

  it('have every type of value that an app can meet, between the three object types', () => {
    const all = (['contacts', 'companies', 'deals'] as const).flatMap((type) => portal.definitions(type));
    expect(new Set(all.map(({ type }) => type))).toEqual(
      new Set(['string', 'number', 'bool', 'enumeration', 'date', 'datetime', 'phone_number']),
    );
    expect(all.some(({ type, fieldType }) => type === 'enumeration' && fieldType === 'checkbox')).toBe(true);
  });

  it('come in one list for each sensitivity', async () => {
    portal.defineProperty('contacts', {
      name: 'allergies',
      type: 'string',
      fieldType: 'text',
      dataSensitivity: 'sensitive',
    });
    portal.defineProperty('contacts', {
      name: 'diagnosis',
      type: 'string',
      fieldType: 'text',
      dataSensitivity: 'highly_sensitive',
    });
    const list = async (query: string) => names((await hubspot.get<Properties>(`${CONTACTS}${query}`)).body);
    expect(await list('?dataSensitivity=sensitive')).toEqual(['allergies']);
    expect(await list('?dataSensitivity=highly_sensitive')).toEqual(['diagnosis']);
    expect(await list('')).toEqual(await list('?dataSensitivity=non_sensitive'));
    expect(await list('')).not.toEqual(expect.arrayContaining(['allergies']));
  });

  it('are batch-read by name; a 207 names what is missing', async () => {
    const inputs = ['zip', 'email', 'zip', 'nothing'].map((name) => ({ name }));
    const whole = await hubspot.post<Properties>(`${CONTACTS}/batch/read`, { inputs: inputs.slice(0, 3) });
    expect(whole.status).toBe(200);
    expect(names(whole.body)).toEqual(['zip', 'email']);
    const { status, body } = await hubspot.post<Properties>(`${CONTACTS}/batch/read`, { inputs, archived: false });
    expect(status).toBe(207);
    expect(body).toMatchObject({
      status: 'COMPLETE',
      numErrors: 1,
      errors: [{ status: 'error', category: 'OBJECT_NOT_FOUND', context: { name: ['nothing'] } }],
    });
    expect(names(body)).toEqual(['zip', 'email']);
  });

  it('stand in groups that can be read', async () => {
    const { body } = await hubspot.get<{ results: { name: string }[] }>(`${CONTACTS}/groups`);
    const groups = body.results.map(({ name }) => name);
    expect([...new Set(portal.definitions('contacts').map(({ groupName }) => groupName))].sort()).toEqual(
      groups.toSorted(),
    );
    expect((await hubspot.get(`${CONTACTS}/groups/contactinformation`)).body).toEqual({
      name: 'contactinformation',
      label: 'Contact information',
      displayOrder: 0,
      archived: false,
    });
  });
});

describe("a portal's own property", () => {
  it('is created, shows in records, and is unknown to other object types', async () => {
    const { id } = portal.create('contacts', { favourite_colour: 'red' });
    const record = async () =>
      (await hubspot.get<{ properties: object }>(`/crm/objects/2026-09/contacts/${id}?properties=favourite_colour`))
        .body.properties;
    expect(await record()).not.toHaveProperty('favourite_colour');
    const { status, body } = await hubspot.post<Property>(CONTACTS, COLOUR);
    expect(status).toBe(201);
    expect(body).toEqual({
      ...COLOUR,
      description: '',
      options: [{ label: 'Red', value: 'red', description: '', displayOrder: 0, hidden: false }],
      displayOrder: -1,
      calculated: false,
      externalOptions: false,
      hasUniqueValue: false,
      hidden: false,
      formField: true,
      hubspotDefined: false,
      dataSensitivity: 'non_sensitive',
      modificationMetadata: {
        archivable: true,
        readOnlyDefinition: false,
        readOnlyOptions: false,
        readOnlyValue: false,
      },
      createdAt: '2026-11-23T09:00:00Z',
      updatedAt: '2026-11-23T09:00:00Z',
      archived: false,
    });
    expect((await hubspot.get(`${CONTACTS}/favourite_colour`)).body).toEqual(body);
    expect(await record()).toHaveProperty('favourite_colour', 'red');
    expect(portal.definition('deals', 'favourite_colour')).toBeUndefined();
  });

  it('names records once it is unique', async () => {
    const { id } = portal.create('contacts', { erp_number: 'E-1' });
    const find = () => hubspot.get<{ id: string }>('/crm/objects/2026-09/contacts/E-1?idProperty=erp_number');
    expect((await find()).status).toBe(400);
    await hubspot.post(CONTACTS, {
      ...{ name: 'erp_number', label: 'ERP', type: 'string', fieldType: 'text', groupName: 'contactinformation' },
      hasUniqueValue: true,
    });
    expect((await find()).body.id).toBe(id);
  });

  it('changes in what is named, and says when', async () => {
    const { body: before } = await hubspot.post<Property>(CONTACTS, COLOUR);
    clock.advance(1_000);
    const { status, body } = await hubspot.patch<Property>(`${CONTACTS}/favourite_colour`, { label: 'Colour' });
    expect(status).toBe(200);
    expect(body).toEqual({ ...before, label: 'Colour', updatedAt: '2026-11-23T09:00:01Z' });
    expect((await hubspot.get(`${CONTACTS}/favourite_colour`)).body).toEqual(body);
  });

  it('is archived: gone from records and lists, still there for who asks for archived ones', async () => {
    await hubspot.post(CONTACTS, COLOUR);
    const { id } = portal.create('contacts', { favourite_colour: 'red' });
    clock.advance(1_000);
    expect(await hubspot.delete(`${CONTACTS}/favourite_colour`)).toMatchObject({ status: 204, body: undefined });
    const record = await hubspot.get<{ properties: object }>(
      `/crm/objects/2026-09/contacts/${id}?properties=favourite_colour`,
    );
    expect(record.body.properties).not.toHaveProperty('favourite_colour');
    expect((await hubspot.get(`${CONTACTS}/favourite_colour`)).status).toBe(404);
    expect((await hubspot.delete(`${CONTACTS}/favourite_colour`)).status).toBe(404);
    expect(names((await hubspot.get<Properties>(CONTACTS)).body)).not.toContain('favourite_colour');
    const archived = { archived: true, archivedAt: '2026-11-23T09:00:01Z' };
    expect((await hubspot.get(`${CONTACTS}/favourite_colour?archived=true`)).body).toMatchObject(archived);
    expect((await hubspot.get<Properties>(`${CONTACTS}?archived=true`)).body.results).toMatchObject([archived]);
  });

  it('makes room for another of its name once archived', async () => {
    await hubspot.post(CONTACTS, COLOUR);
    await hubspot.delete(`${CONTACTS}/favourite_colour`);
    expect((await hubspot.post(CONTACTS, { ...COLOUR, label: 'Again' })).status).toBe(201);
    expect((await hubspot.get(`${CONTACTS}/favourite_colour`)).body).toMatchObject({ label: 'Again' });
  });
});

describe("HubSpot's own property", () => {
  it('takes new options where HubSpot lets a portal choose them', async () => {
    const options = [{ label: 'Fresh', value: 'FRESH' }];
    const { status, body } = await hubspot.patch<Property>(`${CONTACTS}/hs_lead_status`, { options });
    expect(status).toBe(200);
    expect(body.options).toMatchObject(options);
  });

  it.each([
    ['options', 'lifecyclestage', { options: [] }],
    ['a label', 'hs_lead_status', { label: 'Mine' }],
  ])('refuses other changes: %s', async (_case, name, changes) => {
    const { status, body } = await hubspot.patch<Failure>(`${CONTACTS}/${name}`, changes);
    expect(status).toBe(400);
    expect(body.category).toBe('VALIDATION_ERROR');
  });

  it('cannot be archived', async () => {
    expect((await hubspot.delete(`${CONTACTS}/email`)).status).toBe(400);
    expect((await hubspot.get(`${CONTACTS}/email`)).status).toBe(200);
  });
});
