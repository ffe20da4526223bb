import type { Portal } from 'hubspot-graphql-gateway-simulator';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BATCH_FIELDS, type BatchResult, batchResults, CREATE_CONTACTS, people } from '../../helpers/batch-results.ts';
import { ALICE, Stack } from '../../helpers/stack.ts';

let stack: Stack;
let portal: Portal;
beforeAll(async () => {
  stack = await Stack.start();
  const scopes = stack.config.hubspot.optionalScopes;
  await stack.connect({ optionalScopes: scopes }, undefined, { granted: scopes });
  const [only] = stack.simulator.portals;
  if (!only) throw new TypeError('one portal was asked for');
  portal = only;
});
afterAll(() => stack.stop());
beforeEach(() => stack.simulator.log.clear());
afterEach(() => {
  stack.simulator.faults.clear();
  portal.refusesWholeBatches = false;
});

const results = (query: string, variables: object = {}, viewer = ALICE) =>
  batchResults(stack, query, variables, viewer);
const asked = () =>
  stack.simulator.log.crm().map(({ method, path }) => `${method} ${path.split('/').slice(4).join('/')}`);
const isThere = (email: string) => portal.recordBy('contacts', 'email', email) !== undefined;
const indexes = (all: readonly BatchResult[], outcome: string) =>
  all.filter((result) => result.outcome === outcome).map(({ index }) => index);

/** A hundred contacts. Five of them are invalid in different ways. */
function withFiveBad(name: string) {
  portal.create('contacts', { email: `${name}-taken@one.example` });
  const inputs: Record<string, unknown>[] = people(name);
  inputs[3] = { email: 'no address' };
  inputs[20] = { ...inputs[20], leadStatus: 'NOPE' };
  inputs[55] = { email: `${name}-taken@one.example` };
  inputs[56] = { ...inputs[56], properties: [{ name: 'shoe_size', value: '43' }] };
  inputs[99] = { ...inputs[99], associations: [{ objectType: 'DEAL', id: '1' }] };
  return inputs;
}
const BAD = [3, 20, 55, 56, 99];

function expectFiveBad(all: readonly BatchResult[], name: string) {
  expect(all.map(({ index }) => index)).toEqual(Array.from({ length: 100 }, (_, index) => index));
  expect(indexes(all, 'NOT_WRITTEN')).toEqual(BAD);
  expect(indexes(all, 'WRITTEN')).toHaveLength(95);
  expect(BAD.map((index) => all[index]?.userErrors)).toMatchObject([
    [{ path: ['inputs', '3', 'email'], hubspotCode: 'INVALID_EMAIL' }],
    [{ path: ['inputs', '20', 'leadStatus'], hubspotCode: 'INVALID_OPTION' }],
    [{ __typename: 'ConflictError', path: ['inputs', '55', 'email'] }],
    [{ path: ['inputs', '56', 'properties', '0'], property: 'shoe_size', hubspotCode: 'PROPERTY_DOESNT_EXIST' }],
    [{ __typename: 'NotFoundError', path: ['inputs', '99', 'associations', '0', 'id'] }],
  ]);
  for (const { index, outcome, contact } of all) {
    if (outcome === 'WRITTEN') expect(contact?.email).toBe(`${name}-${index}@one.example`);
    else expect(contact).toBeNull();
  }
  const created = [...portal.records('contacts')].filter(({ properties }) =>
    properties.get('email')?.startsWith(`${name}-`),
  );
  // Each once, and the one that was there.
  expect(created).toHaveLength(96);
}

