import { GraphQLClient } from 'graphql-request';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import {
  ArchiveContactDocument,
  CreateContactDocument,
  CreateDealDocument,
  LabelContactOfDealDocument,
  MoveDealDocument,
  UpsertContactDocument,
} from '../generated/graphql.ts';
import { Stack } from '../helpers/stack.ts';

let stack: Stack;
let client: GraphQLClient;
beforeAll(async () => {
  stack = await Stack.start();
  const scopes = stack.config.hubspot.optionalScopes;
  await stack.connect({ optionalScopes: scopes }, undefined, { granted: scopes });
  client = new GraphQLClient(`${stack.url}/graphql`, { headers: { authorization: `Bearer ${stack.token()}` } });
});
afterAll(() => stack.stop());
beforeEach(() => stack.simulator.log.clear());

const calls = () => stack.simulator.log.crm().map(({ method, path }) => `${method} ${path.replace('/2026-09', '')}`);

it('creates a contact with a deal that is there, in one call', async () => {
  const contact = {
    email: 'grace@one.example',
    firstName: 'Grace',
    associations: [{ objectType: 'DEAL' as const, id: '300030' }],
  };
  const { createContact } = await client.request(CreateContactDocument, { contact });
  expect(createContact).toEqual({
    contact: { id: expect.stringMatching(/^Contact:1234567:\d+$/), email: 'grace@one.example', firstName: 'Grace' },
    created: true,
    userErrors: [],
  });
  expect(calls()).toEqual(['POST /crm/objects/contacts']);
  const id = createContact?.contact?.id.split(':').at(-1) ?? '';
  expect(stack.simulator.portals[0]?.associatedRecords('contacts', id, 'deals').map(([deal]) => deal)).toEqual([
    '300030',
  ]);

  const again = await client.request(CreateContactDocument, { contact });
  expect(again.createContact).toEqual({
    contact: null,
    created: null,
    userErrors: [
      {
        __typename: 'ConflictError',
        code: 'CONFLICT',
        message: 'Another record has this value already.',
        path: ['input', 'email'],
        existingId: createContact?.contact?.id,
      },
    ],
  });
});

it('moves a deal to another stage, and says which ones there are when it is none', async () => {
  const { updateDeal } = await client.request(MoveDealDocument, {
    id: '300031',
    pipelineId: 'default',
    stageId: 'contractsent',
  });
  expect(updateDeal).toEqual({
    deal: {
      id: 'Deal:1234567:300031',
      stage: { id: 'PipelineStage:1234567:default:contractsent', label: 'Contract Sent', isClosed: false },
    },
    userErrors: [],
  });
  expect(calls()).toEqual(['PATCH /crm/objects/deals/300031', 'GET /crm/pipelines/deals']);

  const nowhere = await client.request(MoveDealDocument, { id: '300031', pipelineId: 'default', stageId: 'nowhere' });
  expect(nowhere.updateDeal).toEqual({
    deal: null,
    userErrors: [
      {
        code: 'VALIDATION_FAILED',
        message: 'The value of `dealstage` must be one of its options.',
        path: ['input', 'stageId'],
        options: expect.arrayContaining(['contractsent', 'closedwon']),
      },
    ],
  });
});

it('upserts a contact by its e-mail address', async () => {
  const input = { idValue: 'alan@one.example', jobTitle: 'Reader' };
  const { upsertContact } = await client.request(UpsertContactDocument, { input });
  const contact = { id: expect.stringMatching(/^Contact:1234567:\d+$/), email: 'alan@one.example' };
  expect(upsertContact).toEqual({ contact: { ...contact, jobTitle: 'Reader' }, created: true, userErrors: [] });
  expect(calls()).toEqual(['POST /crm/objects/contacts/batch/upsert']);

  const again = await client.request(UpsertContactDocument, { input: { ...input, jobTitle: 'Writer' } });
  expect(again.upsertContact).toEqual({
    contact: { ...contact, id: upsertContact?.contact?.id, jobTitle: 'Writer' },
    created: false,
    userErrors: [],
  });
  // HubSpot tells what was written; the address, it does not.
  expect(calls().slice(1)).toEqual([
    'POST /crm/objects/contacts/batch/upsert',
    'POST /crm/objects/contacts/batch/read',
  ]);
});

it('creates a deal for a contact, and makes another contact its decision maker', async () => {
  const [portal] = stack.simulator.portals;
  portal?.associate({ type: 'deals', id: '300001' }, { type: 'contacts', id: '100001' }, { label: 'Decision maker' });
  const [first, second] = ['Contact:1234567:100011', 'Contact:1234567:100012'];
  const { createDeal } = await client.request(CreateDealDocument, {
    deal: {
      ...{
        name: 'Pilot',
        amount: 12.5,
        closeDate: '2026-12-01T00:00:00Z',
        pipelineId: 'default',
        stageId: 'contractsent',
      },
      associations: [{ objectType: 'CONTACT', id: first ?? '' }],
    },
  });
  expect(createDeal).toEqual({
    deal: {
      ...{ id: expect.stringMatching(/^Deal:1234567:\d+$/), name: 'Pilot', amount: '12.5' },
      closeDate: '2026-12-01T00:00:00.000Z',
      stage: { id: 'PipelineStage:1234567:default:contractsent', label: 'Contract Sent' },
      contacts: { edges: [{ labels: [], node: { id: first } }] },
    },
    userErrors: [],
    warnings: [],
  });
  expect(calls().toSorted()).toEqual(['POST /crm/associations/deals/contacts/batch/read', 'POST /crm/objects/deals']);

  stack.simulator.log.clear();
  const deal = createDeal?.deal?.id ?? '';
  const labels = ['Decision maker'];
  const { associate } = await client.request(LabelContactOfDealDocument, { deal, contact: second ?? '', labels });
  expect(associate).toEqual({ fromId: deal, toId: second, userErrors: [] });
  const id = deal.split(':').at(-1) ?? '';
  expect(calls()).toEqual([
    'GET /crm/associations/deals/contacts/labels',
    `GET /crm/objects/deals/${id}/associations/contacts`,
    `PUT /crm/objects/deals/${id}/associations/contacts/100012`,
  ]);
  expect(
    portal?.associatedRecords('deals', id, 'contacts').map(([associated, types]) => [associated, types.at(-1)?.label]),
  ).toEqual([
    ['100011', null],
    ['100012', 'Decision maker'],
  ]);
});

it('archives a contact in one call', async () => {
  const { archiveContact } = await client.request(ArchiveContactDocument, { id: '100040' });
  expect(archiveContact).toEqual({ archivedId: 'Contact:1234567:100040', userErrors: [] });
  expect(calls()).toEqual(['DELETE /crm/objects/contacts/100040']);
  const { data } = await stack.query('{ contact(id: "100040") { id } }');
  expect(data).toEqual({ contact: null });
});
