import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ALICE, type Answer, SMALL_PORTAL, Stack } from '../helpers/stack.ts';

const READ = ['contacts', 'deals', 'companies', 'owners'].map((name) => `crm.objects.${name}.read`);
const SENSITIVE = 'crm.objects.contacts.sensitive.read';
const OPTIONAL = [...READ, 'crm.objects.contacts.write', SENSITIVE];
const DEALS = 'crm.objects.deals.read';

let stack: Stack;
let installationId: string;
beforeEach(async () => {
  stack = await Stack.start({
    simulator: { app: { requiredScopes: ['oauth'], optionalScopes: OPTIONAL } },
    env: { HUBSPOT_SCOPES: 'oauth', HUBSPOT_OPTIONAL_SCOPES: OPTIONAL.join(' ') },
  });
  installationId = await stack.connect({ optionalScopes: OPTIONAL }, undefined, { granted: OPTIONAL });
});
afterEach(() => stack.stop());

const take = (...scopes: readonly string[]) => stack.simulator.grants.takeScopes(SMALL_PORTAL.hubId, scopes);
const calls = () => stack.simulator.log.crm().map(({ method, path, status }) => `${method} ${path} ${status}`);
const coordinates = ({ errors = [] }: Answer) => errors.map(({ extensions }) => extensions?.coordinate);

/** The first answer after the grant shrank is the one that a later query gets; no message names a call. */
async function firstAsLater(query: string): Promise<Answer> {
  const first = await stack.settle(stack.query(query));
  const later = await stack.settle(stack.query(query));
  const sorted = ({ data, errors = [] }: Answer) => ({
    data,
    errors: errors.map((error) => JSON.stringify(error)).sort(),
  });
  expect(sorted(first)).toEqual(sorted(later));
  for (const { message, extensions } of first.errors ?? []) {
    expect(message).toBe(`${extensions?.coordinate} needs scopes that this portal has not granted.`);
  }
  return first;
}

