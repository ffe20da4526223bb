import { beforeEach, describe, expect, it } from 'vitest';
import { HubspotCaller } from './helpers/hubspot-caller.ts';
import { refusal, type SimulatedPortal, simulatePortal, type WrittenRecord } from './helpers/simulated-portal.ts';

const CONTACTS = '/crm/objects/2026-09/contacts';

let world: SimulatedPortal;

beforeEach(() => {
  world = simulatePortal();
});

describe('every write', () => {
  it('needs the write scope of its object', async () => {
    const { id } = world.portal.create('contacts', {});
    const reader = new HubspotCaller(world.simulator, ['crm.objects.contacts.read', 'crm.objects.deals.write']);
    const names = ['batch/create', 'batch/update', 'batch/upsert', 'batch/archive', 'merge', 'gdpr-delete'];
    const answers = await Promise.all([
      reader.post(CONTACTS, { properties: { email: 'ada@one.example' } }),
      reader.patch(`${CONTACTS}/${id}`, { properties: { firstname: 'Ada' } }),
      reader.delete(`${CONTACTS}/${id}`),
      ...names.map((name) => reader.post(`${CONTACTS}/${name}`, {})),
    ]);
    for (const { status, body } of answers) {
      expect(status).toBe(403);
      expect(body).toMatchObject({
        category: 'MISSING_SCOPES',
        errors: [{ context: { requiredGranularScopes: ['crm.objects.contacts.write'] } }],
      });
    }
    expect(world.portal.record('contacts', id)?.archivedAt).toBeUndefined();
  });

  it('of a sensitive value needs the scope for that', async () => {
    const property = { name: 'iban', type: 'string', fieldType: 'text', dataSensitivity: 'sensitive' } as const;
    world.portal.defineProperty('contacts', property);
    const properties = { email: 'ada@one.example', iban: 'DE02' };
    expect((await world.hubspot.post(CONTACTS, { properties })).status).toBe(403);
    expect((await world.hubspot.post(`${CONTACTS}/batch/create`, { inputs: [{ properties }] })).status).toBe(403);
    const trusted = new HubspotCaller(world.simulator, [
      'crm.objects.contacts.write',
      'crm.objects.contacts.sensitive.write.v2',
    ]);
    expect((await trusted.post(CONTACTS, { properties })).status).toBe(201);
  });

  it('is found by searches a moment later', async () => {
    const properties = { email: 'ada@one.example' };
    const { body } = await world.hubspot.post<WrittenRecord>(CONTACTS, { properties });
    const total = async () => {
      const filters = [{ propertyName: 'email', operator: 'EQ', value: 'ada@two.example' }];
      const search = await world.hubspot.post<{ total: number }>(`${CONTACTS}/search`, { filterGroups: [{ filters }] });
      return search.body.total;
    };
    await world.hubspot.patch(`${CONTACTS}/${body.id}`, { properties: { email: 'ada@two.example' } });
    expect(await total()).toBe(0);
    world.clock.advance(60_000);
    expect(await total()).toBe(1);
  });

  it.each([['{'], ['[]'], ['{"properties":{"email":{"first":"a"}}}'], ['{"properties":"email"}']])(
    'is refused when the body is %s',
    async (body) => {
      expect((await world.hubspot.post(CONTACTS, body)).status).toBe(400);
    },
  );

  it('names the fields that the body lacks', async () => {
    const { status, message } = await refusal(world.hubspot.post(`${CONTACTS}/merge`, {}));
    expect([status, message]).toEqual([
      400,
      'Invalid input JSON on line 1, column 2. Some required fields were not set: [primaryObjectId, objectIdToMerge]',
    ]);
  });
});
