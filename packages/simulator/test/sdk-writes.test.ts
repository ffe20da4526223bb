import { Client } from '@hubspot/api-client';
import { AssociationSpecAssociationCategoryEnum as V4Category } from '@hubspot/api-client/lib/codegen/crm/associations/v4/models/AssociationSpec.js';
import { AssociationSpecAssociationCategoryEnum as Category } from '@hubspot/api-client/lib/codegen/crm/contacts/models/AssociationSpec.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type SimulatedPortal, simulatePortal, WRITE_SCOPES } from './helpers/simulated-portal.ts';

let world: SimulatedPortal;
let client: Client;

beforeEach(async () => {
  world = simulatePortal();
  const { portal, simulator } = world;
  const { accessToken } = simulator.grants.issueTokens({ portal, scopes: WRITE_SCOPES });
  client = new Client({ basePath: await simulator.listen(), accessToken: accessToken.token });
});

afterEach(() => world.simulator.close());

const createContact = (email: string, more: Record<string, string> = {}) =>
  client.crm.contacts.basicApi.create({ properties: { email, ...more } });

describe("HubSpot's SDK writing records", () => {
  it('creates one with its associations, updates it by id and by address, archives it', async () => {
    const company = await client.crm.companies.basicApi.create({ properties: { domain: 'one.example' } });
    expect(company.properties.website).toBe('one.example');
    const { basicApi } = client.crm.contacts;
    const contact = await basicApi.create({
      properties: { email: 'ada@one.example', firstname: 'Ada' },
      associations: [
        {
          to: { id: company.id },
          types: [{ associationCategory: Category.HubspotDefined, associationTypeId: 1 }],
        },
      ],
    });
    expect(contact).toMatchObject({ archived: false, createdAt: new Date('2026-11-23T09:00:00Z') });
    const read = await basicApi.getById(contact.id, ['email'], undefined, ['companies']);
    expect(read.associations?.companies?.results.map(({ id }) => id)).toContain(company.id);
    world.clock.advance(1_000);
    const updated = await basicApi.update(contact.id, { properties: { lastname: 'Lovelace' } });
    expect(updated).toMatchObject({
      properties: { lastname: 'Lovelace' },
      updatedAt: new Date('2026-11-23T09:00:01Z'),
    });
    const byEmail = await basicApi.update('ada@one.example', { properties: { jobtitle: 'Engineer' } }, 'email');
    expect(byEmail.id).toBe(contact.id);
    await basicApi.archive(contact.id);
    await expect(basicApi.getById(contact.id)).rejects.toMatchObject({ code: 404 });
    expect((await basicApi.getPage(10, undefined, [], [], [], true)).results.map(({ id }) => id)).toEqual([contact.id]);
  });

  it('creates, updates and archives deals in batches', async () => {
    const { batchApi } = client.crm.deals;
    const deal = { dealname: 'Pilot', dealstage: 'appointmentscheduled' };
    const created = await batchApi.create({
      inputs: ['1', '2'].map((amount) => ({ properties: { ...deal, amount }, associations: [] })),
    });
    expect(created.status).toBe('COMPLETE');
    expect(created.results.map(({ properties }) => properties.amount).sort()).toEqual(['1', '2']);
    const ids = created.results.map(({ id }) => ({ id }));
    const updated = await batchApi.update({
      inputs: ids.map(({ id }) => ({ id, properties: { dealstage: 'closedwon' } })),
    });
    expect(updated.results.map(({ properties }) => properties.dealstage)).toEqual(['closedwon', 'closedwon']);
    await batchApi.archive({ inputs: ids });
    expect((await client.crm.deals.basicApi.getPage()).results).toEqual([]);
  });

  it('hears in a 207 which inputs were refused', async () => {
    const { id } = await createContact('bea@one.example');
    const { httpStatusCode, data } = await client.crm.contacts.batchApi.createWithHttpInfo({
      inputs: ['ada', 'bea'].map((name) => ({
        properties: { email: `${name}@one.example` },
        associations: [],
        objectWriteTraceId: name,
      })),
    });
    expect(httpStatusCode).toBe(207);
    expect(data?.results).toMatchObject([{ objectWriteTraceId: 'ada' }]);
    expect(data).toMatchObject({
      numErrors: 1,
      errors: [{ category: 'CONFLICT', context: { objectWriteTraceId: ['bea'], existingId: [id] } }],
    });
    const updated = await client.crm.contacts.batchApi.updateWithHttpInfo({
      inputs: [id, '999'].map((one) => ({ id: one, properties: { firstname: 'Bea' } })),
    });
    expect(updated.httpStatusCode).toBe(207);
    expect(updated.data).toMatchObject({ errors: [{ category: 'OBJECT_NOT_FOUND', context: { ids: ['999'] } }] });
  });

  it('upserts by address, and is told what is new', async () => {
    await createContact('ada@one.example');
    const { results } = await client.crm.contacts.batchApi.upsert({
      inputs: ['ada', 'bea'].map((name) => ({
        id: `${name}@one.example`,
        idProperty: 'email',
        properties: { firstname: name },
      })),
    });
    const news = results.map(({ properties, _new }) => [properties.firstname, _new]);
    expect(Object.fromEntries(news)).toEqual({ ada: false, bea: true });
  });

  it('merges contacts and companies', async () => {
    const [first, second] = [await createContact('ada@one.example'), await createContact('ada@two.example')];
    const merged = await client.crm.contacts.basicApi.merge({ primaryObjectId: first.id, objectIdToMerge: second.id });
    expect(merged.properties.email).toBe('ada@one.example');
    expect((await client.crm.contacts.basicApi.getById(second.id)).id).toBe(merged.id);
    const create = (name: string) => client.crm.companies.basicApi.create({ properties: { name } });
    const [one, two] = [await create('One'), await create('Two')];
    const company = await client.crm.companies.basicApi.merge({ primaryObjectId: one.id, objectIdToMerge: two.id });
    expect(company.properties.name).toBe('One');
  });

  it('forgets a contact for good', async () => {
    const { id } = await createContact('ada@one.example');
    await client.crm.contacts.basicApi.purge({ objectId: 'ada@one.example', idProperty: 'email' });
    await expect(client.crm.contacts.basicApi.getById(id)).rejects.toMatchObject({ code: 404 });
  });

  it('meets the refusals that it knows', async () => {
    const { id } = await createContact('ada@one.example');
    await expect(createContact('ada@one.example')).rejects.toMatchObject({
      code: 409,
      body: { category: 'CONFLICT', message: `Contact already exists. Existing ID: ${id}` },
    });
    await expect(createContact('bea@one.example', { no_such: '1' })).rejects.toMatchObject({
      code: 400,
      body: { category: 'VALIDATION_ERROR', errors: [{ code: 'PROPERTY_DOESNT_EXIST' }] },
    });
    await expect(client.crm.contacts.basicApi.update('999', { properties: { city: 'x' } })).rejects.toMatchObject({
      code: 404,
    });
  });
});

