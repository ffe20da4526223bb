import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Stack } from '../helpers/stack.ts';

const CONTACTS = 'crm.objects.contacts.read';

describe('connectHubSpot with documents', () => {
  const optional = ['crm.objects.deals.read', 'crm.objects.owners.read'];
  let least: Stack;
  beforeAll(async () => {
    least = await Stack.start({
      simulator: { app: { requiredScopes: ['oauth'], optionalScopes: [CONTACTS, ...optional] } },
      env: { HUBSPOT_SCOPES: 'oauth', HUBSPOT_OPTIONAL_SCOPES: [CONTACTS, ...optional].join(' ') },
    });
  });
  afterAll(() => least.stop());

  const START = /* GraphQL */ `
    mutation ($input: ConnectHubSpotInput) { connectHubSpot(input: $input) { scopes optionalScopes } }
  `;
  const start = async (input: object) => {
    const { data, errors } = await least.query(START, { input });
    return errors ? errors[0]?.extensions : (data as unknown as { connectHubSpot: object }).connectHubSpot;
  };

  it('asks for what the operations need and for nothing else', async () => {
    expect(await start({ documents: ['{ contacts { nodes { id } } }', '{ owners { nodes { id } } }'] })).toEqual({
      scopes: ['oauth'],
      optionalScopes: [CONTACTS, 'crm.objects.owners.read'],
    });
  });

  it('requests the granted scopes, too, in a step-up', async () => {
    const installationId = await least.connect({ documents: ['{ contacts { nodes { id } } }'] });
    const { data } = await least.query('{ installation { grantedScopes } }');
    expect(data).toEqual({ installation: { grantedScopes: [CONTACTS, 'oauth'] } });
    expect(await start({ installationId, documents: ['{ deals { nodes { id } } }'] })).toEqual({
      scopes: ['oauth'],
      optionalScopes: [CONTACTS, 'crm.objects.deals.read'],
    });
  });

  it('refuses what does not fit, and what needs a scope that the app did not register', async () => {
    expect(await start({ documents: ['{ nope }'] })).toEqual({ code: 'BAD_USER_INPUT', argument: 'documents' });
    expect(await start({ documents: Array(201).fill('{ viewer { id } }') })).toEqual({
      code: 'BAD_USER_INPUT',
      argument: 'documents',
    });
    expect(await start({ documents: ['{ companies { nodes { id } } }'] })).toMatchObject({ code: 'BAD_USER_INPUT' });
  });
});
