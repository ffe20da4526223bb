import { beforeEach, describe, expect, it } from 'vitest';
import { mergeRecords } from '../src/crm/records/record-merge.ts';
import { refusal, type SimulatedPortal, simulatePortal, type WrittenRecord } from './helpers/simulated-portal.ts';

const CONTACTS = '/crm/objects/2026-09/contacts';

let world: SimulatedPortal;

beforeEach(() => {
  world = simulatePortal();
});

const merge = (primaryObjectId: string, objectIdToMerge: string, path = CONTACTS) =>
  world.hubspot.post<WrittenRecord>(`${path}/merge`, { primaryObjectId, objectIdToMerge });

/** Two contacts of one person, the second younger. */
function twins(): [first: string, second: string] {
  const first = world.portal.create('contacts', { email: 'ada@one.example', firstname: 'Ada' }).id;
  world.clock.advance(5_000);
  return [first, world.portal.create('contacts', { email: 'ada@two.example', firstname: 'A.', phone: '1' }).id];
}

describe('merging', () => {
  it.each(['contacts', 'deals', 'companies'] as const)('makes one new record of two %s', async (type) => {
    const [first, second] = [world.portal.create(type, {}).id, world.portal.create(type, {}).id];
    const { status, body } = await merge(first, second, `/crm/objects/2026-09/${type}`);
    expect(status).toBe(200);
    expect([first, second]).not.toContain(body.id);
    expect([...world.portal.records(type)].map(({ id }) => id)).toEqual([body.id]);
  });

  it('keeps what the primary record holds, and what it lacks from the other', async () => {
    const [first, second] = twins();
    const { body } = await merge(second, first);
    const names = 'email,hs_additional_emails,firstname,phone,hs_all_contact_vids,hs_merged_object_ids';
    const read = await world.hubspot.get<WrittenRecord>(`${CONTACTS}/${body.id}?properties=${names}`);
    expect(read.body).toMatchObject({
      createdAt: '2026-11-23T09:00:00Z',
      updatedAt: '2026-11-23T09:00:05Z',
      properties: {
        email: 'ada@two.example',
        hs_additional_emails: 'ada@one.example',
        firstname: 'A.',
        phone: '1',
        hs_all_contact_vids: `${body.id};${second};${first}`,
        hs_merged_object_ids: `${second};${first}`,
        hs_object_id: body.id,
        createdate: '2026-11-23T09:00:00Z',
        lastmodifieddate: '2026-11-23T09:00:05Z',
      },
    });
  });

  it('leaves the old ids good for reading, and for a write of a single record', async () => {
    const [first, second] = twins();
    const { id } = (await merge(first, second)).body;
    for (const old of [first, second]) {
      expect((await world.hubspot.get<WrittenRecord>(`${CONTACTS}/${old}`)).body.id).toBe(id);
      const patched = await world.hubspot.patch<WrittenRecord>(`${CONTACTS}/${old}`, { properties: { city: old } });
      expect([patched.body.id, patched.body.properties.city]).toEqual([id, old]);
    }
    const inputs = [{ id: first, properties: { city: 'Berlin' } }];
    const batch = await world.hubspot.post(`${CONTACTS}/batch/update`, { inputs });
    expect(batch).toMatchObject({ status: 207, body: { results: [], errors: [{ context: { ids: [first] } }] } });
    const read = await world.hubspot.post(`${CONTACTS}/batch/read`, {
      inputs: [{ id: first }, { id: second }, { id }],
    });
    expect(read).toMatchObject({ status: 200, body: { results: [{ id }] } });
    world.portal.archive('contacts', id);
    const gone = await world.hubspot.post(`${CONTACTS}/batch/read`, { inputs });
    expect(gone).toMatchObject({ status: 207, body: { results: [], errors: [{ context: { ids: [first] } }] } });
  });

  it('leads the ids of several merges to what became of them', async () => {
    const [first, second] = twins();
    const once = (await merge(first, second)).body.id;
    const third = world.portal.create('contacts', { email: 'ada@three.example' }).id;
    const { id } = (await merge(third, once)).body;
    for (const old of [first, second, third, once]) {
      expect((await world.hubspot.get<WrittenRecord>(`${CONTACTS}/${old}`)).body.id).toBe(id);
    }
    expect(world.portal.record('contacts', id)?.properties.get('hs_merged_object_ids')).toBe(
      `${first};${second};${third};${once}`,
    );
  });

  it('keeps every address a name of the contact', async () => {
    const [first, second] = twins();
    const { id } = (await merge(first, second)).body;
    const read = await world.hubspot.get<WrittenRecord>(`${CONTACTS}/ada@two.example?idProperty=email`);
    expect(read.body.id).toBe(id);
    const batch = { idProperty: 'email', properties: ['email'], inputs: [{ id: 'ada@two.example' }] };
    expect((await world.hubspot.post(`${CONTACTS}/batch/read`, batch)).body).toMatchObject({
      results: [{ id, properties: { email: 'ada@one.example' } }],
    });
    const again = world.hubspot.post(CONTACTS, { properties: { email: 'ada@two.example' } });
    expect(await refusal(again)).toMatchObject({ status: 409, message: `Contact already exists. Existing ID: ${id}` });
  });

  it('brings the associated records of both along, with one primary company', async () => {
    const [first, second] = twins();
    const [one, two] = [world.portal.create('companies', {}).id, world.portal.create('companies', {}).id];
    const deal = world.portal.create('deals', {}).id;
    const contact = (id: string) => ({ type: 'contacts' as const, id });
    world.portal.associate(contact(first), { type: 'companies', id: one }, { primary: true });
    world.portal.associate(contact(second), { type: 'companies', id: two }, { primary: true });
    world.portal.associate(contact(second), { type: 'deals', id: deal }, { label: 'Decision maker' });
    world.portal.associate(contact(first), contact(second));
    const { id } = (await merge(first, second)).body;
    const labels = (to: 'companies' | 'deals' | 'contacts') =>
      world.portal
        .associatedRecords('contacts', id, to)
        .map(([other, types]) => [other, types.map(({ label }) => label)]);
    expect(labels('companies')).toEqual([
      [one, ['Primary', null]],
      [two, [null]],
    ]);
    expect(labels('deals')).toEqual([[deal, [null, 'Decision maker']]]);
    expect(labels('contacts')).toEqual([]);
    expect(world.portal.associatedRecords('companies', two, 'contacts').map(([other]) => other)).toEqual([id]);
  });

  it('is seen by searches', async () => {
    const [first, second] = twins();
    const { id } = (await merge(first, second)).body;
    world.clock.advance(60_000);
    const { body } = await world.hubspot.post(`${CONTACTS}/search`, {});
    expect(body).toMatchObject({ total: 1, results: [{ id }] });
  });

  it('keeps the id of the primary record in accounts where that is so', () => {
    const [first, second] = twins();
    const survivor = mergeRecords(world.portal, 'contacts', first, second, true);
    expect(survivor.id).toBe(first);
    expect(Object.fromEntries(survivor.properties)).toMatchObject({
      ...{ email: 'ada@one.example', hs_additional_emails: 'ada@two.example', phone: '1' },
      hs_merged_object_ids: second,
    });
    expect(world.portal.find('contacts', second, undefined)).toBe(survivor);
    expect([...world.portal.records('contacts')]).toEqual([survivor]);
  });

  it('is refused for a record and itself, for what is not there, and beyond 250 identities', async () => {
    const [first, second] = twins();
    expect((await merge(first, first)).status).toBe(400);
    expect((await merge(first, '999')).status).toBe(404);
    world.portal.archive('contacts', second);
    expect((await merge(first, second)).status).toBe(404);
    const ids = (count: number) => Array.from({ length: count }, (_, index) => String(index)).join(';');
    const many = world.portal.create('contacts', { hs_merged_object_ids: ids(249) }).id;
    expect(await refusal(merge(many, first))).toMatchObject({
      status: 414,
      message: 'Cannot have more than 250 identities on a profile',
    });
    const fewer = world.portal.create('contacts', { hs_merged_object_ids: ids(248) }).id;
    expect((await merge(fewer, first)).status).toBe(200);
  });
});

