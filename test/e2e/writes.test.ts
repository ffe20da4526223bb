import { GraphQLClient } from 'graphql-request';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import {
  ArchiveContactDocument,
  CreateContactDocument,
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
  const id = createContact.contact?.id.split(':').at(-1) ?? '';
  expect(stack.simulator.portals[0]?.neighbours('contacts', id, 'deals').map(([deal]) => deal)).toEqual(['300030']);

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
        existingId: createContact.contact?.id,
      },
    ],
  });
});

it('moves a deal to another stage, and says which ones there are when it is none', async () => {
  const { updateDeal } = await client.request(MoveDealDocument, { id: '300031', stageId: 'contractsent' });
  expect(updateDeal).toEqual({
    deal: { id: 'Deal:1234567:300031', stage: { id: 'contractsent', label: 'Contract Sent', isClosed: false } },
    userErrors: [],
  });
  expect(calls().filter((call) => call.startsWith('PATCH'))).toEqual(['PATCH /crm/objects/deals/300031']);

  const nowhere = await client.request(MoveDealDocument, { id: '300031', stageId: 'nowhere' });
  expect(nowhere.updateDeal).toEqual({
    deal: null,
    userErrors: [
      {
        code: 'VALIDATION_FAILED',
        message: 'This is none of the values that the property takes.',
        path: ['input', 'stageId'],
        options: expect.arrayContaining(['contractsent', 'closedwon']),
      },
    ],
  });
});

it('upserts a contact by its e-mail address', async () => {
  const input = { idValue: 'alan@one.example', jobTitle: 'Reader' };
  const { upsertContact } = await client.request(UpsertContactDocument, { input });
  expect(upsertContact).toMatchObject({ contact: { email: 'alan@one.example', jobTitle: 'Reader' }, created: true });
  expect(calls()[0]).toBe('POST /crm/objects/contacts/batch/upsert');
});

it('archives a contact in one call', async () => {
  const { archiveContact } = await client.request(ArchiveContactDocument, { id: '100040' });
  expect(archiveContact).toEqual({ archivedId: 'Contact:1234567:100040', userErrors: [] });
  expect(calls()).toEqual(['DELETE /crm/objects/contacts/100040']);
  const { data } = await stack.query('{ contact(id: "100040") { id } }');
  expect(data).toEqual({ contact: null });
});
