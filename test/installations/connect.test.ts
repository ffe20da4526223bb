import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Browser } from '../../packages/simulator/test/helpers/browser.ts';
import { ALICE, SMALL_PORTAL, Stack } from '../helpers/stack.ts';

const OTHER_PORTAL = { ...SMALL_PORTAL, hubId: 7_654_321, domain: 'northgate.example' };
const BOB = { ...ALICE, sub: 'bob' };
const MALLORY = { ...ALICE, sub: 'mallory', tenant: 'evil' };
const COMPLETE =
  'mutation ($connection: String!) { completeHubSpotConnection(connection: $connection) { installation { id hubId } } }';

let stack: Stack;
let browser: Browser;
beforeEach(async () => {
  stack = await Stack.start({ simulator: { portals: [SMALL_PORTAL, OTHER_PORTAL] } });
  browser = new Browser();
});
afterEach(() => stack.stop());

const exchanges = () => stack.simulator.log.tokenCalls('authorization_code');
const parameters = (url: string) => Object.fromEntries(new URL(url).searchParams);

async function installations(viewer = ALICE): Promise<{ id: string; hubId: string; grantedScopes: string[] }[]> {
  const { data } = await stack.query('{ installations { id hubId grantedScopes } }', {}, viewer);
  return (data as unknown as { installations: { id: string; hubId: string; grantedScopes: string[] }[] }).installations;
}

describe('starting', () => {
  it('hands out the authorize URL of RFC 6749 and RFC 7636, and a cookie of this flow alone', async () => {
    const { raw, answer } = await stack.send(
      'mutation { connectHubSpot { authorizeUrl expiresAt scopes optionalScopes } }',
    );
    const { connectHubSpot } = answer.data as unknown as {
      connectHubSpot: { authorizeUrl: string; expiresAt: string };
    };
    expect(parameters(connectHubSpot.authorizeUrl)).toEqual({
      client_id: 'simulated-client-id',
      redirect_uri: `${stack.url}/oauth/hubspot/callback`,
      scope: 'crm.objects.contacts.read crm.objects.deals.read oauth',
      optional_scope: expect.stringContaining('crm.objects.owners.read'),
      state: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    });
    expect(connectHubSpot.authorizeUrl).not.toContain('+');
    expect(connectHubSpot.expiresAt).toBe('2026-11-23T09:10:00.000Z');
    expect(raw.headers.getSetCookie()).toEqual([
      expect.stringMatching(
        /^hubspot-connect-[\w-]{8}-[\w-]{16}=\w{8}\.[\w-]{43}; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax$/,
      ),
    ]);
    expect(raw.headers.get('cache-control')).toBe('no-store');
  });

  it('uses __Host- and Secure where the gateway is public', async () => {
    const secure = await Stack.start({ env: { PUBLIC_URL: 'https://gateway.example' } });
    const request = new Request('https://gateway.example/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${secure.token()}` },
      body: JSON.stringify({ query: 'mutation { connectHubSpot { authorizeUrl } }' }),
    });
    const raw = await secure.gateway.fetch(request);
    expect(raw.headers.getSetCookie()[0]).toMatch(/^__Host-hubspot-connect-.*; Path=\/; .*SameSite=Lax; Secure$/);
    expect(raw.headers.getSetCookie()[0]).not.toContain('Domain');
    await secure.stop();
  });

  it('never repeats a state, a challenge or a cookie', async () => {
    const viewers = Array.from({ length: 200 }, (_, index) => ({ ...ALICE, sub: `viewer-${index}` }));
    const urls = await Promise.all(viewers.map((viewer) => stack.startFlow(new Browser(), {}, viewer)));
    for (const name of ['state', 'code_challenge']) {
      expect(new Set(urls.map((url) => new URL(url).searchParams.get(name))).size).toBe(200);
    }
  });

  it('builds URLs from its configuration, whatever the request claims', async () => {
    const authorizeUrl = await stack.startFlow(browser, {}, ALICE, {
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'http',
      forwarded: 'host=evil.example',
    });
    expect(parameters(authorizeUrl).redirect_uri).toBe(`${stack.url}/oauth/hubspot/callback`);
  });

  it('needs the permission hubspot:connect', async () => {
    const viewer = { ...ALICE, scope: 'hubspot:read' };
    const { errors } = await stack.query('mutation { connectHubSpot { authorizeUrl } }', {}, viewer);
    expect(errors?.[0]?.extensions).toEqual({ code: 'FORBIDDEN', requiredPermission: 'hubspot:connect' });
  });

  it('refuses a scope that the app did not register, by name', async () => {
    const { errors } = await stack.query(
      'mutation { connectHubSpot(input: { scopes: ["crm.objects.quotes.read"] }) { authorizeUrl } }',
    );
    expect(errors?.[0]?.message).toContain('crm.objects.quotes.read');
    expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', argument: 'scopes' });
  });

  it('answers NOT_FOUND for an installation of another tenant, as for one that never was', async () => {
    const id = await stack.connect();
    const start = (installationId: string) =>
      stack.query(
        'mutation ($input: ConnectHubSpotInput) { connectHubSpot(input: $input) { authorizeUrl } }',
        { input: { installationId } },
        MALLORY,
      );
    const [foreign, missing] = [await start(id), await start('Installation:00000000-0000-4000-8000-000000000000')];
    expect(foreign.errors?.[0]?.extensions).toEqual({ code: 'NOT_FOUND' });
    expect(foreign).toEqual(missing);
  });
});

