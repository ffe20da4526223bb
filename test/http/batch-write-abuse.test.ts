import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ALICE, Stack } from '../helpers/stack.ts';
import { expectUnharmed } from '../helpers/unharmed.ts';

let stack: Stack;
let installation: string;
beforeAll(async () => {
  stack = await Stack.start();
  const granted = ['crm.objects.contacts.write', 'crm.objects.companies.read', 'crm.objects.companies.write'];
  installation = await stack.connect({ optionalScopes: granted }, undefined, { granted });
});
afterAll(() => stack.stop());
beforeEach(() => stack.simulator.log.clear());
afterEach(() => expectUnharmed(stack));

/** The one error of a mutation, with which HubSpot was asked nothing. */
async function refusal(field: string, variables: object = {}, viewer = ALICE) {
  const definitions = Object.keys(variables).includes('inputs')
    ? '($inputs: [CreateContactInput!]!)'
    : Object.keys(variables).includes('ids')
      ? '($ids: [ID!]!)'
      : '';
  const answer = await stack.query(`mutation ${definitions} { x: ${field} { results { index } } }`, variables, viewer);
  expect(answer.data ?? { x: null }).toEqual({ x: null });
  expect(answer.errors).toHaveLength(1);
  expect(stack.simulator.log.crm()).toEqual([]);
  const { message, extensions } = answer.errors?.[0] ?? {};
  return { message, code: extensions?.code, argument: extensions?.argument, extensions };
}

describe('a mutation of several records refuses before it calls HubSpot', () => {
  it.each([
    ['createContacts(inputs: [])', 'inputs'],
    ['updateContacts(inputs: [])', 'inputs'],
    ['upsertContacts(inputs: [])', 'inputs'],
    ['archiveContacts(ids: [])', 'ids'],
  ])('%s', async (field, argument) => {
    expect(await refusal(field)).toMatchObject({
      message: `${argument} must have 1 to 100 entries, and has 0.`,
      code: 'BAD_USER_INPUT',
      argument,
    });
  });

  it('more than a hundred inputs', async () => {
    const inputs = Array.from({ length: 101 }, (_, index) => ({ email: `a${index}@a.example` }));
    const tooMany = (argument: string, count: number) => ({
      message: `${argument} must have 1 to 100 entries, and has ${count}: send the others in further mutations.`,
      code: 'BAD_USER_INPUT',
      argument,
    });
    expect(await refusal('createContacts(inputs: $inputs)', { inputs })).toMatchObject(tooMany('inputs', 101));
    const ids = Array.from({ length: 5_000 }, () => '1');
    expect(await refusal('archiveContacts(ids: $ids)', { ids })).toMatchObject(tooMany('ids', 5_000));
  });

  it.each([
    [
      'createContacts(inputs: [{}, { ownerId: "x/../y" }])',
      'inputs[1]: An id must be a HubSpot record id or a global id.',
    ],
    [
      'createContacts(inputs: [{}, { email: "a@a.example", properties: { name: "email", value: "b" } }])',
      'inputs[1]: The property email is given twice.',
    ],
    ['updateContacts(inputs: [{ id: "1", city: "X" }, { id: "2" }])', 'inputs[1]: There is nothing to write.'],
    ['upsertContacts(inputs: [{ idValue: "a" }, { idValue: " " }])', 'inputs[1]: idValue must not be empty.'],
    ['archiveContacts(ids: ["1", "1?archived=true"])', 'ids[1]: An id must be a HubSpot record id or a global id.'],
    [
      'updateContacts(inputs: [{ id: "7", city: "X" }, { id: "8", city: "X" }, { id: "Contact:1234567:7", city: "Y" }])',
      'inputs[0] and inputs[2] are the same record: join them.',
    ],
    [
      'upsertContacts(inputs: [{ idValue: "a@a.example" }, { idValue: " A@a.example" }])',
      'inputs[0] and inputs[1] are the same record: join them.',
    ],
    [
      'createContacts(inputs: [{ installationId: "A" }, { installationId: "B" }])',
      'The arguments name several installations: one mutation writes to one portal.',
    ],
    [
      'createContacts(installationId: "A", inputs: { installationId: "B" })',
      'The arguments name several installations: one mutation writes to one portal.',
    ],
  ])('%s', async (field, message) => {
    expect(await refusal(field)).toMatchObject({ message, code: 'BAD_USER_INPUT' });
  });

  it('an installation of nobody, and a viewer who may only read', async () => {
    expect(await refusal('archiveContacts(installationId: "nobody", ids: "1")')).toMatchObject({ code: 'NOT_FOUND' });
    const reader = { ...ALICE, scope: 'hubspot:read' };
    expect(await refusal('createContacts(inputs: { email: "a@a.example" })', {}, reader)).toMatchObject({
      code: 'FORBIDDEN',
      extensions: { requiredPermission: 'hubspot:write' },
    });
  });

  it('scopes that the grant lacks for one input, with the remedy', async () => {
    const inputs = [
      { email: 'a@a.example' },
      { email: 'b@a.example', associations: [{ objectType: 'DEAL', id: '300001' }] },
    ];
    expect(await refusal('createContacts(inputs: $inputs)', { inputs })).toMatchObject({
      code: 'MISSING_SCOPES',
      extensions: {
        coordinate: 'Mutation.createContacts',
        missingScopes: ['crm.objects.deals.write'],
        remedy: {
          mutation: 'connectHubSpot',
          input: { installationId: installation, scopes: expect.arrayContaining(['crm.objects.deals.write']) },
        },
      },
    });
    expect(await refusal('updateDeals(inputs: { id: "1", name: "X" })')).toMatchObject({ code: 'MISSING_SCOPES' });
  });
});
