import { beforeEach, describe, expect, it } from 'vitest';
import type { Portal } from '../src/portal.ts';
import { createSimulator, type Simulator } from '../src/simulator.ts';
import { HubspotCaller } from './helpers/hubspot-caller.ts';

interface Failure {
  readonly message: string;
  readonly category: string;
  readonly errors?: readonly { readonly context: { readonly requiredGranularScopes: readonly string[] } }[];
}

const SIZE = { contacts: 0, deals: 0, companies: 0 };
const CONTACTS = '/crm/properties/2026-09/contacts';
const WRITE = 'crm.schemas.contacts.write';
const COLOUR = {
  groupName: 'contactinformation',
  name: 'favourite_colour',
  label: 'Favourite colour',
  type: 'enumeration',
  fieldType: 'select',
  options: [{ label: 'Red', value: 'red', displayOrder: 0, hidden: false }],
};

let simulator: Simulator;
let portal: Portal;
let hubspot: HubspotCaller;

beforeEach(() => {
  simulator = createSimulator({ portals: [{ hubId: 101, domain: 'one.example', user: 'a', size: SIZE }] });
  [portal] = simulator.portals as [Portal]; // One was asked for.
  hubspot = new HubspotCaller(simulator, ['crm.objects.contacts.read', WRITE]);
});

describe('a call about properties', () => {
  it.each(['crm.schemas.contacts.read', 'crm.objects.contacts.read', 'crm.objects.contacts.write'])(
    'reads with any one of three scopes: %s',
    async (scope) => {
      const reader = new HubspotCaller(simulator, [scope]);
      for (const path of ['', '/email', '/groups', '/groups/contactinformation']) {
        expect((await reader.get(`${CONTACTS}${path}`)).status).toBe(200);
      }
      expect((await reader.post(`${CONTACTS}/batch/read`, { inputs: [{ name: 'email' }] })).status).toBe(200);
    },
  );

  it('is a 403 that names all three to who has none, be it for another object type', async () => {
    const stranger = new HubspotCaller(simulator, ['oauth', 'crm.objects.deals.read']);
    for (const path of ['', '/email', '/groups', '/groups/contactinformation']) {
      const { status, body } = await stranger.get<Failure>(`${CONTACTS}${path}`);
      expect(status).toBe(403);
      expect(body.errors?.[0]?.context.requiredGranularScopes).toEqual([
        'crm.schemas.contacts.read',
        'crm.objects.contacts.read',
        'crm.objects.contacts.write',
      ]);
    }
    expect((await stranger.post(`${CONTACTS}/batch/read`, { inputs: [] })).status).toBe(403);
  });

  it('writes with the schema scope alone', async () => {
    const reader = new HubspotCaller(simulator, ['crm.objects.contacts.read', 'crm.objects.contacts.write']);
    const answers = [
      await reader.post<Failure>(CONTACTS, COLOUR),
      await reader.patch<Failure>(`${CONTACTS}/hs_lead_status`, { options: [] }),
      await reader.delete<Failure>(`${CONTACTS}/email`),
    ];
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403]);
    expect(answers[0]?.body.errors?.[0]?.context.requiredGranularScopes).toEqual([WRITE]);
  });

  it('is a 401 without a token', async () => {
    expect((await simulator.fetch(new Request(`http://hubspot.test${CONTACTS}`))).status).toBe(401);
  });

  it.each([`${CONTACTS}/nothing`, `${CONTACTS}/groups/nothing`, '/crm/properties/2027-03/contacts'])(
    'is a 404 about what is not there: %s',
    async (path) => {
      expect((await hubspot.get(path)).status).toBe(404);
    },
  );

  it.each([
    ['an unknown object type', '/crm/properties/2026-09/unicorns'],
    ['an unknown sensitivity', `${CONTACTS}?dataSensitivity=secret`],
  ])('is a 400: %s', async (_case, path) => {
    const { status, body } = await hubspot.get<Failure>(path);
    expect(status).toBe(400);
    expect(body.category).toBe('VALIDATION_ERROR');
  });

  it('is a 409 when the name is taken', async () => {
    const { status, body } = await hubspot.post<Failure>(CONTACTS, { ...COLOUR, name: 'email' });
    expect(status).toBe(409);
    expect(body).toMatchObject({
      category: 'OBJECT_ALREADY_EXISTS',
      subCategory: 'Properties.PROPERTY_WITH_NAME_EXISTS',
    });
  });

  it.each<[string, object]>([
    ['no group', { groupName: undefined }],
    ['an unknown group', { groupName: 'unicorns' }],
    ['no label', { label: '' }],
    ['a name in capitals', { name: 'Colour' }],
    ['no type', { type: undefined }],
    ["HubSpot's own type", { type: 'json', fieldType: 'text' }],
    ['a field type of another type', { fieldType: 'number' }],
    ['an option without a value', { options: [{ label: 'Red' }] }],
    ['an option twice', { options: [...COLOUR.options, ...COLOUR.options] }],
    ['an unknown sensitivity', { dataSensitivity: 'secret' }],
  ])('is a 400 when a new property has %s', async (_case, fault) => {
    const { status, body } = await hubspot.post<Failure>(CONTACTS, { ...COLOUR, ...fault });
    expect(status).toBe(400);
    expect(body.category).toBe('VALIDATION_ERROR');
    expect(portal.definition('contacts', COLOUR.name)).toBeUndefined();
  });

  it('is a 400 when a change has a field type without its type', async () => {
    await hubspot.post(CONTACTS, COLOUR);
    expect((await hubspot.patch(`${CONTACTS}/favourite_colour`, { fieldType: 'radio' })).status).toBe(400);
  });

  it.each(['{', '[]', '"text"', '{"inputs": [{"id": "email"}]}'])('is a 400 about its JSON: %s', async (text) => {
    const { status, body } = await hubspot.post<Failure>(`${CONTACTS}/batch/read`, text);
    expect(status).toBe(400);
    expect(body.message).toContain('Invalid input JSON');
  });

  it('is a 400 when a batch has more than 100 names', async () => {
    const inputs = Array.from({ length: 101 }, (_, index) => ({ name: `n${index}` }));
    expect((await hubspot.post(`${CONTACTS}/batch/read`, { inputs: inputs.slice(1) })).status).toBe(207);
    expect((await hubspot.post(`${CONTACTS}/batch/read`, { inputs })).status).toBe(400);
  });
});
