import { Client } from '@hubspot/api-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSimulator, DEFAULT_APP, type Simulator } from '../src/simulator.ts';
import { ManualClock } from '../src/time/manual-clock.ts';
import { Browser } from './helpers/browser.ts';
import { SMALL_PORTAL } from './helpers/small-portal.ts';

const { clientId, clientSecret, requiredScopes } = DEFAULT_APP;
const REDIRECT_URI = 'http://localhost:4000/callback';
const PROPERTIES = ['firstname', 'email', 'fax', 'no_such_property'];

let simulator: Simulator;
let basePath: string;

beforeAll(async () => {
  simulator = createSimulator({ clock: new ManualClock(), portals: [SMALL_PORTAL] });
  basePath = await simulator.listen();
});

afterAll(() => simulator.close());

/** HubSpot's own SDK as its guide has it, but for the base path. */
function signedOut(): Client {
  return new Client({ basePath });
}

async function authorizationCode(): Promise<string> {
  const scopes = requiredScopes.join(' ');
  const url = signedOut().oauth.getAuthorizationUrl(clientId, REDIRECT_URI, scopes, 'crm.objects.companies.read', 's1');
  const consentUrl = url.replace('https://app.hubspot.com', basePath);
  const browser = new Browser();
  const page = await (await browser.get(consentUrl)).text();
  const response = await browser.submit(consentUrl, page, { decision: 'approve' });
  return new URL(response.headers.get('location') ?? '').searchParams.get('code') ?? '';
}

async function signIn() {
  const tokens = await signedOut().oauth.tokensApi.create(
    'authorization_code',
    await authorizationCode(),
    REDIRECT_URI,
    clientId,
    clientSecret,
  );
  return { tokens, client: new Client({ basePath, accessToken: tokens.accessToken }) };
}

function refresh(refreshToken: string) {
  return signedOut().oauth.tokensApi.create(
    'refresh_token',
    undefined,
    undefined,
    clientId,
    clientSecret,
    refreshToken,
  );
}