describe('the first query after a grant shrank', () => {
  it('loses the associated records of a list alone, and reads the list once more', async () => {
    take(DEALS);
    stack.simulator.log.clear();
    const answer = await stack.query('{ contacts(first: 3) { nodes { email deals { nodes { name } } } } }');
    expect(answer.data).toEqual({ contacts: { nodes: Array(3).fill({ email: expect.any(String), deals: null }) } });
    expect(answer.errors).toEqual([
      {
        message: 'Contact.deals needs scopes that this portal has not granted.',
        path: ['contacts', 'nodes', 0, 'deals'],
        locations: [{ line: 1, column: 38 }],
        extensions: {
          code: 'MISSING_SCOPES',
          installationId,
          coordinate: 'Contact.deals',
          requiredScopes: [['crm.objects.contacts.read', DEALS]],
          missingScopes: [DEALS],
          remedy: {
            mutation: 'connectHubSpot',
            input: { installationId, scopes: [...OPTIONAL, 'oauth'].sort() },
          },
        },
      },
    ]);
    expect(calls()).toEqual(['GET /crm/objects/2026-09/contacts 403', 'GET /crm/objects/2026-09/contacts 200']);
    expect(await stack.query('{ installation { missingScopes grantedScopes } }')).toMatchObject({
      data: { installation: { grantedScopes: expect.not.arrayContaining([DEALS]) } },
    });
  });

  it.each([
    [
      'a record with its associated records',
      '{ contact(id: "100001") { email deals { nodes { name } } } }',
      ['Contact.deals'],
    ],
    [
      'a record by its global id',
      '{ node(id: "Contact:1234567:100001") { ... on Contact { email deals { nodes { name } } } } }',
      ['Contact.deals'],
    ],
    [
      'labels of associated records',
      '{ contacts(first: 3) { nodes { email deals { edges { labels } } } } }',
      ['Contact.deals'],
    ],
    [
      'a search',
      '{ deals(query: "a") { nodes { name } } companies(query: "a") { nodes { name deals { totalCount } } } }',
      ['Query.deals', 'Company.deals'],
    ],
    [
      'several fields',
      '{ a: contacts { nodes { deals { totalCount } } } b: deals { nodes { name } } c: companies { nodes { deals { totalCount } } } }',
      ['Contact.deals', 'Query.deals', 'Company.deals'],
    ],
    [
      'a nested installation',
      '{ installations { contacts(first: 2) { nodes { email deals { totalCount } } } deals { totalCount } } }',
      ['Contact.deals', 'Installation.deals'],
    ],
    ['pipelines', '{ dealPipelines { label } contacts(first: 1) { nodes { email } } }', ['Query.dealPipelines']],
  ])('is answered as a later one: %s', async (_name, query, refused) => {
    take(DEALS);
    expect(coordinates(await firstAsLater(query)).sort()).toEqual([...refused].sort());
  });

  it('loses owners of records alone', async () => {
    take('crm.objects.owners.read');
    const answer = await firstAsLater('{ deals(first: 10) { nodes { name owner { email } } } }');
    expect(coordinates(answer)).toEqual(['Deal.owner']);
    expect(answer.data).toMatchObject({ deals: { nodes: Array(10).fill({ name: expect.any(String), owner: null }) } });
  });

  it('loses sensitive values alone', async () => {
    stack.simulator.portals[0]?.defineProperty('contacts', {
      ...{ name: 'diagnosis', type: 'string', fieldType: 'text', dataSensitivity: 'sensitive' },
    });
    take(SENSITIVE);
    const answer = await firstAsLater('{ contacts(first: 2) { nodes { email property(name: "diagnosis") { raw } } } }');
    expect(coordinates(answer)).toEqual(['Contact.property']);
    expect(answer.data).toMatchObject({ contacts: { nodes: [{ email: expect.any(String) }, {}] } });
  });

  it('is a mutation that is not repeated, and tells what it lacks', async () => {
    take('crm.objects.contacts.write');
    stack.simulator.log.clear();
    const { errors } = await stack.query('mutation { createContact(input: { firstName: "A" }) { contact { id } } }');
    expect(errors).toMatchObject([
      {
        message: 'Mutation.createContact needs scopes that this portal has not granted.',
        path: ['createContact'],
        extensions: {
          code: 'MISSING_SCOPES',
          coordinate: 'Mutation.createContact',
          missingScopes: ['crm.objects.contacts.write'],
        },
      },
    ]);
    expect(calls()).toEqual(['POST /crm/objects/2026-09/contacts 403']);
  });

  it('loses the associated records of what a mutation wrote', async () => {
    take(DEALS);
    const { data, errors } = await stack.query(
      'mutation { updateContact(input: { id: "100001", city: "A" }) { contact { city deals { nodes { name } } } } }',
    );
    expect(data).toEqual({ updateContact: { contact: { city: 'A', deals: null } } });
    expect(errors?.map(({ extensions }) => extensions?.coordinate)).toEqual(['Contact.deals']);
  });

  it('leaves others under the same pipeline what they may have', async () => {
    const BOB = { ...ALICE, sub: 'bob' };
    take(DEALS);
    const [one, other] = await Promise.all([
      stack.query('{ contact(id: "100001") { email deals { nodes { name } } } }'),
      stack.query('{ contact(id: "100002") { email } }', {}, BOB),
    ]);
    expect(coordinates(one)).toEqual(['Contact.deals']);
    expect(other).toEqual({ data: { contact: { email: expect.any(String) } } });
  });

  it('loses what was still to be read when the list is there already', async () => {
    const hold = stack.simulator.faults.add({ match: '^POST .*/deals/batch/read$', times: 1, fault: { kind: 'hold' } });
    const answering = stack.query('{ contacts(first: 20) { nodes { email deals(first: 1) { nodes { name } } } } }');
    await hold.reached(1);
    take(DEALS);
    hold.release();
    const answer = await answering;
    expect(coordinates(answer)).toEqual(['Contact.deals']);
    expect(answer.data).toMatchObject({ contacts: { nodes: Array(20).fill({ email: expect.any(String) }) } });
  });

  it('never costs more calls than an operation may', async () => {
    take(DEALS);
    const one = (alias: number) => `a${alias}: contacts(first: 500) { nodes { deals(first: 1) { totalCount } } }`;
    const { errors } = await stack.settle(
      stack.query(`{ ${Array.from({ length: 20 }, (_, index) => one(index)).join(' ')} }`),
    );
    expect(errors).not.toEqual([]);
    expect(stack.simulator.log.crm().length).toBeLessThanOrEqual(50);
  });

  it('keeps a refusal that no scope explains', async () => {
    stack.simulator.faults.add({ match: '^GET .*/contacts$', fault: { kind: 'answer', status: 403, body: '{}' } });
    take('crm.objects.owners.read');
    const { errors } = await stack.query('{ contacts { nodes { email } } }');
    expect(errors?.map(({ extensions }) => extensions?.code)).toEqual(['HUBSPOT_FORBIDDEN']);
    expect(stack.simulator.log.crm()).toHaveLength(2);
  });
});

it('is noticed by every replica on its own', async () => {
  const replicas = await Stack.start({
    ...{ database: 'postgres', replicas: 2 },
    simulator: { app: { requiredScopes: ['oauth'], optionalScopes: OPTIONAL } },
    env: { HUBSPOT_SCOPES: 'oauth', HUBSPOT_OPTIONAL_SCOPES: OPTIONAL.join(' ') },
  });
  try {
    await replicas.connect({ optionalScopes: OPTIONAL }, undefined, { granted: OPTIONAL });
    const query = '{ contacts(first: 3) { nodes { email deals { nodes { name } } } } }';
    for (const replica of [0, 1]) expect((await replicas.queryOn(replica, query)).errors).toBeUndefined();
    replicas.simulator.grants.takeScopes(SMALL_PORTAL.hubId, [DEALS]);
    const answers = await Promise.all([0, 1].map((replica) => replicas.queryOn(replica, query)));
    for (const answer of answers) {
      expect(coordinates(answer)).toEqual(['Contact.deals']);
      expect(answer.data).toMatchObject({ contacts: { nodes: Array(3).fill({ email: expect.any(String) }) } });
    }
  } finally {
    await replicas.stop();
  }
});