describe('a privacy deletion', () => {
  const forget = (objectId: string, idProperty?: string, path = CONTACTS) =>
    world.hubspot.post(`${path}/gdpr-delete`, { objectId, idProperty });

  it('deletes a contact for good, by id or by address', async () => {
    const [first, second] = twins();
    expect(await forget(first)).toMatchObject({ status: 204, body: undefined });
    expect((await forget('Ada@two.example', 'email')).status).toBe(204);
    for (const id of [first, second]) {
      expect((await world.hubspot.get(`${CONTACTS}/${id}?archived=true`)).status).toBe(404);
    }
  });

  it('puts an unknown address on the block list', async () => {
    expect((await forget('Eve@one.example', 'email')).status).toBe(204);
    const create = world.hubspot.post(CONTACTS, { properties: { email: 'eve@one.example' } });
    expect(await refusal(create)).toMatchObject({ status: 400, errors: [{ code: 'INVALID_EMAIL' }] });
  });

  it('is for contacts, by what tells them apart', async () => {
    const { id } = world.portal.create('companies', {});
    expect((await forget(id, undefined, '/crm/objects/2026-09/companies')).status).toBe(404);
    expect((await forget('999')).status).toBe(404);
    expect((await forget('Ada', 'firstname')).status).toBe(400);
  });
});