describe('coming back', () => {
  it('redeems the code with the verifier of its own flow, and sends all secrets in the body', async () => {
    const authorizeUrl = await stack.startFlow(browser);
    await browser.get(await stack.consent(browser, authorizeUrl));
    const [call] = exchanges();
    expect(call?.query).toEqual({});
    const { code_verifier: verifier = '' } = (call?.body ?? {}) as Record<string, string>;
    expect(createHash('sha256').update(verifier).digest('base64url')).toBe(parameters(authorizeUrl).code_challenge);
  });

  it('redeems a state once, however many callbacks use it', async () => {
    const callback = await stack.consent(browser, await stack.startFlow(browser));
    const responses = await Promise.all(Array.from({ length: 20 }, () => browser.get(callback)));
    expect(responses.filter(({ status }) => status === 303)).toHaveLength(1);
    expect(responses.filter(({ status }) => status === 400)).toHaveLength(19);
    expect(exchanges()).toHaveLength(1);
  });

  it.each([
    ['no state', '?code=abc'],
    ['an empty state', '?code=abc&state='],
    ['an unknown state', `?code=abc&state=${'x'.repeat(43)}`],
    ['a huge state', `?code=abc&state=${'x'.repeat(10_000)}`],
    ['neither code nor error', '?state=STATE'],
    ['both code and error', '?state=STATE&code=abc&error=access_denied'],
    ['two codes', '?state=STATE&code=abc&code=def'],
    ['two states', '?state=STATE&state=STATE&code=abc'],
    ['two errors', '?state=STATE&error=a&error=b'],
    ['a code with line breaks', '?state=STATE&code=a%0d%0ab'],
    ['a huge code', `?state=STATE&code=${'c'.repeat(5_000)}`],
    ['two issuers', '?state=STATE&code=abc&iss=a&iss=a'],
  ])('refuses %s without a token request, and the good callback still works', async (_name, query) => {
    const callback = await stack.consent(browser, await stack.startFlow(browser));
    const { state = '' } = parameters(callback);
    const refused = await browser.get(`${stack.url}/oauth/hubspot/callback${query.replaceAll('STATE', state)}`);
    expect(refused.status).toBe(400);
    expect(refused.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(refused.headers.get('cache-control')).toBe('no-store');
    expect(refused.headers.get('referrer-policy')).toBe('no-referrer');
    expect(exchanges()).toHaveLength(0);
    expect((await browser.get(callback)).status).toBe(303);
  });

  it('refuses a state after 10 minutes', async () => {
    const callback = await stack.consent(browser, await stack.startFlow(browser));
    stack.clock.advance(10 * 60 * 1000);
    expect((await browser.get(callback)).status).toBe(400);
    expect(exchanges()).toHaveLength(0);
    expect(await installations()).toEqual([]);
  });

  it.each([
    ['HEAD', 'HEAD', {}, 405],
    ['POST', 'POST', {}, 405],
    ['a prefetch', 'GET', { 'sec-purpose': 'prefetch' }, 425],
    ['a link preview', 'GET', { purpose: 'preview' }, 425],
  ])('does not let %s spend the state', async (_name, method, headers, status) => {
    const callback = await stack.consent(browser, await stack.startFlow(browser));
    const response = await fetch(callback, {
      method,
      headers,
      redirect: 'manual',
      ...(method === 'POST' && { body: '' }),
    });
    expect(response.status).toBe(status);
    expect((await browser.get(callback)).status).toBe(303);
  });

  it('tells a person who declined, escapes what HubSpot says, and asks nothing', async () => {
    const callback = await stack.consent(browser, await stack.startFlow(browser), { decision: 'decline' });
    const landed = await browser.get(`${callback}&error_description=%3Cscript%3Ealert(1)%3C/script%3E`);
    const location = landed.headers.get('location') ?? '';
    expect(parameters(location)).toEqual({ hubspot: 'error', reason: 'access_denied' });
    const page = await browser.get(location);
    expect(await page.text()).toContain('Consent was not given in HubSpot.');
    expect(exchanges()).toHaveLength(0);
  });

  it('reports a code that HubSpot refuses, stores nothing and does not try again', async () => {
    const callback = new URL(
      await stack.consent(browser, await stack.startFlow(browser, { returnTo: 'http://localhost:3000/done' })),
    );
    callback.searchParams.set('code', 'na1-not-this-one');
    const landed = await browser.get(callback.href);
    expect(landed.headers.get('location')).toBe('http://localhost:3000/done?hubspot=error&reason=exchange_failed');
    expect(exchanges()).toHaveLength(1);
    expect(await installations()).toEqual([]);
  });

  it('refuses a code that was injected from another flow', async () => {
    const [first, second] = [new Browser(), new Browser()];
    const victim = new URL(await stack.consent(first, await stack.startFlow(first)));
    const attacker = new URL(await stack.consent(second, await stack.startFlow(second, {}, MALLORY)));
    attacker.searchParams.set('code', victim.searchParams.get('code') ?? '');
    const landed = await second.get(attacker.href);
    expect(parameters(landed.headers.get('location') ?? '')).toEqual({ hubspot: 'error', reason: 'exchange_failed' });
    expect(await installations(MALLORY)).toEqual([]);
  });
});

describe('in another browser', () => {
  const startAndConsentElsewhere = async () => {
    const callback = await stack.consent(
      browser,
      await stack.startFlow(browser, { returnTo: 'http://localhost:3000/' }),
    );
    const landed = await new Browser().get(callback);
    return parameters(landed.headers.get('location') ?? '');
  };

  it('redeems no code until the viewer who started the flow completes it', async () => {
    const { hubspot, connection } = await startAndConsentElsewhere();
    expect(hubspot).toBe('confirm');
    expect(exchanges()).toHaveLength(0);
    const { data } = await stack.query(COMPLETE, { connection });
    expect(data).toMatchObject({ completeHubSpotConnection: { installation: { hubId: '1234567' } } });
    expect(exchanges()).toHaveLength(1);
  });

  it.each([
    ['of another tenant', MALLORY],
    ['of the same tenant', BOB],
  ])('refuses another viewer %s, and the handle is spent', async (_name, viewer) => {
    const { connection } = await startAndConsentElsewhere();
    const refused = await stack.query(COMPLETE, { connection }, viewer);
    expect(refused.errors?.[0]?.extensions).toEqual({ code: 'FORBIDDEN' });
    const late = await stack.query(COMPLETE, { connection });
    expect(late.errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', argument: 'connection' });
    expect(exchanges()).toHaveLength(0);
    expect(await installations()).toEqual([]);
  });

  it('takes the cookie of another flow, or a forged one, for none', async () => {
    const other = new Browser();
    await stack.startFlow(other);
    const callback = await stack.consent(browser, await stack.startFlow(browser));
    const [name, value = ''] = browser.cookies.split('=');
    const landed = await other.get(callback, { cookie: `${name}=${value.slice(0, -43)}${'A'.repeat(43)}` });
    const location = landed.headers.get('location') ?? '';
    expect(parameters(location)).toEqual({ hubspot: 'confirm', connection: expect.stringMatching(/^[\w-]{43}$/) });
    expect(await (await other.get(location)).text()).toContain(parameters(location).connection);
    expect(exchanges()).toHaveLength(0);
  });

  it('expires a handle that no viewer completes', async () => {
    const { connection } = await startAndConsentElsewhere();
    stack.clock.advance(5 * 60 * 1000);
    const { errors } = await stack.query(COMPLETE, { connection });
    expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', argument: 'connection' });
  });
});

describe('reconnecting', () => {
  it('keeps the id of an installation, and asks for what was granted and what is new', async () => {
    const id = await stack.connect({ optionalScopes: ['crm.objects.companies.read'] });
    const authorizeUrl = await stack.startFlow(browser, { installationId: id, scopes: ['crm.objects.owners.read'] });
    expect(parameters(authorizeUrl)).toMatchObject({
      scope: 'crm.objects.contacts.read crm.objects.deals.read oauth',
      optional_scope: 'crm.objects.companies.read crm.objects.owners.read',
    });
    await browser.get(await stack.consent(browser, authorizeUrl));
    const [installation, ...others] = await installations();
    expect(others).toEqual([]);
    expect(installation).toMatchObject({ id, grantedScopes: expect.arrayContaining(['crm.objects.owners.read']) });
  });

  it('changes nothing when another portal consents', async () => {
    const id = await stack.connect();
    const authorizeUrl = await stack.startFlow(browser, { installationId: id });
    const landed = await browser.get(await stack.consent(browser, authorizeUrl, { portal: '7654321' }));
    expect(parameters(landed.headers.get('location') ?? '')).toEqual({ hubspot: 'error', reason: 'portal_mismatch' });
    expect((await installations()).map(({ hubId }) => hubId)).toEqual(['1234567']);
    const { data } = await stack.query('{ contacts(first: 1) { nodes { hubspotId } } }');
    expect(data).toMatchObject({ contacts: { nodes: [{ hubspotId: '100001' }] } });
  });
});
