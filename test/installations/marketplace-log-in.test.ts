import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Browser } from '../../packages/simulator/test/helpers/browser.ts';
import { INSTALL_URL, RETURN_URL, TestMarketplace } from '../helpers/marketplace.ts';
import { ALICE, SMALL_PORTAL, Stack, type TestViewer } from '../helpers/stack.ts';

const OTHER_PORTAL = { ...SMALL_PORTAL, hubId: 7_654_321, domain: 'northgate.example' };
const MALLORY = { ...ALICE, sub: 'mallory', tenant: 'evil' };
const COMPLETE =
  'mutation ($connection: String!) { completeHubSpotConnection(input: { connection: $connection }) { installation { hubId } } }';

let stack: Stack;
let browser: Browser;
let marketplace: TestMarketplace;
beforeEach(async () => {
  stack = await Stack.start({ env: { INSTALL_URL }, simulator: { portals: [SMALL_PORTAL, OTHER_PORTAL] } });
  browser = new Browser();
  marketplace = new TestMarketplace(stack);
});
afterEach(() => stack.stop());

const exchanges = () => stack.simulator.log.tokenCalls('authorization_code');
const parameters = (url: string) => Object.fromEntries(new URL(url).searchParams);

async function hubIds(viewer: TestViewer = ALICE): Promise<string[]> {
  const { data } = await stack.query('{ installations { hubId } }', {}, viewer);
  return (data as unknown as { installations: { hubId: string }[] }).installations.map(({ hubId }) => hubId);
}

/** The link of the page in HubSpot's frame that leads to the application. */
async function handleIn(response: Response): Promise<string> {
  const [, href = ''] = /href="(https:\/\/app\.example[^"]*)"/.exec(await response.text()) ?? [];
  return parameters(href.replaceAll('&amp;', '&')).connection ?? '';
}

