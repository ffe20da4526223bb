import { GraphQLClient } from 'graphql-request';
import type { Owner } from 'hubspot-graphql-gateway-simulator';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import {
  Company360Document,
  ContactByEmailDocument,
  ContactPageDocument,
  ContactsWithDealsDocument,
  DealBoardDocument,
  DealFormDocument,
  DealPageDocument,
  DealsDocument,
  OperationAccessDocument,
} from '../generated/graphql.ts';
import { SMALL_PORTAL, Stack } from '../helpers/stack.ts';

const ADA: Owner = {
  ...{ id: '41', email: 'ada@meadowbrook.example', type: 'PERSON', firstName: 'Ada', lastName: 'Berg', userId: 7 },
  ...{ userIdIncludingInactive: 7, createdAt: '2024-01-01T00:00:00Z', updatedAt: '2024-01-01T00:00:00Z' },
  archived: false,
};

const stageId = (stage: string) => `PipelineStage:1234567:default:${stage}`;

let stack: Stack;
let client: GraphQLClient;
/** The records of a portal in which everything is known. */
let company: string;
let person: string;
let sale: string;
beforeAll(async () => {
  const size = { contacts: 0, deals: 0, companies: 0 };
  stack = await Stack.start({ simulator: { portals: [{ ...SMALL_PORTAL, size }] } });
  const [portal] = stack.simulator.portals;
  portal?.owners.splice(0, Number.POSITIVE_INFINITY, ADA);
  portal?.pipelines.deals.splice(1);
  const create = (type: 'contacts' | 'deals' | 'companies', values: Readonly<Record<string, string>>) =>
    portal?.create(type, values).id ?? '';
  company = create('companies', {
    ...{ name: 'Oak Health', domain: 'oak.example', phone: '+49 30 1', industry: 'HOSPITAL_HEALTH_CARE' },
    ...{ city: 'Berlin', country: 'Germany', numberofemployees: '3039', annualrevenue: '12345678901234.56' },
    ...{ hubspot_owner_id: ADA.id, type: 'PARTNER' },
  });
  person = create('contacts', {
    ...{ firstname: 'Nina', lastname: 'Roth', email: 'nina@oak.example', phone: '+49 30 2', jobtitle: 'Head of care' },
    ...{ company: 'Oak', city: 'Berlin', country: 'Germany', lifecyclestage: 'customer', hubspot_owner_id: ADA.id },
  });
  sale = create('deals', {
    ...{ dealname: 'Oak Health - pilot', amount: '0.1', deal_currency_code: 'EUR', closedate: '2026-12-01T00:00:00Z' },
    ...{ dealstage: 'contractsent', pipeline: 'default', hubspot_owner_id: ADA.id },
  });
  create('deals', { dealname: 'Walk-in', dealstage: 'gone', pipeline: 'default' });
  portal?.associate({ type: 'contacts', id: person }, { type: 'companies', id: company }, { primary: true });
  portal?.associate({ type: 'deals', id: sale }, { type: 'companies', id: company }, { primary: true });
  portal?.associate({ type: 'deals', id: sale }, { type: 'contacts', id: person }, { label: 'Decision maker' });
  await stack.connect();
  client = new GraphQLClient(`${stack.url}/graphql`);
});
afterAll(() => stack.stop());
beforeEach(() => {
  // What was cached is read again.
  stack.clock.advance(31 * 60 * 1000);
  client.setHeader('authorization', `Bearer ${stack.token()}`);
  stack.simulator.log.clear();
});

/** What HubSpot was asked: how many records, which properties. In an order of ours, as some calls leave together. */
function asked(): string[] {
  const calls = stack.simulator.log.crm().map(({ method, path, query, body }) => {
    const { inputs, properties } = (body ?? {}) as { inputs?: unknown[]; properties?: string[] };
    const call = `${method} ${path.replace('/crm/', '').replace('/2026-09', '')}`;
    return [call, inputs?.length, query.properties ?? properties?.join(), query.associations].filter(Boolean).join(' ');
  });
  return calls.toSorted();
}

const ADA_SHOWN = { id: 'Owner:1234567:41', firstName: 'Ada', lastName: 'Berg' };
const PAGE = { hasNextPage: false, endCursor: expect.any(String) };
const CREATED = '2026-11-23T09:00:00.000Z';

