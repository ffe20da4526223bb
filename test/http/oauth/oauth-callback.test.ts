import { afterEach, describe, expect, it } from 'vitest';
import { Browser } from '../../../packages/simulator/test/helpers/browser.ts';
import { SMALL_PORTAL, Stack } from '../../helpers/stack.ts';

const ISSUER = 'https://api.hubapi.com';
const OTHER_PORTAL = { ...SMALL_PORTAL, hubId: 7_654_321, domain: 'northgate.example' };

let stack: Stack;
afterEach(() => stack.stop());

async function start(env: Readonly<Record<string, string>> = {}): Promise<void> {
  stack = await Stack.start({ env, simulator: { portals: [SMALL_PORTAL, OTHER_PORTAL] } });
}

/** A consent, and where HubSpot then sends the browser. */
async function consented(browser = new Browser(), input: object = {}): Promise<URL> {
  return new URL(await stack.consent(browser, await stack.startFlow(browser, input)));
}

async function callbackWith(changes: Readonly<Record<string, string>>): Promise<Response> {
  const browser = new Browser();
  const callback = await consented(browser);
  for (const [name, value] of Object.entries(changes)) callback.searchParams.set(name, value);
  return browser.get(callback.href);
}

const exchanges = () => stack.simulator.log.tokenCalls('authorization_code').length;

/** What was logged under this message, less the time. */
function logged(message: string): object[] {
  const lines = stack.logs.map((line) => JSON.parse(line)).filter(({ msg }) => msg === message);
  return lines.map(({ time: _, ...line }) => line);
}

const REFUSED = 'an OAuth callback was refused';
const refusals = () => logged(REFUSED).map((line) => ('reason' in line ? line.reason : undefined));

it.each([
  ISSUER,
  'https://app.hubspot.com',
  'https://app.hubspot.com/',
  'https://app-eu1.hubspot.com/oauth/authorize',
  '',
])('connects whatever HubSpot calls itself, where no issuer is configured: %j', async (iss) => {
  await start();
  const response = await callbackWith({ iss });
  expect(response.headers.get('location')).toContain('hubspot=connected');
  expect(refusals()).toEqual([]);
});

it('connects when the configured issuer answers', async () => {
  await start({ HUBSPOT_ISSUER: ISSUER });
  expect((await callbackWith({ iss: ISSUER })).headers.get('location')).toContain('hubspot=connected');
});

it.each([
  ['other_issuer', { iss: 'https://evil.example' }],
  ['other_issuer', { iss: `${ISSUER}/` }],
  ['other_issuer', { iss: ISSUER.toUpperCase() }],
  ['other_issuer', { iss: '' }],
  ['no_issuer', {}],
])('refuses what the configured issuer does not answer, and says why: %s', async (reason, changes) => {
  await start({ HUBSPOT_ISSUER: ISSUER });
  const response = await callbackWith(changes);
  expect(response.status).toBe(400);
  expect(await response.text()).toContain('does not name the HubSpot that is expected');
  expect(exchanges()).toBe(0);
  expect(refusals()).toEqual([reason]);
});

it('refuses two issuers, equal or not, wherever', async () => {
  await start();
  const browser = new Browser();
  const callback = await consented(browser);
  expect((await browser.get(`${callback.href}&iss=${ISSUER}&iss=${ISSUER}`)).status).toBe(400);
  expect(refusals()).toEqual(['repeated_parameter']);
});

it.each([
  ['no_state', '?code=abc', {}],
  ['no_state', '?code=abc&state=', {}],
  ['malformed_state', '?code=abc&state=short', {}],
  ['unknown_state', `?code=abc&state=${'x'.repeat(43)}`, {}],
  ['repeated_parameter', '?state=STATE&state=STATE&code=abc', {}],
  ['repeated_parameter', '?state=STATE&code=abc&code=abc', {}],
  ['repeated_parameter', '?state=STATE&error=a&error=a', {}],
  ['no_answer', '?state=STATE', {}],
  ['code_and_error', '?state=STATE&code=abc&error=access_denied', {}],
  ['malformed_code', '?state=STATE&code=a%0d%0ab', {}],
  ['prefetch', '?state=STATE&code=abc', { 'sec-purpose': 'prefetch;prerender' }],
])('logs %s with its reason, and nothing of the address', async (reason, query, headers) => {
  await start();
  const browser = new Browser();
  const state = (await consented(browser)).searchParams.get('state') ?? '';
  await browser.get(`${stack.url}/oauth/hubspot/callback${query.replaceAll('STATE', state)}`, headers);
  expect(logged(REFUSED)).toEqual([{ level: 'warn', reason, msg: REFUSED }]);
  expect(stack.logs.join('')).not.toContain(state);
});

it.each([
  ['sec-purpose', 'prefetch'],
  ['purpose', 'prefetch'],
  ['x-moz', 'prefetch'],
  ['x-purpose', 'preview'],
])('is not spent by a browser that looks ahead and says so with %s', async (name, value) => {
  await start();
  const browser = new Browser();
  const { href } = await consented(browser);
  expect((await browser.get(href, { [name]: value })).status).toBe(425);
  expect((await browser.get(href)).headers.get('location')).toContain('hubspot=connected');
});

