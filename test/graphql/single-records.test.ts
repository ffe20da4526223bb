import type { Portal } from 'hubspot-graphql-gateway-simulator';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SMALL_PORTAL, Stack } from '../helpers/stack.ts';

let stack: Stack;
let portal: Portal;
/** A contact with two deals and a company. */
let person: string;
beforeAll(async () => {
  const size = { contacts: 0, deals: 0, companies: 0 };
  stack = await Stack.start({ simulator: { portals: [{ ...SMALL_PORTAL, size }] } });
  const [only] = stack.simulator.portals;
  if (!only) throw new TypeError('one portal was asked for');
  portal = only;
  person = portal.create('contacts', { email: 'ada@one.example', firstname: 'Ada' }).id;
  connect(person, 2);
  const company = portal.create('companies', { name: 'Oak' }).id;
  portal.associate({ type: 'contacts', id: person }, { type: 'companies', id: company }, { primary: true });
  const scopes = ['crm.objects.companies.read'];
  await stack.connect({ optionalScopes: scopes }, undefined, { granted: scopes });
});
afterAll(() => stack.stop());
beforeEach(() => stack.simulator.log.clear());

function connect(contact: string, count: number): void {
  for (let index = 0; index < count; index += 1) {
    const deal = portal.create('deals', { dealname: `Deal ${index}` }).id;
    portal.associate({ type: 'contacts', id: contact }, { type: 'deals', id: deal });
  }
}

function asked(): string[] {
  return stack.simulator.log.crm().map(({ status, method, path, query }) => {
    const call = `${method} ${path.replace('/crm/', '').replace('/2026-09', '')}`;
    return [status, call, query.associations].filter(Boolean).join(' ');
  });
}

const PAGE = `query ($id: ID!) {
  contact(id: $id) { email companies { nodes { name } } deals(first: 100) { nodes { hubspotId } pageInfo { hasNextPage } } }
}`;

describe('a single record', () => {
  it('is read with its associated records in one call', async () => {
    const { data, errors } = await stack.query(PAGE, { id: person });
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({
      contact: { email: 'ada@one.example', companies: { nodes: [{ name: 'Oak' }] }, deals: { nodes: [{}, {}] } },
    });
    expect(asked()).toEqual([
      `200 GET objects/contacts/${person} companies,deals`,
      '200 POST objects/companies/batch/read',
    ]);
  });

  it('is read with its associated records by e-mail address, too', async () => {
    const { data } = await stack.query('{ contactByEmail(email: "ADA@one.example") { id deals { nodes { id } } } }');
    expect(data).toMatchObject({ contactByEmail: { deals: { nodes: [{}, {}] } } });
    expect(stack.simulator.log.crm().map(({ path, query }) => [path, query])).toEqual([
      [
        '/crm/objects/2026-09/contacts/ada%40one.example',
        { idProperty: 'email', properties: 'email', associations: 'deals' },
      ],
    ]);
  });

  it.each(['.', '..'])('is not read by the address %j, which would change the path of the URL', async (email) => {
    const query = 'query ($email: String!) { contactByEmail(email: $email) { deals { nodes { id } } } }';
    expect(await stack.query(query, { email })).toEqual({ data: { contactByEmail: null } });
    expect(asked().map((call) => call.slice(4))).toEqual(['POST objects/contacts/batch/read']);
  });

  it('without selected associated records is a batch read, which other requests can share', async () => {
    await stack.query('query ($id: ID!) { contact(id: $id) { email } }', { id: person });
    expect(asked()).toEqual(['200 POST objects/contacts/batch/read']);
  });

  it('has all associated records when HubSpot returns only some of them with the record', async () => {
    const { id } = portal.create('contacts', { email: 'many@one.example' });
    connect(id, 101);
    const { data } = await stack.query(PAGE, { id });
    expect(data).toMatchObject({ contact: { deals: { pageInfo: { hasNextPage: true } } } });
    expect(asked()).toEqual([
      `200 GET objects/contacts/${id} companies,deals`,
      '200 POST associations/contacts/deals/batch/read',
    ]);
  });

  it('is null when it does not exist', async () => {
    const { data, errors } = await stack.query(PAGE, { id: '999999' });
    expect({ data, errors }).toEqual({ data: { contact: null } });
  });

  it('is returned when HubSpot refuses only its associated records', async () => {
    const refused = stack.simulator.faults.add({
      match: '^GET /crm/objects/2026-09/contacts/|/associations/',
      fault: { kind: 'answer', status: 403, body: '{"category":"MISSING_SCOPES","message":"no"}' },
    });
    const { data, errors } = await stack.query(PAGE, { id: person });
    refused.remove();
    expect(data).toEqual({ contact: { email: 'ada@one.example', companies: null, deals: null } });
    expect(errors?.map(({ path }) => path)).toEqual([
      ['contact', 'companies'],
      ['contact', 'deals'],
    ]);
  });

  it('is a batch read when it has too many properties for a URL', async () => {
    const names = Array.from({ length: 100 }, (_, index) => `${'long'.repeat(20)}_${index}`);
    for (const name of names) portal.defineProperty('contacts', { name, type: 'string', fieldType: 'text' });
    const query =
      'query ($id: ID!, $names: [String!]!) { contact(id: $id) { properties(names: $names) { raw } deals { nodes { id } } } }';
    const { data, errors } = await stack.query(query, { id: person, names });
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({ contact: { deals: { nodes: [{}, {}] } } });
    expect(asked().filter((call) => !call.includes('properties'))).toEqual([
      '200 POST objects/contacts/batch/read',
      '200 POST associations/contacts/deals/batch/read',
    ]);
  });
});

it('records that are read together share their calls', async () => {
  const other = portal.create('contacts', { email: 'other@one.example' }).id;
  const [first, second] = await Promise.all([person, other].map((id) => stack.query(PAGE, { id })));
  expect([first?.errors, second?.errors]).toEqual([undefined, undefined]);
  const query =
    'query ($a: ID!, $b: ID!) { a: contact(id: $a) { deals { nodes { id } } } b: contact(id: $b) { deals { nodes { id } } } }';
  stack.simulator.log.clear();
  await stack.query(query, { a: person, b: other });
  expect(asked()).toEqual([
    '200 POST objects/contacts/batch/read',
    // One of them has no deals.
    '207 POST associations/contacts/deals/batch/read',
  ]);
});

it('a cached record has its current associated records', async () => {
  const own = await Stack.start({ env: { CACHE_TTL_MS: '10000' } });
  await own.connect();
  const query = 'query ($id: ID!) { contact(id: $id) { email deals(first: 100) { nodes { id } } } }';
  const first = await own.query(query, { id: '100001' });
  const [only] = own.simulator.portals;
  only?.associate({ type: 'contacts', id: '100001' }, { type: 'deals', id: '300060' });
  const second = await own.query(query, { id: '100001' });
  const deals = ({ data }: typeof first) => JSON.stringify(data).match(/Deal:1234567:\d+/g) ?? [];
  expect(deals(second).toSorted()).toEqual([...new Set([...deals(first), 'Deal:1234567:300060'])].toSorted());
  await own.stop();
});
