import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { Stack } from '../helpers/stack.ts';

const READ_CONTACTS = ['oauth', 'crm.objects.contacts.read'];
const OPTIONAL = ['crm.objects.deals.read', 'crm.objects.owners.read'];

let stack: Stack;
let installation: string;
beforeAll(async () => {
  stack = await Stack.start({
    simulator: { app: { requiredScopes: READ_CONTACTS, optionalScopes: OPTIONAL } },
    env: { HUBSPOT_SCOPES: READ_CONTACTS.join(' '), HUBSPOT_OPTIONAL_SCOPES: OPTIONAL.join(' ') },
  });
  installation = await stack.connect({ optionalScopes: [] });
});
afterAll(() => stack.stop());
beforeEach(() => stack.simulator.log.clear());

const QUERY = '{ contacts(first: 5) { nodes { email owner { email } deals(first: 3) { nodes { name } } } } }';

it('answers what is granted, refuses the rest before any call, once for all rows, and says what to do', async () => {
  const answer = await stack.query(QUERY);
  const row = { email: expect.stringContaining('@'), owner: null, deals: null };
  expect(answer.data).toEqual({ contacts: { nodes: Array(5).fill(row) } });
  expect(answer.errors).toEqual([
    refusal('owner', [['crm.objects.owners.read']], 'crm.objects.owners.read'),
    refusal('deals', [['crm.objects.contacts.read', 'crm.objects.deals.read']], 'crm.objects.deals.read'),
  ]);
  expect(stack.simulator.log.crm().map(({ path, query }) => [path, query])).toEqual([
    ['/crm/objects/2026-09/contacts', { limit: '5', properties: 'email' }],
  ]);

  function refusal(field: string, requiredScopes: string[][], missing: string) {
    const scopes = [...READ_CONTACTS, missing].sort();
    return {
      message: expect.stringContaining(`Contact.${field}`),
      path: ['contacts', 'nodes', 0, field],
      locations: expect.anything(),
      extensions: {
        code: 'MISSING_SCOPES',
        installationId: installation,
        coordinate: `Contact.${field}`,
        requiredScopes,
        missingScopes: [missing],
        remedy: { mutation: 'connectHubSpot', input: { installationId: installation, scopes } },
      },
    };
  }
});

it('does not ask for what a refused field reads, whatever type names the field', async () => {
  const { data, errors } = await stack.query(
    '{ node(id: "Contact:1234567:100001") { ... on CrmRecord { archived owner { id } } ... on Contact { email } } }',
  );
  expect(data).toEqual({ node: { archived: false, owner: null, email: expect.any(String) } });
  expect(errors?.map(({ extensions }) => extensions?.coordinate)).toEqual(['Contact.owner']);
  expect(stack.simulator.log.crm().map(({ body }) => body)).toMatchObject([{ properties: ['email'] }]);
});

it('tells of one refusal per installation and coordinate, whatever the rows and aliases', async () => {
  const { errors } = await stack.query(
    '{ a: contacts { nodes { owner { id } } } b: contacts { nodes { o: owner { id } } } installation { contacts { nodes { owner { id } } } } }',
  );
  expect(errors?.map(({ extensions }) => extensions?.coordinate)).toEqual(['Contact.owner']);
});

it('names the concrete parent of a refused root field, and calls nothing', async () => {
  const { data, errors } = await stack.query('{ deals { nodes { id } } installation { deals { nodes { id } } } }');
  expect(data).toEqual({ deals: null, installation: { deals: null } });
  expect(errors?.map(({ extensions }) => extensions?.coordinate).sort()).toEqual(['Installation.deals', 'Query.deals']);
  expect(stack.simulator.log.all()).toEqual([]);
});

it('offers remedies that HubSpot accepts, and answers the refused fields afterwards without a restart', async () => {
  const { errors = [] } = await stack.query(QUERY);
  for (const { extensions } of errors) {
    const { remedy } = extensions as unknown as { remedy: { input: object } };
    expect(await stack.connect(remedy.input)).toBe(installation);
  }
  const answer = await stack.query(QUERY);
  expect(answer.errors).toBeUndefined();
  const { contacts } = answer.data as unknown as { contacts: { nodes: { deals: object; owner: object }[] } };
  expect(contacts.nodes.every(({ deals }) => deals !== null)).toBe(true);
  expect(contacts.nodes.some(({ owner }) => owner !== null)).toBe(true);
});
