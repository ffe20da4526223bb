import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Stack } from '../helpers/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start();
  await stack.connect();
});
afterAll(() => stack.stop());
beforeEach(() => stack.simulator.log.clear());

function asked(): string[] {
  return stack.simulator.log.crm().map(({ method, path }) => `${method} ${path}`);
}

describe('a company', () => {
  it('has what HubSpot has of it, amounts digit for digit', async () => {
    const [portal] = stack.simulator.portals;
    const company = portal?.create('companies', {
      name: 'Ridge Travel',
      domain: 'ridge.example',
      website: 'https://ridge.example',
      phone: '+49 30 1',
      industry: 'LEISURE_TRAVEL_TOURISM',
      city: 'Berlin',
      state: '',
      country: 'Germany',
      numberofemployees: '3039',
      annualrevenue: '12345678901234.56',
    });
    const { data, errors } = await stack.query(
      `query ($id: ID!) { company(id: $id) {
        id hubspotId url createdAt updatedAt archived name domain website phone industry city state country
        numberOfEmployees annualRevenue owner { id }
      } }`,
      { id: company?.id },
    );
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      company: {
        id: `Company:1234567:${company?.id}`,
        hubspotId: company?.id,
        url: `https://app.hubspot.com/contacts/1234567/record/0-2/${company?.id}`,
        createdAt: '2026-11-23T09:00:00.000Z',
        updatedAt: '2026-11-23T09:00:00.000Z',
        archived: false,
        name: 'Ridge Travel',
        domain: 'ridge.example',
        website: 'https://ridge.example',
        phone: '+49 30 1',
        industry: 'LEISURE_TRAVEL_TOURISM',
        city: 'Berlin',
        state: null,
        country: 'Germany',
        numberOfEmployees: '3039',
        annualRevenue: '12345678901234.56',
        owner: null,
      },
    });
    expect(asked()).toEqual(['POST /crm/objects/2026-09/companies/batch/read']);
  });

  it('is found by either of its ids, and by no other', async () => {
    const { data, errors } = await stack.query(`{
      own: company(id: "200001") { id }
      global: company(id: "Company:1234567:200001") { id }
      node(id: "Company:1234567:200001") { __typename id }
      contact: company(id: "Contact:1234567:100001") { id }
      foreign: company(id: "Company:7654321:200001") { id }
      nobody: node(id: "Company:7654321:200001") { id }
      gone: company(id: "9") { id }
    }`);
    expect(errors).toBeUndefined();
    const id = 'Company:1234567:200001';
    expect(data).toEqual({
      ...{ own: { id }, global: { id }, node: { __typename: 'Company', id } },
      ...{ contact: null, foreign: null, nobody: null, gone: null },
    });
  });

  it('is met from contacts and deals, and leads to both, with labels', async () => {
    const [portal] = stack.simulator.portals;
    const company = portal?.create('companies', { name: 'Oak Health' });
    const person = portal?.create('contacts', { email: 'ada@oak.example' });
    const deal = portal?.create('deals', { dealname: 'Pilot' });
    const at = (type: 'contacts' | 'deals' | 'companies', id = '') => ({ type, id });
    portal?.associate(at('contacts', person?.id), at('companies', company?.id), { primary: true });
    portal?.associate(at('deals', deal?.id), at('companies', company?.id), { label: 'Payer' });
    const { data, errors } = await stack.query(
      `query ($company: ID!, $person: ID!, $deal: ID!) {
        company(id: $company) {
          contacts { edges { labels node { email } } totalCount }
          deals { edges { labels node { name } } pageInfo { hasNextPage } }
        }
        contact(id: $person) { companies { edges { labels node { name } } } }
        deal(id: $deal) { companies { nodes { name deals { nodes { name } } } } }
      }`,
      { company: company?.id, person: person?.id, deal: deal?.id },
    );
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      company: {
        contacts: { edges: [{ labels: ['Primary'], node: { email: 'ada@oak.example' } }], totalCount: null },
        deals: { edges: [{ labels: ['Payer'], node: { name: 'Pilot' } }], pageInfo: { hasNextPage: false } },
      },
      contact: { companies: { edges: [{ labels: ['Primary'], node: { name: 'Oak Health' } }] } },
      deal: { companies: { nodes: [{ name: 'Oak Health', deals: { nodes: [{ name: 'Pilot' }] } }] } },
    });
  });

  it('comes inline with a list, both kinds of associated records in one call', async () => {
    const query =
      '{ companies(first: 20) { nodes { contacts(first: 2) { nodes { id } } deals(first: 2) { nodes { id } } } } }';
    const { data, errors } = await stack.query(query);
    expect(errors).toBeUndefined();
    expect(JSON.stringify(data)).toContain('Contact:1234567:');
    expect(stack.simulator.log.crm().map(({ path, query: parameters }) => [path, parameters])).toEqual([
      ['/crm/objects/2026-09/companies', { limit: '20', associations: 'contacts,deals' }],
    ]);
  });

  it('is refused without its scope, and is not asked for then', async () => {
    const scopes = 'oauth crm.objects.contacts.read';
    const own = await Stack.start({
      simulator: { app: { requiredScopes: scopes.split(' '), optionalScopes: [] } },
      env: { HUBSPOT_SCOPES: scopes, HUBSPOT_OPTIONAL_SCOPES: '' },
    });
    await own.connect();
    const { data, errors } = await own.query(`{
      companies { nodes { id } }
      node(id: "Company:1234567:200001") { id }
      contacts(first: 3) { nodes { id companies { nodes { id } } } }
    }`);
    expect(data).toMatchObject({
      companies: null,
      node: null,
      contacts: { nodes: Array(3).fill({ companies: null }) },
    });
    const COMPANIES = 'crm.objects.companies.read';
    expect(
      errors?.map(({ extensions: { code, coordinate, requiredScopes } = {} }) => [code, coordinate, requiredScopes]),
    ).toEqual(
      expect.arrayContaining([
        ['MISSING_SCOPES', 'Query.companies', [[COMPANIES]]],
        ['MISSING_SCOPES', 'Query.node', [[COMPANIES]]],
        ['MISSING_SCOPES', 'Contact.companies', [['crm.objects.contacts.read', COMPANIES]]],
      ]),
    );
    expect(errors).toHaveLength(3);
    expect(own.simulator.log.crm().map(({ path, query }) => [path, query])).toEqual([
      ['/crm/objects/2026-09/contacts', { limit: '3' }],
    ]);
    await own.stop();
  });
});

it('pages through all companies exactly once', async () => {
  const ids: string[] = [];
  for (let after: string | null = null, pages = 0; pages < 10; pages += 1) {
    const { data } = await stack.query(
      'query ($after: String) { companies(first: 7, after: $after) { nodes { hubspotId } pageInfo { hasNextPage endCursor } } }',
      { after },
    );
    const { companies } = data as unknown as {
      companies: { nodes: { hubspotId: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
    };
    ids.push(...companies.nodes.map(({ hubspotId }) => hubspotId));
    if (!companies.pageInfo.hasNextPage) break;
    after = companies.pageInfo.endCursor;
  }
  expect(ids).toEqual([...(stack.simulator.portals[0]?.records('companies') ?? [])].map(({ id }) => id));
});
