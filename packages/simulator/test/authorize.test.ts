import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSimulator, DEFAULT_APP, type Simulator } from '../src/simulator.ts';
import { Browser } from './helpers/browser.ts';

const EMPTY = { contacts: 0, deals: 0, companies: 0 };
const PORTALS = [
  { hubId: 101, domain: 'one.example', user: 'a@one.example', size: EMPTY },
  { hubId: 202, domain: 'two.example', user: 'b@two.example', size: EMPTY },
];
const APP = {
  ...DEFAULT_APP,
  redirectUris: ['https://gateway.example/callback?via=hubspot'],
  requiredScopes: ['oauth', 'crm.objects.contacts.read'],
  optionalScopes: ['crm.objects.deals.read', 'crm.objects.owners.read'],
};
const ASKED = {
  client_id: APP.clientId,
  redirect_uri: 'https://gateway.example/callback?via=hubspot',
  scope: 'oauth crm.objects.contacts.read',
  optional_scope: 'crm.objects.deals.read crm.objects.owners.read',
  state: 'state-1',
};

let simulator: Simulator;
let base: string;

beforeAll(async () => {
  simulator = createSimulator({ portals: PORTALS, app: APP });
  base = await simulator.listen();
});

afterAll(() => simulator.close());

function consentUrl(changes: Record<string, string | undefined> = {}, path = '/oauth/authorize'): string {
  const parameters = Object.entries<string | undefined>({ ...ASKED, ...changes });
  const query = new URLSearchParams(
    parameters.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
  return `${base}${path}?${query}`;
}

async function show(url: string): Promise<{ status: number; html: string }> {
  const response = await fetch(url, { redirect: 'manual' });
  return { status: response.status, html: await response.text() };
}

/** Opens the consent page, fills the form and returns where the browser is sent. */
async function decide(fields: Record<string, string | string[]>, url = consentUrl()): Promise<URL> {
  const response = await new Browser().submit(url, (await show(url)).html, fields);
  expect(response.status).toBe(302);
  return new URL(response.headers.get('location') ?? '');
}

function grantOf(callback: URL) {
  return simulator.grants.takeCode(callback.searchParams.get('code') ?? '');
}

describe('the consent page', () => {
  it('offers every portal, and fixed and optional scopes apart', async () => {
    const { status, html } = await show(consentUrl());
    expect(status).toBe(200);
    for (const { domain } of PORTALS) expect(html).toContain(domain);
    for (const scope of APP.requiredScopes) expect(html).toContain(`disabled> ${scope}`);
    for (const scope of APP.optionalScopes) expect(html).toContain(`name="granted" value="${scope}" checked`);
  });

  it('offers only the portal that the URL names', async () => {
    const { html } = await show(consentUrl({}, '/oauth/202/authorize'));
    expect(html).toContain('two.example');
    expect(html).not.toContain('one.example');
  });

  it('understands spaces as %20 and as +', async () => {
    const plus = consentUrl();
    expect(plus).toContain('+');
    expect(await show(plus.replaceAll('+', '%20'))).toEqual(await show(plus));
  });

  it('shows what the URL says as text, never as markup', async () => {
    const { html } = await show(consentUrl({ state: '"><script>alert(1)</script>' }));
    expect(html).not.toContain('<script>');
    expect(html).toContain('&lt;script&gt;');
  });
});

describe('an authorize URL that does not fit the app', () => {
  it.each<[string, Record<string, string | undefined>, string]>([
    ['another client id', { client_id: 'somebody' }, 'no app with this client id'],
    ['no client id', { client_id: undefined }, 'no app with this client id'],
    ['another redirect URL', { redirect_uri: 'https://gateway.example/callback' }, 'redirect URL does not match'],
    ['a required scope left out', { scope: 'oauth' }, 'does not ask for: crm.objects.contacts.read'],
    ['no scope at all', { scope: undefined }, 'does not ask for: oauth, crm.objects.contacts.read'],
    [
      'an optional scope among the required ones',
      { scope: 'oauth crm.objects.contacts.read crm.objects.deals.read', optional_scope: undefined },
      'did not register these scopes as required: crm.objects.deals.read',
    ],
    [
      'a scope that the app never registered',
      { optional_scope: 'crm.objects.tickets.read' },
      'did not register these scopes as optional: crm.objects.tickets.read',
    ],
    ['a challenge that is not S256', { code_challenge: 'abc', code_challenge_method: 'plain' }, 'must be S256'],
    ['a challenge without a method', { code_challenge: 'abc' }, 'must be S256'],
  ])('meets an error page and no redirect: %s', async (_case, changes, text) => {
    const { status, html } = await show(consentUrl(changes));
    expect(status).toBe(400);
    expect(html).toContain(text);
    expect(html).not.toContain('<form');
  });

  it('meets an error page when it names a portal that does not exist', async () => {
    const { status, html } = await show(consentUrl({}, '/oauth/999/authorize'));
    expect(status).toBe(400);
    expect(html).toContain('no such account');
  });

  it('is refused again when the form is sent', async () => {
    const { html } = await show(consentUrl());
    const tampered = { decision: 'approve', scope: 'oauth crm.objects.contacts.read crm.objects.deals.read' };
    const response = await new Browser().submit(consentUrl(), html, tampered);
    expect(response.status).toBe(400);
    expect(response.headers.get('location')).toBeNull();
  });

  it('may send the browser to any loopback URL where the app registered none', async () => {
    const local = createSimulator({ portals: PORTALS, app: { ...APP, redirectUris: [] } });
    const status = async (redirect_uri: string) => {
      const url = consentUrl({ redirect_uri }).replace(base, 'http://hubspot.test');
      return (await local.fetch(new Request(url))).status;
    };
    expect(await status('http://localhost:4321/cb')).toBe(200);
    expect(await status('http://127.0.0.1/cb')).toBe(200);
    expect(await status('https://evil.example/cb')).toBe(400);
    expect(await status('http://localhost.evil.example/cb')).toBe(400);
    expect(await status('nonsense')).toBe(400);
  });
});

describe('the decision', () => {
  it('brings a code and the state to the redirect URL, whose own query stays', async () => {
    const callback = await decide({ decision: 'approve' });
    expect(callback.href.startsWith('https://gateway.example/callback?via=hubspot&')).toBe(true);
    expect(callback.searchParams.get('state')).toBe('state-1');
    expect(callback.searchParams.get('code')).toMatch(/^na1-/);
    expect(callback.searchParams.has('error')).toBe(false);
  });

  it('brings no state where none was sent', async () => {
    const callback = await decide({ decision: 'approve' }, consentUrl({ state: undefined }));
    expect(callback.searchParams.has('state')).toBe(false);
  });

  it('grants for the portal that was chosen', async () => {
    const callback = await decide({ decision: 'approve', portal: '202' });
    expect(grantOf(callback)?.portal.hubId).toBe(202);
  });

  it('needs a portal that exists', async () => {
    const { html } = await show(consentUrl());
    const response = await new Browser().submit(consentUrl(), html, { decision: 'approve', portal: '999' });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('Choose an account');
  });

  it.each([
    ['all', APP.optionalScopes, ['oauth', 'crm.objects.contacts.read', ...APP.optionalScopes]],
    ['one', ['crm.objects.owners.read'], ['oauth', 'crm.objects.contacts.read', 'crm.objects.owners.read']],
    ['none', [], ['oauth', 'crm.objects.contacts.read']],
    ['one that was not asked for', ['crm.objects.tickets.read'], ['oauth', 'crm.objects.contacts.read']],
  ])('grants the required scopes and the optional ones that stay ticked: %s', async (_case, granted, scopes) => {
    expect(grantOf(await decide({ decision: 'approve', granted }))?.scopes).toEqual(scopes);
  });

  it('may be a no: access_denied with the state, and no code', async () => {
    const { searchParams } = await decide({ decision: 'decline' });
    expect(Object.fromEntries(searchParams)).toEqual({
      via: 'hubspot',
      state: 'state-1',
      error: 'access_denied',
      error_description: 'The user denied access to the application.',
    });
  });
});
