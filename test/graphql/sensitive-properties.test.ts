import type { DataSensitivity } from 'hubspot-graphql-gateway-simulator';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ALICE, Stack, type TestViewer } from '../helpers/stack.ts';

const CONTACTS = 'crm.objects.contacts.read';
const DEALS = 'crm.objects.deals.read';
const SENSITIVE = ['crm.objects.contacts.sensitive.read', 'crm.objects.contacts.sensitive.read.v2'] as const;
const HIGHLY = ['crm.objects.contacts.highly_sensitive.read', 'crm.objects.contacts.highly_sensitive.read.v2'] as const;
const OPTIONAL = [CONTACTS, DEALS, ...SENSITIVE, ...HIGHLY];

let stack: Stack;
let installation: string;
let id: string;
beforeAll(async () => {
  stack = await Stack.start({
    simulator: { app: { requiredScopes: ['oauth'], optionalScopes: OPTIONAL } },
    env: { HUBSPOT_SCOPES: 'oauth', HUBSPOT_OPTIONAL_SCOPES: OPTIONAL.join(' ') },
  });
  const [portal] = stack.simulator.portals;
  const define = (name: string, dataSensitivity: DataSensitivity) =>
    portal?.defineProperty('contacts', { name, label: name, type: 'string', fieldType: 'text', dataSensitivity });
  define('allergies', 'sensitive');
  define('blood_group', 'sensitive');
  define('diagnosis', 'highly_sensitive');
  define('hobby', 'non_sensitive');
  const values = { email: 'ada@one.example', allergies: 'nuts', diagnosis: 'none', hobby: 'chess' };
  id = portal?.create('contacts', values).id ?? '';
  installation = await connect('plain');
});
afterAll(() => stack.stop());
beforeEach(() => stack.simulator.log.clear());

function viewerOf(tenant: string): TestViewer {
  return { ...ALICE, tenant };
}

/** One tenant for each grant, all in the same portal. */
function connect(tenant: string, ...scopes: readonly string[]): Promise<string> {
  const granted = [CONTACTS, DEALS, ...scopes];
  return stack.connect({ scopes: granted, optionalScopes: [] }, viewerOf(tenant), { granted });
}

/** What HubSpot was asked of records. */
function asked(): unknown[] {
  return stack.simulator.log
    .crm()
    .filter(({ path }) => path.includes('/objects/'))
    .map(({ query, body }) => query.properties ?? (body as { properties: string[] } | undefined)?.properties.join());
}

function refusal(coordinate: string, path: readonly unknown[], anyOf: readonly (readonly string[])[]) {
  const missing = anyOf[0] ?? [];
  const scopes = [CONTACTS, DEALS, 'oauth', ...missing].toSorted();
  return {
    message: `${coordinate} needs scopes that this portal has not granted.`,
    path,
    locations: expect.anything(),
    extensions: {
      ...{ code: 'MISSING_SCOPES', installationId: installation, coordinate, requiredScopes: anyOf },
      missingScopes: missing,
      remedy: { mutation: 'connectHubSpot', input: { installationId: installation, scopes } },
    },
  };
}

