import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Stack } from '../helpers/stack.ts';

const [CONTACTS, DEALS] = ['crm.objects.contacts.read', 'crm.objects.deals.read'];
const COMPANIES = 'crm.objects.companies.read';

const REQUIRED = /* GraphQL */ `
  query ($document: String!, $operationName: String) {
    requiredScopes(document: $document, operationName: $operationName) { scopes fields { coordinate anyOf } }
  }
`;

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start();
});
afterAll(() => stack.stop());

async function required(document: string, operationName?: string) {
  const { data, errors } = await stack.query(REQUIRED, { document, operationName });
  if (errors) return errors[0]?.extensions;
  return (data as unknown as { requiredScopes: { scopes: string[]; fields: object[] } }).requiredScopes;
}

describe('requiredScopes', () => {
  it('names the concrete parent of each field once, through fragments, aliases and interfaces', async () => {
    const document = /* GraphQL */ `
      query ($yes: Boolean!) {
        a: contact(id: "1") { ...Card owner @skip(if: true) { id } }
        b: contact(id: "2") { ...Card owner @include(if: $yes) { id } }
        ... on Crm { owners { nodes { email } } }
        installation { ...Portal }
        node(id: "x") { id ... on Deal { contacts { nodes { ...Card } } } ... on Contact { id } }
      }
      fragment Card on Contact { email deals { nodes { name } } }
      fragment Portal on Crm { deals { nodes { id } } }
    `;
    expect(await required(document)).toEqual({
      scopes: ['crm.objects.contacts.read', 'crm.objects.deals.read', 'crm.objects.owners.read'],
      fields: [
        { coordinate: 'Query.contact', anyOf: [[CONTACTS]] },
        { coordinate: 'Contact.deals', anyOf: [[CONTACTS, DEALS]] },
        { coordinate: 'Contact.owner', anyOf: [['crm.objects.owners.read']] },
        { coordinate: 'Query.owners', anyOf: [['crm.objects.owners.read']] },
        { coordinate: 'Installation.deals', anyOf: [[DEALS]] },
        { coordinate: 'Query.node', anyOf: [[CONTACTS]] },
        { coordinate: 'Query.node', anyOf: [[DEALS]] },
        { coordinate: 'Deal.contacts', anyOf: [[DEALS, CONTACTS]] },
      ],
    });
  });

  it('takes the type of records from an argument, and every type for a variable', async () => {
    const either = (type: string) => [
      [`crm.objects.${type}.read`],
      [`crm.schemas.${type}.read`],
      [`crm.objects.${type}.write`],
    ];
    expect(await required('{ properties(objectType: DEAL) { name } deals { nodes { id } } }')).toEqual({
      scopes: [DEALS],
      fields: [
        { coordinate: 'Query.properties', anyOf: either('deals') },
        { coordinate: 'Query.deals', anyOf: [[DEALS]] },
      ],
    });
    expect(await required('query ($type: CrmObjectType!) { properties(objectType: $type) { name } }')).toEqual({
      scopes: [COMPANIES, CONTACTS, DEALS],
      fields: ['companies', 'contacts', 'deals'].map((type) => ({
        coordinate: 'Query.properties',
        anyOf: either(type),
      })),
    });
  });

  it('needs what each of the types needs for a fragment on all records', async () => {
    expect(await required('{ node(id: "x") { ... on CrmRecord { createdAt } } }')).toMatchObject({
      scopes: [COMPANIES, CONTACTS, DEALS],
    });
  });

  it('asks for nothing that is left out for good', async () => {
    const document = '{ deals @include(if: false) { nodes { id } } viewer { id } __schema { types { name } } }';
    expect(await required(document)).toEqual({ scopes: [], fields: [] });
  });

  it('takes the operation that is named', async () => {
    const document = 'query A { deals { nodes { id } } } query B { contacts { nodes { id } } }';
    expect(await required(document, 'B')).toMatchObject({ scopes: [CONTACTS] });
    expect(await required(document)).toEqual({ code: 'BAD_USER_INPUT', argument: 'operationName' });
    expect(await required(document, 'C')).toEqual({ code: 'BAD_USER_INPUT', argument: 'operationName' });
  });

  it.each([
    ['nothing', ''],
    ['what does not parse', '{ deals'],
    ['what does not fit the schema', '{ nope }'],
    ['no operation', 'fragment F on Deal { id }'],
    ['a fragment that is not there', '{ ...F }'],
    ['a fragment that spreads itself', '{ contact(id: "1") { ...F } } fragment F on Contact { ...F }'],
    ['too many tokens', `{ ${'viewer { id } '.repeat(700)} }`],
    ['too deep brackets', `${'{a'.repeat(200)}${'}'.repeat(200)}`],
    ['too many root fields', `{ ${Array.from({ length: 21 }, (_, i) => `v${i}: viewer { id }`).join(' ')} }`],
  ])('refuses %s', async (_title, document) => {
    expect(await required(document)).toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  it('is not held up by fragments that double at every link, in breadth or in depth', async () => {
    const breadth = Array.from({ length: 60 }, (_, i) => `fragment F${i} on Contact { ...F${i + 1} ...F${i + 1} }`);
    const last = 'fragment F60 on Contact { deals { nodes { id } } }';
    expect(await required(`{ contact(id: "1") { ...F0 } } ${breadth.join(' ')} ${last}`)).toMatchObject({
      scopes: [CONTACTS, DEALS],
    });
    const nested = (length: number) => {
      const links = Array.from({ length }, (_, i) => {
        const [on, to] = i % 2 === 0 ? ['Contact', 'deals'] : ['Deal', 'contacts'];
        return `fragment F${i} on ${on} { ${to} { nodes { ...F${i + 1} } edges { node { ...F${i + 1} } } } }`;
      });
      return `{ contact(id: "1") { ...F0 } } ${links.join(' ')} fragment F${length} on CrmRecord { createdAt }`;
    };
    expect(await required(nested(40))).toMatchObject({ code: 'BAD_USER_INPUT' });
    const document = nested(3);
    expect(await required(document)).toMatchObject({ scopes: [CONTACTS, DEALS] });
    await stack.connect();
    const { data } = await stack.query(ACCESS, { document });
    expect(data).toMatchObject({ installation: { access: { maxHubspotCalls: 50 } } });
    expect(stack.simulator.log.crm()).toEqual([]);
  });
});

const ACCESS = /* GraphQL */ `
  query ($document: String!) {
    installation {
      access(document: $document) {
        allowed scopes missingScopes maxHubspotCalls
        refusedFields { coordinate requiredScopes missingScopes }
        remedy { mutation input { installationId scopes } }
      }
    }
  }
`;

describe('access', () => {
  let partial: Stack;
  let installation: string;
  const granted = ['oauth', CONTACTS];
  beforeAll(async () => {
    partial = await Stack.start({
      simulator: { app: { requiredScopes: granted, optionalScopes: [DEALS, 'crm.objects.owners.read'] } },
      env: { HUBSPOT_SCOPES: granted.join(' '), HUBSPOT_OPTIONAL_SCOPES: `${DEALS} crm.objects.owners.read` },
    });
    installation = await partial.connect({ optionalScopes: [] });
  });
  afterAll(() => partial.stop());
  beforeEach(() => partial.simulator.log.clear());

  const access = async (document: string) => {
    const { data, errors } = await partial.query(ACCESS, { document });
    expect(errors).toBeUndefined();
    expect(partial.simulator.log.all()).toEqual([]);
    return (data as unknown as { installation: { access: object } }).installation.access;
  };

  it('lists the refused fields, their missing scopes, and the remedy', async () => {
    expect(await access('{ contacts { nodes { email owner { id } deals { nodes { id } } } } }')).toEqual({
      allowed: false,
      scopes: [CONTACTS, DEALS, 'crm.objects.owners.read'],
      missingScopes: [DEALS, 'crm.objects.owners.read'],
      refusedFields: [
        {
          coordinate: 'Contact.owner',
          requiredScopes: [['crm.objects.owners.read']],
          missingScopes: ['crm.objects.owners.read'],
        },
        { coordinate: 'Contact.deals', requiredScopes: [[CONTACTS, DEALS]], missingScopes: [DEALS] },
      ],
      maxHubspotCalls: expect.any(Number),
      remedy: {
        mutation: 'connectHubSpot',
        input: { installationId: installation, scopes: [CONTACTS, DEALS, 'crm.objects.owners.read', 'oauth'] },
      },
    });
  });

  it('allows an operation whose scopes are granted', async () => {
    expect(await access('{ contact(id: "1") { email } }')).toEqual({
      allowed: true,
      scopes: [CONTACTS],
      missingScopes: [],
      refusedFields: [],
      maxHubspotCalls: 2,
      remedy: null,
    });
  });

  it.each([
    ['a record, which may have to be asked for by its former id', '{ contact(id: "1") { email } }', 2],
    ['nothing of HubSpot', '{ viewer { id } installations { id } }', 0],
    ['a list of one page', '{ contacts(first: 100) { nodes { email } } }', 1],
    ['a list of several pages', '{ contacts(first: 250) { nodes { email } } }', 3],
    ['a list that goes on in the middle', '{ contacts(first: 250, after: "x") { nodes { email } } }', 4],
    ['a search of several pages', '{ contacts(query: "a", first: 450) { nodes { email } } }', 3],
    ['what may be a search', 'query ($q: String) { contacts(query: $q, first: 450) { nodes { email } } }', 5],
    ['what is none', '{ contacts(query: null, first: 450) { nodes { email } } }', 5],
    ['a search by a property', '{ deals(filter: { property: [{ name: "a", eq: "b" }] }) { nodes { id } } }', 4],
    [
      'a search by a property that it shows, too',
      '{ deals(filter: { property: [{ name: "a", eq: "b" }] }) { nodes { property(name: "a") { raw } } } }',
      5,
    ],
    [
      'a search whose properties may come apart, once',
      '{ deals(query: "a", first: 201) { nodes { a: property(name: "a") { raw } b: property(name: "b") { raw } } } }',
      8,
    ],
    ['associated records of a list', '{ contacts(first: 50) { nodes { deals(first: 2) { nodes { name } } } } }', 3],
    ['the default page sizes', '{ contacts { nodes { deals { nodes { name } } } } }', 6],
    [
      'owners, of whom nothing is known',
      '{ contacts { nodes { owner { id } deals { nodes { owner { id } } } } } }',
      206,
    ],
    ['owners, whatever asks for them', '{ owners { nodes { id } } contact(id: "1") { owner { id } } }', 202],
    ['pipelines, once', '{ dealPipelines { id } deals { nodes { stage { label } pipeline { label } } } }', 2],
    [
      'definitions of a type',
      '{ contact(id: "1") { a: property(name: "a") { type } b: property(name: "b") { raw } } }',
      5,
    ],
    [
      'definitions of two types',
      '{ a: properties(objectType: DEAL) { name } b: properties(objectType: COMPANY) { name } }',
      6,
    ],
  ])('bounds the calls of %s', async (_title, document, maxHubspotCalls) => {
    expect(await access(document)).toMatchObject({ maxHubspotCalls });
  });

  it('takes a page size in a variable for the largest', async () => {
    expect(await access('query ($n: Int) { contacts(first: $n) { nodes { email } } }')).toMatchObject({
      maxHubspotCalls: 5,
    });
  });

  it('is not allowed where the grant is over', async () => {
    await partial.query('mutation ($id: ID!) { disconnectInstallation(installationId: $id) { installation { id } } }', {
      id: installation,
    });
    const { data } = await partial.query(
      'query ($id: ID!) { installation(id: $id) { access(document: "{ contacts { nodes { id } } }") { allowed refusedFields { coordinate } remedy { input { installationId } } } } }',
      { id: installation },
    );
    expect(data).toMatchObject({
      installation: { access: { allowed: false, remedy: { input: { installationId: installation } } } },
    });
  });
});
