import { GraphQLClient } from 'graphql-request';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser } from '../../packages/simulator/test/helpers/browser.ts';
import {
  ConnectHubSpotDocument,
  ContactByEmailDocument,
  ContactPageDocument,
  ContactsWithDealsDocument,
  DealPageDocument,
  DealsDocument,
  InstallationsDocument,
} from '../generated/graphql.ts';
import { DATABASE_KINDS } from '../helpers/databases.ts';
import { Stack } from '../helpers/stack.ts';

describe.each(DATABASE_KINDS)('a frontend on %s', (database) => {
  let stack: Stack;
  let client: GraphQLClient;
  const browser = new Browser();

  beforeAll(async () => {
    stack = await Stack.start({ database });
    client = new GraphQLClient(`${stack.url}/graphql`, {
      headers: { authorization: `Bearer ${stack.token()}` },
      responseMiddleware: (response) => {
        if ('headers' in response && response.headers instanceof Headers)
          browser.remember(new Response(null, { headers: response.headers }));
      },
    });
  });
  afterAll(() => stack.stop());

  it('is told that nothing is connected, and how to connect', async () => {
    const { answer } = await stack.send('{ contacts { nodes { id } } installation { id } }');
    expect(answer.data).toEqual({ contacts: null, installation: null });
    expect(answer.errors?.[0]?.extensions).toEqual({
      code: 'NOT_CONNECTED',
      remedy: { mutation: 'connectHubSpot', input: {} },
    });
  });

  it('connects a portal: mutation, consent page, callback, and back to the application', async () => {
    const returnTo = 'https://app.example/settings/crm?tab=hubspot';
    const { connectHubSpot } = await client.request(ConnectHubSpotDocument, { input: { returnTo } });
    expect(connectHubSpot?.scopes).toEqual(['crm.objects.contacts.read', 'crm.objects.deals.read', 'oauth']);

    const callback = await stack.consent(browser, connectHubSpot?.authorizeUrl ?? '');
    const landed = await browser.get(callback);
    expect(landed.status).toBe(303);
    const location = new URL(landed.headers.get('location') ?? '');
    expect(location.origin + location.pathname).toBe('https://app.example/settings/crm');
    expect(Object.fromEntries(location.searchParams)).toEqual({
      tab: 'hubspot',
      hubspot: 'connected',
      installation: expect.stringMatching(/^Installation:/),
    });

    const { installations, viewer } = await client.request(InstallationsDocument);
    expect(viewer).toMatchObject({ id: 'alice', tenantId: 'acme' });
    expect(installations).toEqual([
      {
        id: location.searchParams.get('installation'),
        hubId: '1234567',
        hubDomain: 'meadowbrook.example',
        status: 'ACTIVE',
        statusReason: null,
        grantedScopes: expect.arrayContaining(['crm.objects.contacts.read', 'crm.objects.deals.read']),
        missingScopes: [],
        installedBy: 'admin@meadowbrook.example',
        connectedAt: '2026-11-23T09:00:00.000Z',
        accessTokenExpiresAt: '2026-11-23T09:30:00.000Z',
      },
    ]);
  });

  it('reads 50 contacts with their deals in 2 HubSpot calls', async () => {
    stack.simulator.log.clear();
    const { contacts } = await client.request(ContactsWithDealsDocument, { first: 50, deals: 2 });
    expect(contacts?.nodes).toHaveLength(50);
    const deals = contacts?.nodes.flatMap((contact) => contact.deals?.nodes ?? []) ?? [];
    expect(deals.length).toBeGreaterThan(20);
    expect(deals.every(({ name }) => typeof name === 'string')).toBe(true);
    expect(stack.simulator.log.crm().map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /crm/objects/2026-09/contacts',
      'POST /crm/objects/2026-09/deals/batch/read',
    ]);
    expect(stack.simulator.log.crm()[0]?.query).toEqual({ limit: '50', properties: 'email', associations: 'deals' });
  });

  it('reads one contact page with labels on the edges', async () => {
    const { contact } = await client.request(ContactPageDocument, { id: '100001' });
    expect(contact).toMatchObject({
      id: 'Contact:1234567:100001',
      hubspotId: '100001',
      url: 'https://app.hubspot.com/contacts/1234567/record/0-1/100001',
      email: stack.simulator.portals[0]?.record('contacts', '100001')?.properties.get('email'),
    });
    const again = await client.request(ContactPageDocument, { id: contact?.id ?? '' });
    expect(again.contact).toEqual(contact);
  });

  it('finds a contact by an e-mail address in any case', async () => {
    const email = stack.simulator.portals[0]?.record('contacts', '100007')?.properties.get('email') ?? '';
    const { contactByEmail } = await client.request(ContactByEmailDocument, { email: email.toUpperCase() });
    expect(contactByEmail).toMatchObject({ id: 'Contact:1234567:100007', email });
    const unknown = await client.request(ContactByEmailDocument, { email: 'nobody@nowhere.example' });
    expect(unknown.contactByEmail).toBeNull();
  });

  it('refuses an e-mail address that can be none, without a call', async () => {
    stack.simulator.log.clear();
    for (const email of ['', '   ', `${'x'.repeat(320)}@c.example`]) {
      const { errors } = await stack.query('query ($email: String!) { contactByEmail(email: $email) { id } }', {
        email,
      });
      expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', argument: 'email' });
    }
    expect(stack.simulator.log.crm()).toEqual([]);
  });

  it('reads a deal with its contacts', async () => {
    const { deal } = await client.request(DealPageDocument, { id: '300001' });
    expect(deal?.contacts?.nodes.length).toBeGreaterThan(0);
    expect(deal?.amount).toMatch(/^\d+(\.\d+)?$/);
  });

  it('pages through all deals exactly once, by end cursors', async () => {
    const ids: string[] = [];
    for (let after: string | null = null, pages = 0; pages < 10; pages += 1) {
      const { deals }: Awaited<ReturnType<typeof request>> = await request(after);
      ids.push(...(deals?.nodes.map(({ id }) => id) ?? []));
      if (!deals?.pageInfo.hasNextPage) break;
      after = deals.pageInfo.endCursor ?? null;
    }
    expect(ids).toEqual(Array.from({ length: 60 }, (_, index) => `Deal:1234567:${300_001 + index}`));

    function request(after: string | null) {
      return client.request(DealsDocument, { first: 25, after });
    }
  });
});