describe('a sensitive property without its scope', () => {
  it('is refused before it is asked for; everything else is served', async () => {
    const { data, errors } = await stack.query(
      `query ($id: ID!) { contact(id: $id) {
        email hobby: property(name: "hobby") { string } allergies: property(name: "allergies") { string }
      } }`,
      { id },
      viewerOf('plain'),
    );
    expect(data).toEqual({ contact: { email: 'ada@one.example', hobby: { string: 'chess' }, allergies: null } });
    expect(errors).toEqual([
      refusal(
        'Contact.property',
        ['contact', 'allergies'],
        SENSITIVE.map((scope) => [scope]),
      ),
    ]);
    expect(asked()).toEqual(['email,hobby']);
  });

  it('is reported once for all rows of a list and all aliases', async () => {
    const { data, errors } = await stack.query(
      `{ contacts(first: 50) { nodes {
        id a: property(name: "allergies") { raw } b: property(name: "blood_group") { label }
      } } }`,
      {},
      viewerOf('plain'),
    );
    const row = { id: expect.stringContaining('Contact:'), a: null, b: null };
    expect(data).toEqual({ contacts: { nodes: Array(50).fill(row) } });
    expect(errors).toEqual([
      refusal(
        'Contact.property',
        ['contacts', 'nodes', 0, 'a'],
        SENSITIVE.map((scope) => [scope]),
      ),
    ]);
    expect(asked()).toEqual([undefined]);
  });

  it('is reported for each sensitivity, because each needs another scope', async () => {
    const { errors } = await stack.query(
      '{ contacts(first: 5) { nodes { a: property(name: "allergies") { raw } d: property(name: "diagnosis") { raw } } } }',
      {},
      viewerOf('plain'),
    );
    expect(errors?.map(({ extensions }) => extensions?.requiredScopes)).toEqual([
      SENSITIVE.map((scope) => [scope]),
      HIGHLY.map((scope) => [scope]),
    ]);
  });

  it('fails together with the other properties of the same field, and reports the scopes of all of them', async () => {
    const { data, errors } = await stack.query(
      'query ($id: ID!) { contact(id: $id) { properties(names: ["hobby", "allergies", "diagnosis"]) { raw } email } }',
      { id },
      viewerOf('plain'),
    );
    expect(data).toEqual({ contact: { properties: null, email: 'ada@one.example' } });
    const both = SENSITIVE.flatMap((first) => HIGHLY.map((second) => [first, second]));
    expect(errors).toEqual([refusal('Contact.properties', ['contact', 'properties'], both)]);
    expect(asked()).toEqual(['email,hobby']);
  });

  it('is refused of associated records and nodes, too', async () => {
    const [portal] = stack.simulator.portals;
    const deal = portal?.create('deals', { dealname: 'Pilot' }).id ?? '';
    portal?.associate({ type: 'deals', id: deal }, { type: 'contacts', id });
    const { data, errors } = await stack.query(
      `query ($deal: ID!, $contact: ID!) {
        deal(id: $deal) { contacts { nodes { email property(name: "diagnosis") { raw } } } }
        node(id: $contact) { ... on CrmRecord { property(name: "allergies") { raw } } }
        contactByEmail(email: "ada@one.example") { hobby: property(name: "hobby") { raw } property(name: "allergies") { raw } }
      }`,
      { deal, contact: `Contact:1234567:${id}` },
      viewerOf('plain'),
    );
    expect(data).toEqual({
      deal: { contacts: { nodes: [{ email: 'ada@one.example', property: null }] } },
      node: { property: null },
      contactByEmail: { hobby: { raw: 'chess' }, property: null },
    });
    expect(errors?.map(({ extensions }) => extensions?.code)).toEqual(['MISSING_SCOPES', 'MISSING_SCOPES']);
    expect(
      stack.simulator.log
        .crm()
        .map(({ status }) => status)
        .filter((status) => status >= 400),
    ).toEqual([]);
  });

  it('has an open definition', async () => {
    const { data, errors } = await stack.query(
      '{ properties(objectType: CONTACT) { name sensitivity } }',
      {},
      viewerOf('plain'),
    );
    expect(errors).toBeUndefined();
    expect((data as unknown as { properties: object[] }).properties).toEqual(
      expect.arrayContaining([
        { name: 'hobby', sensitivity: 'NON_SENSITIVE' },
        { name: 'allergies', sensitivity: 'SENSITIVE' },
        { name: 'diagnosis', sensitivity: 'HIGHLY_SENSITIVE' },
      ]),
    );
  });
});

describe('a sensitive property with its scope', () => {
  it.each([...SENSITIVE, ...HIGHLY])('%s is served', async (scope) => {
    await connect(scope, scope);
    const { data, errors } = await stack.query(
      `query ($id: ID!) { contact(id: $id) {
        a: property(name: "allergies") { string label } d: property(name: "diagnosis") { string label }
      } }`,
      { id },
      viewerOf(scope),
    );
    const [served, refused] = SENSITIVE.some((known) => known === scope) ? ['a', 'd'] : ['d', 'a'];
    const value = served === 'a' ? { string: 'nuts', label: 'allergies' } : { string: 'none', label: 'diagnosis' };
    expect(data).toEqual({ contact: { [served ?? '']: value, [refused ?? '']: null } });
    expect(errors?.map(({ path }) => path)).toEqual([['contact', refused]]);
    expect(asked()).toEqual([served === 'a' ? 'allergies' : 'diagnosis']);
  });
});
