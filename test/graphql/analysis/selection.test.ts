import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Stack } from '../../helpers/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start();
  await stack.connect();
});
afterAll(() => stack.stop());
beforeEach(() => stack.simulator.log.clear());

/** What HubSpot was asked: `[call, properties]`. */
async function asked(query: string, variables: object = {}) {
  const { errors } = await stack.query(query, variables);
  expect(errors).toBeUndefined();
  return stack.simulator.log.crm().map(({ method, path, query: parameters, body }) => {
    const properties =
      parameters.properties ?? ((body as { properties?: string[] } | undefined)?.properties ?? []).join();
    return `${method} ${path.replace('/crm/', '').replace('/2026-09', '')} ${properties}`.trim();
  });
}

describe('the connector reads only selected properties', () => {
  it.each([
    ['one field', '{ contact(id: "100001") { email } }', ['POST objects/contacts/batch/read email']],
    ['nothing but ids of a list', '{ contacts { nodes { id hubspotId __typename } } }', ['GET objects/contacts']],
    [
      'fragments',
      '{ contact(id: "100001") { ...A ... on Contact { ...B } ... { city } } } fragment A on Contact { email ...B } fragment B on Contact { phone }',
      ['POST objects/contacts/batch/read city,email,phone'],
    ],
    [
      'a fragment at two levels',
      '{ contact(id: "100001") { owner { ...N } ...N } } fragment N on Node { id ... on Contact { email } }',
      ['POST objects/contacts/batch/read email,hubspot_owner_id', 'GET owners'],
    ],
    [
      'edges and nodes together',
      '{ contacts { edges { node { email } } nodes { phone } } }',
      ['GET objects/contacts email,phone'],
    ],
    [
      'the same field twice',
      '{ contact(id: "100001") { email } contact(id: "100001") { phone } }',
      ['POST objects/contacts/batch/read email,phone'],
    ],
    [
      'aliases, joined into one call',
      '{ a: contact(id: "100001") { email } b: contact(id: "100002") { phone } }',
      ['POST objects/contacts/batch/read email,phone'],
    ],
    [
      'a record by either of its ids, once',
      '{ a: contact(id: "100001") { email } b: contact(id: "Contact:1234567:100001") { email } }',
      ['POST objects/contacts/batch/read email'],
    ],
    [
      'a node',
      '{ node(id: "Deal:1234567:300001") { id ... on Deal { amount } ... on Contact { email } } }',
      ['POST objects/deals/batch/read amount'],
    ],
    [
      'a node, through what all records share',
      '{ node(id: "Deal:1234567:300001") { ... on CrmRecord { ...R } ... on Contact { email } } } fragment R on CrmRecord { url ... on Deal { amount } ... on Node { id } ... on Company { domain } }',
      ['POST objects/deals/batch/read amount'],
    ],
    [
      'properties by name, each once',
      '{ contact(id: "100001") { email a: property(name: "email") { raw } b: property(name: "phone") { name } properties(names: ["city", "phone"]) { raw } } }',
      ['POST objects/contacts/batch/read city,email,phone'],
    ],
    [
      'ids of a stage and its pipeline',
      '{ deal(id: "300001") { stage { id } pipeline { id } } }',
      ['POST objects/deals/batch/read dealstage,pipeline'],
    ],
    [
      'associated records of one record',
      '{ deal(id: "300001") { contacts { nodes { lastName } } } }',
      ['GET objects/deals/300001', 'POST objects/contacts/batch/read lastname'],
    ],
    [
      'ids of associated records, without reading them',
      '{ deals { nodes { contacts { nodes { id } } } } }',
      ['GET objects/deals'],
    ],
    [
      'labels, which do not come inline',
      '{ deals(first: 3) { nodes { contacts { edges { labels } } } } }',
      ['GET objects/deals', 'POST associations/deals/contacts/batch/read'],
    ],
  ])('%s', async (_name, query, calls) => {
    expect(await asked(query)).toEqual(calls);
  });

  it('after @skip and @include, for every value of the variables', async () => {
    const query =
      'query ($yes: Boolean!) { contact(id: "100001") { email @include(if: $yes) phone @skip(if: $yes) deals @include(if: $yes) { nodes { id } } } }';
    expect(await asked(query, { yes: true })).toEqual(['GET objects/contacts/100001 email']);
    stack.simulator.log.clear();
    expect(await asked(query, { yes: false })).toEqual(['POST objects/contacts/batch/read phone']);
  });
});

it('of a node depends on its type, also when the document returned another type before', async () => {
  const query = 'query ($id: ID!) { node(id: $id) { ... on Deal { amount } ... on Contact { email } } }';
  for (const [id, call] of [
    ['Contact:1234567:100001', 'POST objects/contacts/batch/read email'],
    ['Deal:1234567:300001', 'POST objects/deals/batch/read amount'],
  ]) {
    stack.simulator.log.clear();
    expect(await asked(query, { id })).toEqual([call]);
  }
});

it('joins the deals of many contacts into one association read and one record read', async () => {
  const ids = Array.from(
    { length: 25 },
    (_, index) => `c${index}: contact(id: "${100_001 + index}") { deals(first: 2) { nodes { name } } }`,
  );
  const calls = await asked(`{ ${ids.slice(0, 20).join(' ')} }`);
  expect(calls).toEqual([
    'POST objects/contacts/batch/read',
    'POST associations/contacts/deals/batch/read',
    'POST objects/deals/batch/read dealname',
  ]);
});

it('leaves a associated record out that vanished, and says nothing about it', async () => {
  const [portal] = stack.simulator.portals;
  const gone = portal?.create('deals', { dealname: 'gone' });
  const kept = portal?.create('deals', { dealname: 'kept' });
  const person = portal?.create('contacts', { email: 'associated record@meadowbrook.example' });
  for (const deal of [gone, kept]) {
    portal?.associate({ type: 'contacts', id: person?.id ?? '' }, { type: 'deals', id: deal?.id ?? '' });
  }
  portal?.erase('deals', gone?.id ?? '');
  const { data, errors } = await stack.query('query ($id: ID!) { contact(id: $id) { deals { nodes { name } } } }', {
    id: person?.id,
  });
  expect(errors).toBeUndefined();
  expect(data).toEqual({ contact: { deals: { nodes: [{ name: 'kept' }] } } });
});

it('shows empty values as null and amounts digit for digit', async () => {
  const [portal] = stack.simulator.portals;
  const deal = portal?.create('deals', { dealname: '', amount: '12345678901234.56', closedate: '1764547200000' });
  const { data } = await stack.query('query ($id: ID!) { deal(id: $id) { name amount closeDate description } }', {
    id: deal?.id,
  });
  expect(data).toEqual({
    deal: { name: null, amount: '12345678901234.56', closeDate: '2025-12-01T00:00:00.000Z', description: null },
  });
});
