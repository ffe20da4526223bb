import { GraphQLClient } from 'graphql-request';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import {
  ContactsOfCompanyDocument,
  DealsByStageDocument,
  RecentlyChangedDocument,
  SearchBoxDocument,
} from '../generated/graphql.ts';
import { Stack } from '../helpers/stack.ts';

let stack: Stack;
let client: GraphQLClient;
beforeAll(async () => {
  stack = await Stack.start();
  await stack.connect({ optionalScopes: ['crm.objects.companies.read'] });
  client = new GraphQLClient(`${stack.url}/graphql`, { headers: { authorization: `Bearer ${stack.token()}` } });
});
afterAll(() => stack.stop());
beforeEach(() => stack.simulator.log.clear());

/** What HubSpot was asked, with the bodies of searches. */
function asked() {
  return stack.simulator.log.crm().map(({ method, path, body }) => [`${method} ${path}`, body]);
}

const CONTACTS = 'POST /crm/objects/2026-09/contacts/search';
const COMPANIES = 'POST /crm/objects/2026-09/companies/search';
const DEALS = 'POST /crm/objects/2026-09/deals/search';
const BY_ID = [{ propertyName: 'hs_object_id', direction: 'ASCENDING' }];

it('answers a search box over contacts, deals and companies', async () => {
  const answer = await client.request(SearchBoxDocument, { query: ' copper ' });
  expect(answer).toMatchInlineSnapshot(`
    {
      "companies": {
        "nodes": [
          {
            "domain": "copper-energy-3.example",
            "id": "Company:1234567:200003",
            "name": "Copper Energy",
          },
        ],
        "totalCount": 1,
      },
      "contacts": {
        "nodes": [
          {
            "email": "quinn.hughes.4@copper-energy-3.example",
            "firstName": "Quinn",
            "id": "Contact:1234567:100004",
            "lastName": "Hughes",
          },
          {
            "email": "hana.yilmaz.6@copper-energy-3.example",
            "firstName": "Hana",
            "id": "Contact:1234567:100006",
            "lastName": "Yilmaz",
          },
          {
            "email": "amara.singh.14@copper-energy-3.example",
            "firstName": "Amara",
            "id": "Contact:1234567:100014",
            "lastName": "Singh",
          },
          {
            "email": "yusuf.jensen.32@copper-energy-3.example",
            "firstName": "Yusuf",
            "id": "Contact:1234567:100032",
            "lastName": "Jensen",
          },
          {
            "email": "caleb.nakamura.47@copper-energy-3.example",
            "firstName": "Caleb",
            "id": "Contact:1234567:100047",
            "lastName": "Nakamura",
          },
        ],
        "totalCount": 9,
      },
      "deals": {
        "nodes": [
          {
            "amount": "62550",
            "currency": "GBP",
            "id": "Deal:1234567:300002",
            "name": "Copper Energy - renewal",
          },
          {
            "amount": "39550.50",
            "currency": "USD",
            "id": "Deal:1234567:300015",
            "name": "Copper Energy - annual licence",
          },
          {
            "amount": "105500.50",
            "currency": "USD",
            "id": "Deal:1234567:300022",
            "name": "Copper Energy - rollout",
          },
          {
            "amount": "13250.50",
            "currency": "EUR",
            "id": "Deal:1234567:300054",
            "name": "Copper Energy - retainer",
          },
        ],
        "totalCount": 4,
      },
    }
  `);
  // They leave together.
  expect(asked().toSorted()).toEqual([
    [COMPANIES, { query: 'copper', sorts: BY_ID, properties: ['domain', 'name'], limit: 5 }],
    [CONTACTS, { query: 'copper', sorts: BY_ID, properties: ['email', 'firstname', 'lastname'], limit: 5 }],
    [DEALS, { query: 'copper', sorts: BY_ID, properties: ['amount', 'deal_currency_code', 'dealname'], limit: 5 }],
  ]);
});

it('follows what changed lately, the latest first', async () => {
  const since = '2026-10-15T00:00:00Z';
  const page = await client.request(RecentlyChangedDocument, { since, first: 3 });
  expect(page).toMatchInlineSnapshot(
    { contacts: { pageInfo: { endCursor: expect.any(String) } } },
    `
    {
      "contacts": {
        "nodes": [
          {
            "email": "omar.srensen.120@copper-energy-3.example",
            "id": "Contact:1234567:100120",
            "lifecycleStage": "marketingqualifiedlead",
            "updatedAt": "2026-11-17T07:00:00.000Z",
          },
          {
            "email": "rafael.zhang.119@ember-robotics-15.example",
            "id": "Contact:1234567:100119",
            "lifecycleStage": "opportunity",
            "updatedAt": "2026-11-11T05:00:00.000Z",
          },
          {
            "email": "caleb.jensen.118@silver-travel-13.example",
            "id": "Contact:1234567:100118",
            "lifecycleStage": "marketingqualifiedlead",
            "updatedAt": "2026-11-05T03:00:00.000Z",
          },
        ],
        "pageInfo": {
          "endCursor": Any<String>,
          "hasNextPage": true,
        },
        "totalCount": 6,
      },
    }
  `,
  );
  const after = page.contacts?.pageInfo.endCursor ?? '';
  const rest = await client.request(RecentlyChangedDocument, { since, first: 50, after });
  expect(rest.contacts?.nodes).toHaveLength((page.contacts?.totalCount ?? 0) - 3);
  const search = {
    filterGroups: [{ filters: [{ propertyName: 'lastmodifieddate', operator: 'GTE', value: '1792022400000' }] }],
    sorts: [{ propertyName: 'lastmodifieddate', direction: 'DESCENDING' }],
    properties: ['email', 'lifecyclestage'],
  };
  expect(asked()).toEqual([
    [CONTACTS, { ...search, limit: 3 }],
    [CONTACTS, { ...search, limit: 50, after: '3' }],
  ]);
});