describe("HubSpot's SDK writing associations", () => {
  const PRIMARY = { associationCategory: V4Category.HubspotDefined, associationTypeId: 1 };
  let contact: string;
  let company: string;

  beforeEach(() => {
    contact = world.portal.create('contacts', {}).id;
    company = world.portal.create('companies', {}).id;
  });

  const labels = async () => {
    const { results } = await client.crm.associations.v4.basicApi.getPage('contacts', contact, 'companies');
    return results.flatMap(({ associationTypes }) => associationTypes.map(({ label }) => label));
  };

  it('connects, labels and parts two records', async () => {
    const { basicApi } = client.crm.associations.v4;
    const connected = await basicApi.createDefault('contacts', contact, 'companies', company);
    expect(connected.results.map(({ _from, to }) => [_from.id, to.id])).toEqual([
      [contact, company],
      [company, contact],
    ]);
    const labelled = await basicApi.create('contacts', contact, 'companies', company, [PRIMARY]);
    expect(labelled.labels).toEqual(['Primary']);
    expect(await labels()).toEqual(['Primary', null]);
    await basicApi.archive('contacts', contact, 'companies', company);
    expect(await labels()).toEqual([]);
  });

  it('connects, labels and parts many', async () => {
    const { batchApi } = client.crm.associations.v4;
    const ends = { _from: { id: contact }, to: { id: company } };
    const connected = await batchApi.createDefault('contacts', 'companies', { inputs: [ends] });
    expect(connected.results).toHaveLength(2);
    const labelled = await batchApi.create('contacts', 'companies', { inputs: [{ ...ends, types: [PRIMARY] }] });
    expect(labelled.results.map((result) => result.labels)).toEqual([['Primary']]);
    await batchApi.archiveLabels('contacts', 'companies', { inputs: [{ ...ends, types: [PRIMARY] }] });
    expect(await labels()).toEqual([null]);
    await batchApi.archive('contacts', 'companies', { inputs: [{ ...ends, to: [ends.to] }] });
    expect(await labels()).toEqual([]);
  });

  it('defines, renames and deletes labels', async () => {
    const { definitionsApi } = client.crm.associations.v4.schema;
    const pair = ['contacts', 'companies'] as const;
    const { results } = await definitionsApi.create(...pair, { name: 'adviser', label: 'Adviser' });
    const associationTypeId = results[0]?.typeId ?? 0;
    await definitionsApi.update(...pair, { associationTypeId, label: 'Counsel' });
    const listed = (await definitionsApi.getAll(...pair)).results;
    expect(listed.map(({ label }) => label)).toEqual(['Primary', null, 'Counsel']);
    await definitionsApi.remove(...pair, associationTypeId);
    expect((await definitionsApi.getAll(...pair)).results).toHaveLength(2);
  });
});