it('shows a contact with owner, companies and deals', async () => {
  expect(await client.request(ContactPageDocument, { id: person })).toEqual({
    contact: {
      ...{ id: `Contact:1234567:${person}`, hubspotId: person, createdAt: CREATED, updatedAt: CREATED },
      url: `https://app.hubspot.com/contacts/1234567/record/0-1/${person}`,
      ...{ firstName: 'Nina', lastName: 'Roth', email: 'nina@oak.example', phone: '+49 30 2' },
      ...{ jobTitle: 'Head of care', companyName: 'Oak', city: 'Berlin', country: 'Germany' },
      lifecycleStage: 'customer',
      owner: { ...ADA_SHOWN, email: 'ada@meadowbrook.example' },
      companies: { nodes: [{ id: `Company:1234567:${company}`, name: 'Oak Health', domain: 'oak.example' }] },
      deals: {
        edges: [
          {
            labels: ['Decision maker'],
            node: {
              ...{ id: `Deal:1234567:${sale}`, name: 'Oak Health - pilot', amount: '0.1', currency: 'EUR' },
              closeDate: '2026-12-01T00:00:00.000Z',
            },
          },
        ],
        pageInfo: PAGE,
      },
    },
  });
  expect(asked()).toEqual([
    `GET objects/contacts/${person} city,company,country,email,firstname,hubspot_owner_id,jobtitle,lastname,lifecyclestage,phone companies,deals`,
    'GET owners',
    'POST associations/contacts/deals/batch/read 1',
    'POST objects/companies/batch/read 1 domain,name',
    'POST objects/deals/batch/read 1 amount,closedate,deal_currency_code,dealname',
  ]);
});

it('shows all there is about a company', async () => {
  expect(await client.request(Company360Document, { id: company })).toEqual({
    company: {
      ...{ id: `Company:1234567:${company}`, hubspotId: company },
      url: `https://app.hubspot.com/contacts/1234567/record/0-2/${company}`,
      ...{ name: 'Oak Health', domain: 'oak.example', phone: '+49 30 1', industry: 'HOSPITAL_HEALTH_CARE' },
      ...{ city: 'Berlin', country: 'Germany', numberOfEmployees: '3039', annualRevenue: '12345678901234.56' },
      owner: { ...ADA_SHOWN, email: 'ada@meadowbrook.example' },
      properties: [
        { name: 'type', label: 'Type', option: { label: 'Partner' } },
        { name: 'lifecyclestage', label: 'Lifecycle Stage', option: null },
      ],
      contacts: {
        edges: [
          {
            labels: ['Primary'],
            node: {
              ...{ id: `Contact:1234567:${person}`, firstName: 'Nina', lastName: 'Roth' },
              ...{ email: 'nina@oak.example', jobTitle: 'Head of care' },
            },
          },
        ],
        pageInfo: PAGE,
      },
      deals: {
        nodes: [
          {
            ...{ id: `Deal:1234567:${sale}`, name: 'Oak Health - pilot', amount: '0.1', currency: 'EUR' },
            closeDate: '2026-12-01T00:00:00.000Z',
            stage: { id: stageId('contractsent'), label: 'Contract Sent', isClosed: false },
          },
        ],
        pageInfo: PAGE,
      },
    },
  });
  expect(asked()).toEqual([
    `GET objects/companies/${company} annualrevenue,city,country,domain,hubspot_owner_id,industry,lifecyclestage,name,numberofemployees,phone,type contacts,deals`,
    'GET owners',
    'GET pipelines/deals',
    'GET properties/companies',
    'POST associations/companies/contacts/batch/read 1',
    'POST objects/contacts/batch/read 1 email,firstname,jobtitle,lastname',
    'POST objects/deals/batch/read 1 amount,closedate,deal_currency_code,dealname,dealstage,pipeline',
  ]);
});

it('shows a board of deals with their stages, owners and customers', async () => {
  const { dealPipelines, deals } = await client.request(DealBoardDocument, { first: 10 });
  expect(dealPipelines).toEqual([
    {
      id: 'Pipeline:1234567:default',
      label: 'Sales Pipeline',
      stages: [
        { id: stageId('appointmentscheduled'), label: 'Appointment Scheduled', probability: '0.2', isClosed: false },
        { id: stageId('qualifiedtobuy'), label: 'Qualified To Buy', probability: '0.4', isClosed: false },
        { id: stageId('presentationscheduled'), label: 'Presentation Scheduled', probability: '0.6', isClosed: false },
        {
          id: stageId('decisionmakerboughtin'),
          label: 'Decision Maker Bought-In',
          probability: '0.8',
          isClosed: false,
        },
        { id: stageId('contractsent'), label: 'Contract Sent', probability: '0.9', isClosed: false },
        { id: stageId('closedwon'), label: 'Closed Won', probability: '1.0', isClosed: true },
        { id: stageId('closedlost'), label: 'Closed Lost', probability: '0.0', isClosed: true },
      ],
    },
  ]);
  const pipeline = { id: 'Pipeline:1234567:default', label: 'Sales Pipeline' };
  expect(deals).toEqual({
    nodes: [
      {
        ...{ id: `Deal:1234567:${sale}`, name: 'Oak Health - pilot', amount: '0.1', currency: 'EUR' },
        closeDate: '2026-12-01T00:00:00.000Z',
        stage: { id: stageId('contractsent'), label: 'Contract Sent', probability: '0.9', isClosed: false },
        pipeline,
        owner: ADA_SHOWN,
        companies: { nodes: [{ id: `Company:1234567:${company}`, name: 'Oak Health' }] },
      },
      {
        ...{ id: expect.any(String), name: 'Walk-in', amount: null, currency: null, closeDate: null },
        stage: { id: stageId('gone'), label: null, probability: null, isClosed: null },
        pipeline,
        owner: null,
        companies: { nodes: [] },
      },
    ],
    pageInfo: PAGE,
  });
  expect(asked()).toEqual([
    'GET objects/deals amount,closedate,deal_currency_code,dealname,dealstage,hubspot_owner_id,pipeline companies',
    'GET owners',
    'GET pipelines/deals',
    'POST objects/companies/batch/read 1 name',
  ]);
});