it('sees a change after HubSpot’s index has taken it in', async () => {
  const [portal] = stack.simulator.portals;
  const since = new Date(stack.clock.now() + 1_000).toISOString();
  stack.clock.advance(2_000);
  const { id } = portal?.create('contacts', { email: 'new@meadowbrook.example' }) ?? {};
  const changed = async () => (await client.request(RecentlyChangedDocument, { since, first: 3 })).contacts?.nodes;
  expect(await changed()).toEqual([]);
  stack.clock.advance(30_000);
  expect(await changed()).toMatchObject([{ id: `Contact:1234567:${id}`, email: 'new@meadowbrook.example' }]);
});

it('shows the deals of a stage by their close date', async () => {
  const answer = await client.request(DealsByStageDocument, { stage: 'closedlost', first: 2 });
  expect(answer).toMatchInlineSnapshot(
    { deals: { pageInfo: { endCursor: expect.any(String) } } },
    `
    {
      "deals": {
        "nodes": [
          {
            "amount": "117500.50",
            "closeDate": "2026-02-25T09:08:13.518Z",
            "currency": "USD",
            "id": "Deal:1234567:300036",
            "name": "Atlas Wholesale - onboarding",
          },
          {
            "amount": "83250.50",
            "closeDate": "2026-04-29T08:32:12.902Z",
            "currency": "USD",
            "id": "Deal:1234567:300029",
            "name": "Terra Foods - annual licence",
          },
        ],
        "pageInfo": {
          "endCursor": Any<String>,
          "hasNextPage": true,
        },
        "totalCount": 9,
      },
    }
  `,
  );
  expect(asked()).toEqual([
    [
      DEALS,
      {
        filterGroups: [{ filters: [{ propertyName: 'dealstage', operator: 'IN', values: ['closedlost'] }] }],
        sorts: [{ propertyName: 'closedate', direction: 'ASCENDING' }],
        properties: ['amount', 'closedate', 'deal_currency_code', 'dealname'],
        limit: 2,
      },
    ],
  ]);
});

it('finds the contacts of a company, by either of its ids', async () => {
  const answer = await client.request(ContactsOfCompanyDocument, { company: '200003', first: 2 });
  expect(answer).toMatchInlineSnapshot(
    { contacts: { pageInfo: { endCursor: expect.any(String) } } },
    `
    {
      "contacts": {
        "nodes": [
          {
            "firstName": "Quinn",
            "id": "Contact:1234567:100004",
            "jobTitle": "Data Analyst",
            "lastName": "Hughes",
          },
          {
            "firstName": "Hana",
            "id": "Contact:1234567:100006",
            "jobTitle": "Head of Operations",
            "lastName": "Yilmaz",
          },
        ],
        "pageInfo": {
          "endCursor": Any<String>,
          "hasNextPage": true,
        },
        "totalCount": 9,
      },
    }
  `,
  );
  const after = answer.contacts?.pageInfo.endCursor ?? '';
  const rest = await client.request(ContactsOfCompanyDocument, { company: 'Company:1234567:200003', after });
  const staff =
    stack.simulator.portals[0]?.associatedRecords('companies', '200003', 'contacts').map(([id]) => id) ?? [];
  const found = [...(answer.contacts?.nodes ?? []), ...(rest.contacts?.nodes ?? [])];
  expect(found.map(({ id }) => id)).toEqual(staff.map((id) => `Contact:1234567:${id}`));
  const company = { propertyName: 'associations.company', operator: 'EQ', value: '200003' };
  const properties = ['firstname', 'jobtitle', 'lastname'];
  expect(asked()).toEqual([
    [CONTACTS, { filterGroups: [{ filters: [company] }], sorts: BY_ID, properties, limit: 2 }],
    [
      CONTACTS,
      {
        filterGroups: [{ filters: [company, { propertyName: 'hs_object_id', operator: 'GT', value: staff[1] }] }],
        sorts: BY_ID,
        properties,
        limit: 50,
      },
    ],
  ]);
});