describe('the first step', () => {
  it('sends the browser to the log-in of the application, with the way back', async () => {
    const response = await browser.get(marketplace.callback({ step: 'authorize', returnUrl: RETURN_URL }));
    expect(response.status).toBe(303);
    expect(response.headers.get('location')?.split('?')[0]).toBe('https://app.example/install');
    expect(parameters(response.headers.get('location') ?? '')).toEqual({
      from: 'hubspot',
      hubspot: 'install',
      returnUrl: RETURN_URL,
    });
    expect(exchanges()).toEqual([]);
  });

  it('hands out the URL of HubSpot with a state, and cookies for HubSpot’s frame', async () => {
    const { raw, answer } = await stack.send(
      'mutation ($input: AuthorizeMarketplaceInstallInput!) { authorizeMarketplaceInstall(input: $input) { url expiresAt } }',
      { input: { returnUrl: 'https://app.hubspot.com/install/a%20b?x=1+2#step' } },
    );
    const { authorizeMarketplaceInstall: install } = answer.data as unknown as Record<
      string,
      { url: string; expiresAt: string }
    >;
    expect(install?.url).toMatch(/^https:\/\/app\.hubspot\.com\/install\/a%20b\?x=1\+2&state=[\w-]{43}#step$/);
    expect(install?.expiresAt).toBe('2026-11-23T09:10:00.000Z');
    const value = String.raw`[\w-]{8}-[\w-]{16}=\w{8}\.[\w-]{43}; Path=\/; Max-Age=600; HttpOnly; SameSite=None; Secure`;
    expect(raw.headers.getSetCookie()).toEqual([
      expect.stringMatching(new RegExp(`^hubspot-install-${value}$`)),
      expect.stringMatching(new RegExp(`^hubspot-frame-${value}; Partitioned$`)),
    ]);
  });

  it('needs the permission hubspot:connect', async () => {
    const authorizing = marketplace.authorize(browser, { ...ALICE, scope: 'hubspot:read' });
    await expect(authorizing).rejects.toThrow('FORBIDDEN');
  });

  it('counts against the flows that a viewer may start', async () => {
    for (let flow = 0; flow < 100; flow += 1) await marketplace.authorize(new Browser());
    await expect(marketplace.authorize(browser)).rejects.toThrow('RATE_LIMITED');
  });

  it('keeps the cookies of eight installs in a browser', async () => {
    for (let flow = 0; flow < 12; flow += 1) await marketplace.authorize(browser);
    expect(browser.cookies.split('; ')).toHaveLength(16);
  });
});

describe('the last step', () => {
  it('installs for the tenant of the viewer who logged in, without PKCE, and sends the browser back', async () => {
    const state = await marketplace.authorize(browser);
    const response = await marketplace.finalize(browser, state);
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toBe(RETURN_URL);
    expect(await hubIds()).toEqual(['1234567']);
    expect(exchanges().map(({ body }) => Object.keys(body as object).sort())).toEqual([
      ['client_id', 'client_secret', 'code', 'grant_type', 'redirect_uri'],
    ]);
    expect(browser.cookies).toBe('');
  });

  it.each(['install', 'frame'])('is satisfied with the cookie %s alone', async (kind) => {
    const state = await marketplace.authorize(browser);
    const [cookie = ''] = browser.cookies.split('; ').filter((pair) => pair.startsWith(`hubspot-${kind}-`));
    const framed = new Browser();
    const url = marketplace.callback({ step: 'finalize', code: marketplace.code(), state, returnUrl: RETURN_URL });
    const response = await fetch(url, { redirect: 'manual', headers: { cookie } });
    expect(response.headers.get('location')).toBe(RETURN_URL);
    expect(framed.cookies).toBe('');
  });

  it('reconnects a portal that the tenant has', async () => {
    const id = await stack.connect();
    await marketplace.finalize(browser, await marketplace.authorize(browser));
    const { data } = await stack.query('{ installations { id } }');
    expect(data).toEqual({ installations: [{ id }] });
  });

  it('redeems a state once, however many requests use it', async () => {
    const state = await marketplace.authorize(browser);
    const code = marketplace.code();
    const responses = await Promise.all(Array.from({ length: 20 }, () => marketplace.finalize(browser, state, code)));
    expect(responses.filter(({ status }) => status === 303)).toHaveLength(1);
    expect(responses.filter(({ status }) => status === 400)).toHaveLength(19);
    expect(exchanges()).toHaveLength(1);
  });

  it('shows its pages in a frame of HubSpot, and of nobody else', async () => {
    const response = await marketplace.finalize(browser, 'x'.repeat(43));
    expect(response.status).toBe(400);
    expect(response.headers.get('location')).toBeNull();
    expect(response.headers.get('content-security-policy')).toContain('frame-ancestors https://app-eu1.hubspot.com;');
    expect(response.headers.get('x-frame-options')).toBeNull();
    const foreign = await marketplace.finalize(browser, 'x'.repeat(43), 'abc', 'https://evil.example/');
    expect(foreign.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(foreign.headers.get('x-frame-options')).toBe('DENY');
  });

  it('tells why HubSpot’s consent brought nothing', async () => {
    const declined = await browser.get(
      marketplace.callback({
        ...{ step: 'finalize', state: await marketplace.authorize(browser) },
        ...{ error: 'access_denied', returnUrl: RETURN_URL },
      }),
    );
    expect([declined.status, await declined.text()]).toEqual([400, expect.stringContaining('Consent was not given')]);
    const stale = await marketplace.finalize(browser, await marketplace.authorize(browser), 'no-such-code');
    expect([stale.status, await stale.text()]).toEqual([400, expect.stringContaining('did not accept the consent')]);
    expect(await hubIds()).toEqual([]);
  });
});

describe('a browser that sends no cookie inside of the frame', () => {
  it('lets the viewer finish in the application', async () => {
    const state = await marketplace.authorize(browser);
    const response = await marketplace.finalize(new Browser(), state);
    expect(response.status).toBe(200);
    expect(exchanges()).toEqual([]);
    const connection = await handleIn(response);
    const { data } = await stack.query(COMPLETE, { connection });
    expect(data).toEqual({ completeHubSpotConnection: { installation: { hubId: '1234567' } } });
    expect(Object.keys(exchanges()[0]?.body as object)).not.toContain('code_verifier');
  });

  it('gives nothing to an attacker whose link somebody else has followed', async () => {
    const state = await marketplace.authorize(new Browser(), MALLORY);
    const victim = new Browser();
    await marketplace.authorize(victim);
    const connection = await handleIn(await marketplace.finalize(victim, state));
    const { errors } = await stack.query(COMPLETE, { connection });
    expect(errors?.[0]?.extensions).toEqual({ code: 'FORBIDDEN' });
    expect((await stack.query(COMPLETE, { connection }, MALLORY)).errors?.[0]?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
    });
    expect([await hubIds(), await hubIds(MALLORY)]).toEqual([[], []]);
    expect(exchanges()).toEqual([]);
  });
});

describe('states of one flow in the other', () => {
  it('does not install with the state of a connect flow, which still connects', async () => {
    const callback = await stack.consent(browser, await stack.startFlow(browser));
    const { state = '' } = parameters(callback);
    expect((await marketplace.finalize(browser, state)).status).toBe(400);
    expect(exchanges()).toEqual([]);
    expect((await browser.get(callback)).status).toBe(303);
  });

  it('does not connect with the state of an install, which still installs', async () => {
    const state = await marketplace.authorize(browser);
    expect((await browser.get(marketplace.callback({ state, code: marketplace.code() }))).status).toBe(400);
    expect(exchanges()).toEqual([]);
    expect((await marketplace.finalize(browser, state)).status).toBe(303);
  });
});

it('is off without INSTALL_URL', async () => {
  const closed = await Stack.start();
  const url = `${closed.url}/oauth/hubspot/callback?${new URLSearchParams({ step: 'authorize', returnUrl: RETURN_URL })}`;
  const response = await fetch(url, { redirect: 'manual' });
  expect([response.status, response.headers.get('location')]).toEqual([400, null]);
  await expect(new TestMarketplace(closed).authorize(browser)).rejects.toThrow('INSTALL_URL');
  await closed.stop();
});