it('shows a deal with its contacts', async () => {
  expect(await client.request(DealPageDocument, { id: sale })).toEqual({
    deal: {
      ...{ id: `Deal:1234567:${sale}`, name: 'Oak Health - pilot', amount: '0.1', currency: 'EUR' },
      ...{ closeDate: '2026-12-01T00:00:00.000Z', dealType: null, description: null },
      contacts: {
        nodes: [{ id: `Contact:1234567:${person}`, firstName: 'Nina', lastName: 'Roth', email: 'nina@oak.example' }],
      },
    },
  });
  expect(asked()).toEqual([
    `GET objects/deals/${sale} amount,closedate,deal_currency_code,dealname,dealtype,description contacts`,
    'POST objects/contacts/batch/read 1 email,firstname,lastname',
  ]);
});

it('lists deals, and contacts with their deals', async () => {
  const shown = { id: `Deal:1234567:${sale}`, name: 'Oak Health - pilot', amount: '0.1' };
  expect(await client.request(DealsDocument, { first: 1 })).toEqual({
    deals: { nodes: [{ ...shown, closeDate: '2026-12-01T00:00:00.000Z' }], pageInfo: { ...PAGE, hasNextPage: true } },
  });
  expect(await client.request(ContactsWithDealsDocument, { first: 10, deals: 2 })).toEqual({
    contacts: {
      nodes: [
        {
          ...{ id: `Contact:1234567:${person}`, email: 'nina@oak.example' },
          deals: { nodes: [{ name: 'Oak Health - pilot', amount: '0.1' }] },
        },
      ],
      pageInfo: PAGE,
    },
  });
  expect(asked()).toEqual([
    'GET objects/contacts email deals',
    'GET objects/deals amount,closedate,dealname',
    'POST objects/deals/batch/read 1 amount,dealname',
  ]);
});

it('finds a contact by its e-mail address', async () => {
  expect(await client.request(ContactByEmailDocument, { email: 'Nina@Oak.example' })).toEqual({
    contactByEmail: { id: `Contact:1234567:${person}`, firstName: 'Nina', lastName: 'Roth', email: 'nina@oak.example' },
  });
  expect(asked()).toEqual(['POST objects/contacts/batch/read 1 email,firstname,lastname']);
});

it('fills a form for a deal', async () => {
  const { dealPipelines, owners, properties } = await client.request(DealFormDocument);
  expect(dealPipelines).toMatchObject([
    { id: 'Pipeline:1234567:default', label: 'Sales Pipeline', stages: { length: 7 } },
  ]);
  expect(owners).toEqual({ nodes: [{ ...ADA_SHOWN, hubspotId: ADA.id, email: 'ada@meadowbrook.example' }] });
  expect(properties?.find(({ name }) => name === 'dealtype')).toEqual({
    ...{ name: 'dealtype', label: 'Deal Type', type: 'ENUMERATION', fieldType: 'radio', readOnly: false },
    options: [
      { value: 'newbusiness', label: 'New Business' },
      { value: 'existingbusiness', label: 'Existing Business' },
    ],
  });
  // One for each sensitivity: HubSpot lists them apart.
  const definitions = Array(3).fill('GET properties/deals');
  expect(asked()).toEqual(['GET owners', 'GET pipelines/deals', ...definitions]);
});

it('tells beforehand what a portal would answer, without a call', async () => {
  const document = '{ contacts(first: 10) { nodes { email } } }';
  const { installation } = await client.request(OperationAccessDocument, { document });
  expect(installation).toEqual({
    id: expect.stringMatching(/^Installation:/),
    access: { allowed: true, missingScopes: [], refusedFields: [], maxHubspotCalls: 1, remedy: null },
  });
  expect(asked()).toEqual([]);
});
