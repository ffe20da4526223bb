import { beforeEach, describe, expect, it } from 'vitest';
import type { DataSensitivity } from '../src/crm/properties/property-definitions.ts';
import type { Portal } from '../src/portal.ts';
import { createSimulator, type Simulator } from '../src/simulator.ts';
import { HubspotCaller } from './helpers/hubspot-caller.ts';

interface Failure {
  readonly category: string;
  readonly errors: readonly { readonly context: { readonly requiredGranularScopes: readonly string[] } }[];
}

const SIZE = { contacts: 0, deals: 0, companies: 0 };
const READ = 'crm.objects.contacts.read';
const CONTACTS = '/crm/objects/2026-09/contacts';
const PROPERTIES = '/crm/properties/2026-09/contacts';

let simulator: Simulator;
let id: string;

beforeEach(() => {
  simulator = createSimulator({ portals: [{ hubId: 101, domain: 'one.example', user: 'a', size: SIZE }] });
  const [portal] = simulator.portals as [Portal]; // One was asked for.
  const define = (name: string, dataSensitivity: DataSensitivity) =>
    portal.defineProperty('contacts', { name, type: 'string', fieldType: 'text', dataSensitivity });
  define('allergies', 'sensitive');
  define('diagnosis', 'highly_sensitive');
  id = portal.create('contacts', { email: 'ada@one.example', allergies: 'nuts', diagnosis: 'none' }).id;
});

/** Everything that shows records, asked for one property. */
const REQUESTS: readonly (readonly [string, (caller: HubspotCaller, name: string) => Promise<{ status: number }>])[] = [
  ['a list', (caller, name) => caller.get(`${CONTACTS}?properties=email,${name}`)],
  ['a get', (caller, name) => caller.get(`${CONTACTS}/${id}?properties=email&properties=${name}`)],
  ['a batch read', (caller, name) => caller.post(`${CONTACTS}/batch/read`, { inputs: [{ id }], properties: [name] })],
];

describe.each(REQUESTS)('%s', (_case, request) => {
  it.each([
    ['allergies', 'sensitive'],
    ['diagnosis', 'highly_sensitive'],
  ])('that names %s is refused without the scope for it', async (name, sensitivity) => {
    const other = sensitivity === 'sensitive' ? 'highly_sensitive' : 'sensitive';
    const caller = new HubspotCaller(simulator, [READ, `crm.objects.contacts.${other}.read`]);
    const answer = (await request(caller, name)) as { status: number; body?: Failure };
    expect(answer.status).toBe(403);
    expect(answer.body?.category).toBe('MISSING_SCOPES');
    expect(answer.body?.errors[0]?.context.requiredGranularScopes).toEqual([
      `crm.objects.contacts.${sensitivity}.read`,
      `crm.objects.contacts.${sensitivity}.read.v2`,
    ]);
  });

  it.each([
    ['allergies', 'crm.objects.contacts.sensitive.read'],
    ['allergies', 'crm.objects.contacts.sensitive.read.v2'],
    ['diagnosis', 'crm.objects.contacts.highly_sensitive.read'],
    ['diagnosis', 'crm.objects.contacts.highly_sensitive.read.v2'],
  ])('that names %s is answered with %s', async (name, scope) => {
    const answer = await request(new HubspotCaller(simulator, [READ, scope]), name);
    expect(answer.status).toBe(200);
    expect(JSON.stringify(answer)).toContain(name);
  });

  it('that names neither needs neither scope', async () => {
    const answer = await request(new HubspotCaller(simulator, [READ]), 'zip');
    expect(answer.status).toBe(200);
    expect(JSON.stringify(answer)).not.toMatch(/nuts|none/);
  });
});

it('asks for the scopes of a sensitivity once, however many properties have it', async () => {
  const caller = new HubspotCaller(simulator, [READ, 'crm.objects.contacts.sensitive.read']);
  await caller.get(`${CONTACTS}?properties=allergies,email,allergies,allergies`);
  expect(simulator.log.crm()[0]?.scopes).toEqual([
    [READ, 'crm.objects.contacts.sensitive.read'],
    [READ, 'crm.objects.contacts.sensitive.read.v2'],
  ]);
});

describe('the definition of a sensitive property', () => {
  it('is open to who may read definitions', async () => {
    const { status, body } = await new HubspotCaller(simulator, [READ]).get<object>(`${PROPERTIES}/allergies`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ name: 'allergies', dataSensitivity: 'sensitive' });
  });

  it('is written with the scope for it alone', async () => {
    const schemas = 'crm.schemas.contacts.write';
    const property = {
      name: 'blood',
      label: 'Blood',
      type: 'string',
      fieldType: 'text',
      groupName: 'contactinformation',
    };
    const write = async (caller: HubspotCaller) => [
      (await caller.post(PROPERTIES, { ...property, dataSensitivity: 'sensitive' })).status,
      (await caller.patch(`${PROPERTIES}/allergies`, { label: 'Allergies' })).status,
      (await caller.delete(`${PROPERTIES}/allergies`)).status,
    ];
    expect(await write(new HubspotCaller(simulator, [schemas]))).toEqual([403, 403, 403]);
    const trusted = new HubspotCaller(simulator, [schemas, 'crm.objects.contacts.sensitive.write']);
    expect(await write(trusted)).toEqual([201, 200, 204]);
  });
});
