import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { Stack } from '../helpers/stack.ts';

const READ_CONTACTS = ['oauth', 'crm.objects.contacts.read'];

let stack: Stack;
let installation: string;
beforeAll(async () => {
  stack = await Stack.start({
    simulator: { app: { requiredScopes: READ_CONTACTS, optionalScopes: ['crm.objects.deals.read'] } },
    env: { HUBSPOT_SCOPES: READ_CONTACTS.join(' '), HUBSPOT_OPTIONAL_SCOPES: 'crm.objects.deals.read' },
  });
  installation = await stack.connect({ optionalScopes: [] });
});
afterAll(() => stack.stop());
beforeEach(() => stack.simulator.log.clear());

it('answers what is granted, refuses the rest before any call, once for all rows, and says how to mend it', async () => {
  const answer = await stack.query('{ contacts(first: 5) { nodes { email deals { nodes { name } } } } }');
  expect(answer.data).toEqual({
    contacts: { nodes: Array.from({ length: 5 }, () => ({ email: expect.stringContaining('@'), deals: null })) },
  });
  expect(answer.errors).toEqual([
    {
      message: expect.stringContaining('Contact.deals'),
      path: ['contacts', 'nodes', 0, 'deals'],
      locations: expect.anything(),
      extensions: {
        code: 'MISSING_SCOPES',
        installationId: installation,
        coordinate: 'Contact.deals',
        requiredScopes: [['crm.objects.contacts.read', 'crm.objects.deals.read']],
        missingScopes: ['crm.objects.deals.read'],
        remedy: {
          mutation: 'connectHubSpot',
          input: {
            installationId: installation,
            scopes: ['crm.objects.contacts.read', 'crm.objects.deals.read', 'oauth'],
          },
        },
      },
    },
  ]);
  expect(stack.simulator.log.crm().map(({ path, query }) => [path, query.associations])).toEqual([
    ['/crm/objects/2026-09/contacts', undefined],
  ]);
});

it('names the concrete parent of a refused root field, and calls nothing', async () => {
  const { data, errors } = await stack.query('{ deals { nodes { id } } installation { deals { nodes { id } } } }');
  expect(data).toEqual({ deals: null, installation: { deals: null } });
  expect(errors?.map(({ extensions }) => extensions?.coordinate).sort()).toEqual(['Installation.deals', 'Query.deals']);
  expect(stack.simulator.log.all()).toEqual([]);
});

it('offers a remedy that HubSpot accepts, and answers the refused field afterwards without a restart', async () => {
  const { errors } = await stack.query('{ deals { nodes { id } } }');
  const { remedy } = (errors?.[0]?.extensions ?? {}) as { remedy: { input: object } };
  expect(await stack.connect(remedy.input)).toBe(installation);
  const { data } = await stack.query('{ deals(first: 1) { nodes { hubspotId } } }');
  expect(data).toEqual({ deals: { nodes: [{ hubspotId: '300001' }] } });
});