describe('creating a hundred contacts, five of which are invalid', () => {
  it('takes one call when HubSpot answers each input', async () => {
    expectFiveBad(await results(CREATE_CONTACTS, { inputs: withFiveBad('multi') }), 'multi');
    expect(asked()).toEqual(['POST contacts/batch/create']);
  });

  it('takes two calls when HubSpot refuses the batch, and names the invalid values', async () => {
    portal.refusesWholeBatches = true;
    const inputs: Record<string, unknown>[] = people('named');
    inputs[3] = { email: 'no address' };
    inputs[4] = { email: 'no other address' };
    inputs[50] = { ...inputs[50], leadStatus: 'NOPE' };
    inputs[56] = { ...inputs[56], properties: [{ name: 'shoe_size', value: '43' }] };
    inputs[99] = { ...inputs[99], properties: [{ name: 'shoe_size', value: '44' }] };
    const all = await results(CREATE_CONTACTS, { inputs });
    expect(indexes(all, 'NOT_WRITTEN')).toEqual([3, 4, 50, 56, 99]);
    expect(all[4]?.userErrors).toMatchObject([{ path: ['inputs', '4', 'email'], hubspotCode: 'INVALID_EMAIL' }]);
    expect(asked()).toHaveLength(2);
    expect(stack.simulator.log.crm()[1]?.body).toMatchObject({ inputs: { length: 95 } });
    expect(people('named').filter(({ email }) => isThere(email))).toHaveLength(95);
  });

  it('halves what HubSpot refuses without a name', async () => {
    portal.refusesWholeBatches = true;
    expectFiveBad(await results(CREATE_CONTACTS, { inputs: withFiveBad('whole') }), 'whole');
    // The batch; what is left of it without the four that HubSpot names; and the halves with the conflict.
    expect(asked().length).toBe(14);
  });

  it('finds five conflicts, each of which HubSpot tells without its input', async () => {
    portal.refusesWholeBatches = true;
    const inputs = people('conflict');
    for (const index of BAD) portal.create('contacts', { email: inputs[index]?.email ?? '' });
    const all = await results(CREATE_CONTACTS, { inputs });
    expect(indexes(all, 'NOT_WRITTEN')).toEqual(BAD);
    expect(all[55]?.userErrors).toMatchObject([
      { __typename: 'ConflictError', path: ['inputs', '55', 'email'], existingHubspotId: expect.any(String) },
    ]);
    expect(asked().length).toBe(33);
  });

  it('does not send more calls than an operation may make, and creates nothing twice', async () => {
    portal.refusesWholeBatches = true;
    const inputs = people('limit');
    for (const { email } of inputs.filter((_, index) => index % 2 === 0)) portal.create('contacts', { email });
    const all = await results(CREATE_CONTACTS, { inputs });
    expect(asked()).toHaveLength(50);
    const left = all.filter(({ failure }) => failure);
    expect(left.length).toBeGreaterThan(0);
    expect(new Set(left.map(({ outcome, failure }) => `${outcome} ${failure?.code}`))).toEqual(
      new Set(['NOT_WRITTEN BAD_USER_INPUT']),
    );
    for (const { index, outcome } of all) {
      expect(isThere(`limit-${index}@one.example`)).toBe(outcome === 'WRITTEN' || index % 2 === 0);
    }
  });
});