describe("HubSpot's SDK against the simulator", () => {
  it('exchanges the code that its own authorize URL brought', async () => {
    const { tokens } = await signIn();
    expect(tokens).toMatchObject({ tokenType: 'bearer', expiresIn: 1800 });
    expect(tokens.accessToken).not.toBe(tokens.refreshToken);
  });

  it('refreshes: a new access token, the same refresh token', async () => {
    const { tokens } = await signIn();
    const renewed = await refresh(tokens.refreshToken);
    expect(renewed.refreshToken).toBe(tokens.refreshToken);
    expect(renewed.accessToken).not.toBe(tokens.accessToken);
    const { results } = await new Client({ basePath, accessToken: renewed.accessToken }).crm.deals.basicApi.getPage(1);
    expect(results).toHaveLength(1);
  });

  it('reads what a token stands for', async () => {
    const { tokens } = await signIn();
    const { hubId, domain: hubDomain, user } = SMALL_PORTAL;
    const access = await signedOut().oauth.accessTokensApi.get(tokens.accessToken);
    expect(access).toMatchObject({ hubId, hubDomain, user, appId: DEFAULT_APP.appId, token: tokens.accessToken });
    expect(access.scopes).toEqual([...requiredScopes, 'crm.objects.companies.read']);
    const refreshToken = await signedOut().oauth.refreshTokensApi.get(tokens.refreshToken);
    expect(refreshToken).toMatchObject({ hubId, hubDomain, user, clientId, token: tokens.refreshToken });
  });

  it('cannot refresh after it archived the refresh token', async () => {
    const { tokens } = await signIn();
    await signedOut().oauth.refreshTokensApi.archive(tokens.refreshToken);
    await expect(refresh(tokens.refreshToken)).rejects.toMatchObject({
      code: 400,
      body: { error: 'invalid_grant', status: 'BAD_REFRESH_TOKEN' },
    });
  });

  it('lists every contact once, page by page, with properties and associations', async () => {
    const { client } = await signIn();
    const contacts = [];
    let after: string | undefined;
    do {
      const page = await client.crm.contacts.basicApi.getPage(50, after, PROPERTIES, undefined, ['companies', 'deals']);
      contacts.push(...page.results);
      after = page.paging?.next?.after;
    } while (after !== undefined);

    expect(new Set(contacts.map(({ id }) => id)).size).toBe(SMALL_PORTAL.size.contacts);
    for (const { id, properties, associations, createdAt, archived } of contacts) {
      expect(Object.keys(properties)).toEqual([
        'createdate',
        'email',
        'fax',
        'firstname',
        'hs_object_id',
        'lastmodifieddate',
      ]);
      expect(properties).toMatchObject({ hs_object_id: id, fax: null });
      expect(associations?.companies?.results[0]).toMatchObject({ type: 'contact_to_company' });
      expect(createdAt.getTime()).toBe(Date.parse(properties.createdate ?? ''));
      expect(archived).toBe(false);
    }
  });

  it('gets all contacts with its own pager', async () => {
    const { client } = await signIn();
    expect(await client.crm.contacts.getAll(100)).toHaveLength(SMALL_PORTAL.size.contacts);
  });

  it('reads one contact by id and by e-mail address', async () => {
    const { client } = await signIn();
    const [first] = (await client.crm.contacts.basicApi.getPage(1)).results;
    const email = first?.properties.email ?? '';
    const byId = await client.crm.contacts.basicApi.getById(first?.id ?? '', ['email'], undefined, ['companies']);
    expect(byId.properties.email).toBe(email);
    expect(byId.associations?.companies?.results).not.toHaveLength(0);
    const { basicApi } = client.crm.contacts;
    const byEmail = await basicApi.getById(email, ['email'], undefined, undefined, false, 'email');
    expect(byEmail.id).toBe(first?.id);
  });

  it('batch-reads what is there and hears in a 207 what is not', async () => {
    const { client } = await signIn();
    const [first] = (await client.crm.contacts.basicApi.getPage(1)).results;
    const { httpStatusCode, data } = await client.crm.contacts.batchApi.readWithHttpInfo({
      inputs: [{ id: '999999999' }, { id: first?.id ?? '' }],
      properties: ['email'],
      propertiesWithHistory: [],
    });
    expect(httpStatusCode).toBe(207);
    expect(data?.results.map(({ id }) => id)).toEqual([first?.id]);
    expect(data).toMatchObject({
      numErrors: 1,
      errors: [{ category: 'OBJECT_NOT_FOUND', context: { ids: ['999999999'] } }],
    });
  });

  it('reads associations of one record and of many with v4', async () => {
    const { client } = await signIn();
    const [contact] = (await client.crm.contacts.basicApi.getPage(1, undefined, [], undefined, ['companies'])).results;
    const companyId = contact?.associations?.companies?.results[0]?.id;
    const { basicApi, batchApi } = client.crm.associations.v4;
    const one = await basicApi.getPage('contacts', contact?.id ?? '', 'companies');
    expect(one.results.map(({ toObjectId }) => String(toObjectId))).toEqual([companyId]);
    expect(one.results[0]?.associationTypes).toMatchObject([
      { category: 'HUBSPOT_DEFINED', typeId: 1, label: 'Primary' },
      { category: 'HUBSPOT_DEFINED', typeId: 279, label: null },
    ]);

    const many = await batchApi.getPage('contacts', 'companies', { inputs: [{ id: contact?.id ?? '' }] });
    expect(many.results[0]).toMatchObject({ _from: { id: contact?.id }, to: one.results });
  });

  it('meets the errors that it knows', async () => {
    const unknownToken = new Client({ basePath, accessToken: 'nobody' });
    await expect(unknownToken.crm.contacts.basicApi.getPage()).rejects.toMatchObject({
      code: 401,
      body: { category: 'INVALID_AUTHENTICATION' },
    });
    const { client } = await signIn();
    await expect(client.crm.deals.basicApi.getById('999999999')).rejects.toMatchObject({
      code: 404,
      body: { message: 'resource not found' },
    });
    await expect(client.crm.contacts.basicApi.getPage(101)).rejects.toMatchObject({
      code: 400,
      body: { category: 'VALIDATION_ERROR' },
    });
  });
});