describe('the page at the end', () => {
  const landing = async (browser: Browser, callback: URL) => {
    const { headers } = await browser.get(callback.href);
    return headers.get('location') ?? '';
  };
  const shown = async (browser: Browser, url: string) => {
    const response = await browser.get(url);
    return { status: response.status, text: await response.text() };
  };

  it('shows the result to the browser in which the flow ended, and nothing to others', async () => {
    await start();
    const browser = new Browser();
    const url = await landing(browser, await consented(browser));
    expect(await shown(browser, url)).toEqual({ status: 200, text: expect.stringContaining('<h1>Connected</h1>') });
    const neutral = { status: 200, text: expect.stringContaining('Back to the application') };
    expect(await shown(new Browser(), url)).toEqual(neutral);
    for (const query of ['?hubspot=connected', '?hubspot=error&reason=access_denied', '?hubspot=x']) {
      expect(await shown(browser, `${stack.url}/oauth/hubspot/callback${query}`)).toEqual(neutral);
    }
    const strange = `${stack.url}/oauth/hubspot/callback?hubspot=confirm&connection=${'c'.repeat(43)}`;
    expect((await shown(browser, strange)).text).not.toContain('ccc');
  });

  it('shows the reason of a failure to the browser in which the flow ended', async () => {
    await start();
    const browser = new Browser();
    const callback = await consented(browser);
    callback.searchParams.delete('code');
    callback.searchParams.set('error', 'access_denied');
    const url = await landing(browser, callback);
    expect(await shown(browser, url)).toEqual({ status: 400, text: expect.stringContaining('Consent was not given') });
  });

  it('warns a user who did not start the flow before it shows a code', async () => {
    await start();
    const elsewhere = new Browser();
    const url = await landing(elsewhere, await consented());
    const { status, text } = await shown(elsewhere, url);
    expect(status).toBe(200);
    expect(text).toContain('Go on only if you started this yourself');
    expect(text.indexOf('Go on only')).toBeLessThan(text.indexOf('<code>'));
    expect(text).toContain(new URL(url).searchParams.get('connection'));
  });
});

it('answers a stranger alike for unknown, used and expired states, and the log that they were refused', async () => {
  await start();
  const browser = new Browser();
  const [used, expired] = [await consented(browser), await consented(browser)];
  await browser.get(used.href);
  stack.clock.advance(10 * 60 * 1000);
  const unknown = new URL(used);
  unknown.searchParams.set('state', 'x'.repeat(43));
  const pages = await Promise.all([used, expired, unknown].map(async ({ href }) => (await browser.get(href)).text()));
  expect(new Set(pages).size).toBe(1);
  expect(refusals()).toEqual(['unknown_state', 'unknown_state', 'unknown_state']);
});

it('gives a bot ten lines a minute of each reason, counts all, and logs how many were left out', async () => {
  await start();
  const ask = (query: string) => stack.gateway.fetch(new Request(`${stack.url}/oauth/hubspot/callback${query}`));
  for (let times = 0; times < 25; times += 1) await ask('?code=a');
  await ask('?state=short');
  expect(refusals()).toEqual([...Array(10).fill('no_state'), 'malformed_state']);
  stack.clock.advance(60_000);
  await ask('?code=a');
  expect(logged(REFUSED).at(-1)).toEqual({ level: 'warn', reason: 'no_state', leftOut: 15, msg: REFUSED });
  const metrics = await (await stack.gateway.fetch(new Request(`${stack.url}/metrics`))).text();
  expect(metrics).toContain('gateway_refusals_total{door="callback",reason="no_state"} 26');
});

it('logs a consent that came back in another browser', async () => {
  await start();
  const message = 'a consent came back in another browser: it waits for the viewer who started';
  const elsewhere = (await consented()).href;
  await new Browser().get(elsewhere);
  expect(logged(message)).toEqual([
    { level: 'info', tenantId: 'acme', viewerId: 'alice', reason: 'no_cookie', msg: message },
  ]);
});

it("logs HubSpot's error, and not an invented one", async () => {
  await start();
  const message = 'HubSpot sent an error instead of a consent';
  for (const error of ['access_denied', 'invalid_scope', `line\r\nbreak ${'x'.repeat(43)}`]) {
    const browser = new Browser();
    const callback = await consented(browser);
    callback.searchParams.delete('code');
    callback.searchParams.set('error', error);
    await browser.get(callback.href);
  }
  const line = { level: 'warn', tenantId: 'acme', viewerId: 'alice', msg: message };
  expect(logged(message)).toEqual([
    { ...line, reason: 'access_denied', error: 'access_denied' },
    { ...line, reason: 'hubspot_error', error: 'invalid_scope' },
    { ...line, reason: 'hubspot_error' },
  ]);
});

it("logs another portal's consent", async () => {
  await start();
  const installationId = await stack.connect();
  const browser = new Browser();
  const authorizeUrl = await stack.startFlow(browser, { installationId });
  await browser.get(await stack.consent(browser, authorizeUrl, { portal: '7654321' }));
  const message = 'a portal was not connected';
  expect(logged(message)).toEqual([
    { level: 'warn', tenantId: 'acme', viewerId: 'alice', reason: 'portal_mismatch', msg: message },
  ]);
});