describe('the other verbs', () => {
  const UPDATE = `mutation ($inputs: [UpdateContactInput!]!) { payload: updateContacts(inputs: $inputs) { results { ${BATCH_FIELDS.replace('contact { email }', '')} } } }`;
  const UPSERT = `mutation ($inputs: [UpsertContactInput!]!) { payload: upsertContacts(inputs: $inputs) { results { ${BATCH_FIELDS} } } }`;
  const ARCHIVE =
    'mutation ($ids: [ID!]!) { payload: archiveContacts(ids: $ids) { results { index outcome archivedId userErrors { __typename path } failure { code } } } }';

  it('update: each record once, and those that are not there are told', async () => {
    const inputs = [
      { id: '100010', jobTitle: 'Boss', city: null },
      { id: '1', jobTitle: 'Boss' },
      { id: `Contact:${portal.hubId}:100012`, email: 'x' },
      { id: `Deal:${portal.hubId}:100013`, city: 'York' },
    ];
    const all = await results(UPDATE, { inputs });
    expect(all.map(({ outcome, userErrors }) => [outcome, ...userErrors])).toMatchObject([
      ['WRITTEN'],
      ['NOT_WRITTEN', { __typename: 'NotFoundError', path: ['inputs', '1', 'id'] }],
      ['NOT_WRITTEN', { path: ['inputs', '2', 'email'], hubspotCode: 'INVALID_EMAIL' }],
      ['NOT_WRITTEN', { __typename: 'NotFoundError', path: ['inputs', '3', 'id'] }],
    ]);
    expect(portal.record('contacts', '100010')?.properties.get('jobtitle')).toBe('Boss');
    expect(portal.record('contacts', '100010')?.properties.has('city')).toBe(false);
    expect(asked()).toEqual(['POST contacts/batch/update']);
  });

  it('upsert: HubSpot refuses a batch by e-mail address as a whole', async () => {
    const inputs = [
      { idValue: 'new@upsert.example', firstName: 'New' },
      { idValue: 'NEW-2@upsert.example', leadStatus: 'NOPE' },
      { idValue: portal.record('contacts', '100014')?.properties.get('email'), firstName: 'Old' },
    ];
    const all = await results(UPSERT.replace('created', 'created contact { firstName }'), { inputs });
    expect(
      all.map((result) => [result.outcome, Reflect.get(result, 'created'), Reflect.get(result, 'contact')]),
    ).toEqual([
      ['WRITTEN', true, { email: 'new@upsert.example', firstName: 'New' }],
      ['NOT_WRITTEN', null, null],
      ['WRITTEN', false, { email: inputs[2]?.idValue, firstName: 'Old' }],
    ]);
    expect(all[1]?.userErrors).toMatchObject([{ path: ['inputs', '1', 'leadStatus'] }]);
    // The batch, the batch without the invalid one, and what HubSpot's answer lacks.
    expect(asked()).toEqual(['POST contacts/batch/upsert', 'POST contacts/batch/upsert', 'POST contacts/batch/read']);
  });

  it('archive: an id may stand twice, and need not exist', async () => {
    const ids = ['100020', `Contact:${portal.hubId}:100020`, '1', `Deal:${portal.hubId}:1`];
    expect(await results(ARCHIVE, { ids })).toEqual([
      { index: 0, outcome: 'WRITTEN', archivedId: 'Contact:1234567:100020', userErrors: [], failure: null },
      { index: 1, outcome: 'WRITTEN', archivedId: 'Contact:1234567:100020', userErrors: [], failure: null },
      { index: 2, outcome: 'WRITTEN', archivedId: 'Contact:1234567:1', userErrors: [], failure: null },
      {
        ...{ index: 3, outcome: 'NOT_WRITTEN', archivedId: null, failure: null },
        userErrors: [{ __typename: 'NotFoundError', path: ['ids', '3'] }],
      },
    ]);
    expect(stack.simulator.log.crm().map(({ body }) => body)).toEqual([{ inputs: [{ id: '100020' }, { id: '1' }] }]);
    expect(portal.record('contacts', '100020')?.archivedAt).toBeDefined();
  });

  it('all exist for each type of record', async () => {
    const { data, errors } = await stack.query(`mutation {
      a: createDeals(inputs: [{ name: "A", stageId: "appointmentscheduled" }, { name: "B" }]) { results { outcome deal { name } } }
      b: createCompanies(inputs: { name: "C" }) { results { outcome company { name } } }
      c: updateDeals(inputs: { id: "300001", name: "D" }) { results { outcome deal { name } } }
      d: archiveCompanies(ids: "200009") { results { outcome archivedId } }
    }`);
    expect({ data, errors }).toMatchObject({
      data: {
        a: {
          results: [
            { outcome: 'WRITTEN', deal: { name: 'A' } },
            { outcome: 'NOT_WRITTEN', deal: null },
          ],
        },
        b: { results: [{ outcome: 'WRITTEN', company: { name: 'C' } }] },
        c: { results: [{ outcome: 'WRITTEN', deal: { name: 'D' } }] },
        d: { results: [{ outcome: 'WRITTEN', archivedId: 'Company:1234567:200009' }] },
      },
    });
    expect(asked()).toHaveLength(4);
  });
});

describe('what the payload selects', () => {
  it('is read for all records in one call when HubSpot did not tell it', async () => {
    const query = CREATE_CONTACTS.replace('{ email }', '{ email phone lifecycleStage }');
    const all = await results(query, { inputs: people('read', 30) });
    expect(all[29]?.contact).toEqual({ email: 'read-29@one.example', phone: null, lifecycleStage: null });
    expect(asked()).toEqual(['POST contacts/batch/create', 'POST contacts/batch/read']);
  });

  it('counts in the bound of calls', async () => {
    const bound = async (document: string) => {
      const { data } = await stack.query(
        'query ($document: String!) { installation { access(document: $document) { maxHubspotCalls } } }',
        { document },
      );
      return (data as unknown as { installation: { access: { maxHubspotCalls: number } } }).installation.access
        .maxHubspotCalls;
    };
    const two = (selection: string) =>
      `mutation { createContacts(inputs: [{ email: "a@a.example" }, { email: "b@b.example" }]) { results { outcome ${selection} } } }`;
    // The batch, and each of its halves; a read, and one by the former ids; the associations and their records.
    expect(await bound(two(''))).toBe(3);
    expect(await bound(two('contact { email }'))).toBe(5);
    expect(await bound(two('contact { deals(first: 60) { nodes { name } } }'))).toBe(8);
    expect(await bound(CREATE_CONTACTS)).toBe(50);
  });
});
