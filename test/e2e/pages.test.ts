import { GraphQLClient } from 'graphql-request';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import {
  ContactByEmailDocument,
  ContactsWithDealsDocument,
  DealPageDocument,
  DealsDocument,
  UpsertContactDocument,
} from '../generated/graphql.ts';
import { SMALL_PORTAL, Stack } from '../helpers/stack.ts';

let stack: Stack;
let client: GraphQLClient;
/** The records of a portal in which everything is known. */
let person: string;
let colleague: string;
let sale: string;
let renewal: string;
beforeAll(async () => {
  const size = { contacts: 0, deals: 0, companies: 0 };
  stack = await Stack.start({ simulator: { portals: [{ ...SMALL_PORTAL, size }] } });
  const [portal] = stack.simulator.portals;
  const create = (type: 'contacts' | 'deals', values: Readonly<Record<string, string>>) =>
    portal?.create(type, values).id ?? '';
  person = create('contacts', { firstname: 'Nina', lastname: 'Roth', email: 'nina@oak.example' });
  colleague = create('contacts', { firstname: 'Omar', email: 'omar@oak.example' });
  sale = create('deals', {
    ...{
      dealname: 'Oak Health - pilot',
      amount: '12345678901234.56',
      deal_currency_code: 'EUR',
      dealtype: 'newbusiness',
    },
    ...{ closedate: '2026-12-01T00:00:00Z', description: 'Two wards', dealstage: 'contractsent', pipeline: 'default' },
  });
  renewal = create('deals', {
    dealname: 'Oak Health - renewal',
    amount: '0.1',
    dealstage: 'closedwon',
    pipeline: 'default',
  });
  for (const contact of [person, colleague])
    portal?.associate({ type: 'contacts', id: contact }, { type: 'deals', id: sale });
  portal?.associate({ type: 'contacts', id: person }, { type: 'deals', id: renewal });
  const scopes = stack.config.hubspot.optionalScopes;
  await stack.connect({ optionalScopes: scopes }, undefined, { granted: scopes });
  client = new GraphQLClient(`${stack.url}/graphql`, { headers: { authorization: `Bearer ${stack.token()}` } });
});
afterAll(() => stack.stop());
beforeEach(() => stack.simulator.log.clear());

/** What HubSpot was asked, in an order of ours, as some calls leave together. */
function asked(): string[] {
  const calls = stack.simulator.log.crm().map(({ method, path, query, body }) => {
    const { inputs, properties } = (body ?? {}) as { inputs?: unknown[]; properties?: object };
    const names = Array.isArray(properties) ? properties.join() : undefined;
    const call = `${method} ${path.replace('/crm/', '').replace('/2026-09', '')}`;
    return [call, inputs?.length, query.limit, query.after, query.properties ?? names, query.associations]
      .filter(Boolean)
      .join(' ');
  });
  return calls.toSorted();
}

const PAGE = { hasNextPage: false, endCursor: expect.any(String) };

it('finds a contact by its e-mail address in one call', async () => {
  expect(await client.request(ContactByEmailDocument, { email: 'NINA@oak.example' })).toEqual({
    contactByEmail: { id: `Contact:1234567:${person}`, firstName: 'Nina', lastName: 'Roth', email: 'nina@oak.example' },
  });
  expect(asked()).toEqual(['POST objects/contacts/batch/read 1 email,firstname,lastname']);
});

it('shows a deal with its contacts in two calls', async () => {
  expect(await client.request(DealPageDocument, { id: sale })).toEqual({
    deal: {
      ...{ id: `Deal:1234567:${sale}`, name: 'Oak Health - pilot', amount: '12345678901234.56', currency: 'EUR' },
      ...{ closeDate: '2026-12-01T00:00:00.000Z', dealType: 'newbusiness', description: 'Two wards' },
      contacts: {
        nodes: [
          { id: `Contact:1234567:${person}`, firstName: 'Nina', lastName: 'Roth', email: 'nina@oak.example' },
          { id: `Contact:1234567:${colleague}`, firstName: 'Omar', lastName: null, email: 'omar@oak.example' },
        ],
      },
    },
  });
  expect(asked()).toEqual([
    `GET objects/deals/${sale} amount,closedate,deal_currency_code,dealname,dealtype,description contacts`,
    'POST objects/contacts/batch/read 2 email,firstname,lastname',
  ]);
});

it('lists contacts with their deals in two calls, each deal read once', async () => {
  const pilot = { name: 'Oak Health - pilot', amount: '12345678901234.56' };
  expect(await client.request(ContactsWithDealsDocument, { first: 10, deals: 5 })).toEqual({
    contacts: {
      nodes: [
        {
          ...{ id: `Contact:1234567:${person}`, email: 'nina@oak.example' },
          deals: { nodes: [pilot, { name: 'Oak Health - renewal', amount: '0.1' }] },
        },
        { id: `Contact:1234567:${colleague}`, email: 'omar@oak.example', deals: { nodes: [pilot] } },
      ],
      pageInfo: PAGE,
    },
  });
  expect(asked()).toEqual(['GET objects/contacts 10 email deals', 'POST objects/deals/batch/read 2 amount,dealname']);
});

it('lists deals page by page, a call for each', async () => {
  const { deals } = await client.request(DealsDocument, { first: 1, after: null });
  expect(deals).toEqual({
    nodes: [
      {
        ...{ id: `Deal:1234567:${sale}`, name: 'Oak Health - pilot', amount: '12345678901234.56' },
        closeDate: '2026-12-01T00:00:00.000Z',
      },
    ],
    pageInfo: { hasNextPage: true, endCursor: expect.any(String) },
  });
  expect(await client.request(DealsDocument, { first: 1, after: deals?.pageInfo.endCursor ?? null })).toEqual({
    deals: {
      nodes: [{ id: `Deal:1234567:${renewal}`, name: 'Oak Health - renewal', amount: '0.1', closeDate: null }],
      pageInfo: PAGE,
    },
  });
  expect(asked()).toEqual([
    `GET objects/deals 1 ${renewal} amount,closedate,dealname`,
    'GET objects/deals 1 amount,closedate,dealname',
  ]);
});

it('creates a contact by its address once and changes it afterwards, each in the fewest calls', async () => {
  const input = { idValue: 'Alan@Oak.example', jobTitle: 'Reader' };
  const contact = { id: expect.stringMatching(/^Contact:1234567:\d+$/), email: 'alan@oak.example', jobTitle: 'Reader' };
  const created = await client.request(UpsertContactDocument, { input });
  expect(created).toEqual({ upsertContact: { contact, created: true, userErrors: [] } });
  // What HubSpot answers to a new record holds all that was written.
  expect(asked()).toEqual(['POST objects/contacts/batch/upsert 1']);
  stack.simulator.log.clear();
  const changed = await client.request(UpsertContactDocument, { input: { ...input, jobTitle: 'Writer' } });
  expect(changed).toEqual({
    upsertContact: {
      contact: { ...created.upsertContact?.contact, jobTitle: 'Writer' },
      created: false,
      userErrors: [],
    },
  });
  expect(asked()).toEqual([
    'POST objects/contacts/batch/read 1 email,jobtitle',
    'POST objects/contacts/batch/upsert 1',
  ]);
});
