import {
  type ConnectFailure,
  createGatewayClient,
  createRefusals,
  missingScopes,
} from 'hubspot-graphql-gateway-client';
import { afterAll, beforeAll, expect, expectTypeOf, it } from 'vitest';
import { Browser } from '../../packages/simulator/test/helpers/browser.ts';
import type { ConnectFailure as OfGateway } from '../../src/installations/connect/connect.ts';
import { ALICE, Stack, type TestViewer } from '../helpers/stack.ts';
import { Page } from './page.ts';

const HOME = 'https://app.example/settings?tab=crm';

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start();
});
afterAll(() => stack.stop());

const clientIn = (window: Page, viewer: TestViewer = ALICE) =>
  createGatewayClient({
    url: `${stack.url}/graphql`,
    getToken: () => stack.token(viewer),
    fetch: window.fetch,
    window,
  });

/** HubSpot and the gateway send the browser on; answers the URL of the page that it comes back to. */
async function followed(browser: Browser, authorizeUrl = '', fields: Record<string, string> = {}): Promise<string> {
  const callback = await stack.consent(browser, authorizeUrl, fields);
  return (await browser.get(callback)).headers.get('location') ?? '';
}

it('leaves the page, and completes the flow where the browser comes back', async () => {
  const page = new Page(HOME);
  expect(await clientIn(page).connect()).toEqual({ status: 'pending' });
  const back = new Page(await followed(page.browser, page.visited[0]), page.browser);
  const client = clientIn(back);
  expect(back.location.href).toMatch(/settings\?tab=crm&hubspot=connected&installation=/);
  expect(await client.completeConnection()).toEqual({
    status: 'connected',
    installationId: expect.stringMatching(/^Installation:/),
  });
  // A reload must not complete it again.
  expect(back.location.href).toBe(HOME);
  expect(await client.completeConnection()).toBeUndefined();
});

it('confirms a flow that HubSpot sent back in another browser', async () => {
  const page = new Page(HOME);
  await clientIn(page).connect();
  const back = new Page(await followed(new Browser(), page.visited[0]));
  expect(back.location.href).toContain('hubspot=confirm');
  expect(await clientIn(back).completeConnection()).toMatchObject({ status: 'connected' });
});

it('another viewer cannot confirm it', async () => {
  const page = new Page(HOME);
  await clientIn(page).connect();
  const back = new Page(await followed(new Browser(), page.visited[0]));
  const ended = await clientIn(back, { ...ALICE, sub: 'mallory' }).completeConnection();
  expect(ended).toMatchObject({ status: 'failed', reason: 'refused', errors: [{ code: expect.any(String) }] });
});

it('says why a flow failed', async () => {
  const page = new Page(HOME);
  await clientIn(page).connect();
  const back = new Page(await followed(page.browser, page.visited[0], { decision: 'decline' }), page.browser);
  expect(await clientIn(back).completeConnection()).toEqual({
    status: 'failed',
    reason: 'access_denied',
    message: 'Consent was not given in HubSpot. Nothing was connected.',
    errors: [],
  });
});

it.each(['?hubspot=error', '?hubspot=error&reason=new', '?hubspot=connected', '?hubspot=confirm'])(
  'an address that the gateway did not make is a failure: %s',
  async (query) => {
    const ended = await clientIn(new Page(`https://app.example/settings${query}`)).completeConnection();
    expect(ended).toMatchObject({ status: 'failed', reason: 'hubspot_error' });
  },
);

it('leaves an address alone that is not the end of a flow', async () => {
  for (const query of ['', '?hubspot=install&returnUrl=https://app.hubspot.com', '?hubspot=x', '?installation=1']) {
    const page = new Page(`https://app.example/settings${query}`);
    expect(await clientIn(page).completeConnection()).toBeUndefined();
    expect(page.location.href).toBe(`https://app.example/settings${query}`);
  }
});

it('knows every reason of the gateway', () => {
  expectTypeOf<Exclude<ConnectFailure, 'refused' | 'closed'>>().toEqualTypeOf<OfGateway>();
});

it('says what the gateway refuses, and leaves the page where it is', async () => {
  const page = new Page('https://elsewhere.example/');
  const ended = await clientIn(page).connect();
  expect(ended).toMatchObject({ status: 'failed', reason: 'refused', errors: [{ code: 'BAD_USER_INPUT' }] });
  expect(page.visited).toEqual([]);
  const reader = await clientIn(new Page(HOME), { ...ALICE, scope: 'hubspot:read' }).connect();
  expect(reader).toMatchObject({
    errors: [{ code: 'FORBIDDEN', extensions: { requiredPermission: 'hubspot:connect' } }],
  });
});

it('connects in a popup, which gives the result to the page that opened it', async () => {
  const page = new Page(HOME);
  const connecting = clientIn(page).connect({}, { mode: 'popup' });
  await expect.poll(() => page.popups[0]?.location.href).toContain('/oauth/authorize');
  const inPopup = new Page(await followed(page.browser, page.popups[0]?.location.href), page.browser);
  expect(await clientIn(inPopup).completeConnection()).toEqual({ status: 'pending' });
  expect(inPopup.isClosed).toBe(true);
  expect(await connecting).toMatchObject({ status: 'connected' });
  expect(page.visited).toEqual([]);
});

it('the page confirms what returned in a popup without the cookie, as on another site', async () => {
  const page = new Page(HOME);
  const connecting = clientIn(page).connect({}, { mode: 'popup' });
  await expect.poll(() => page.popups[0]?.location.href).toContain('/oauth/authorize');
  const inPopup = new Page(await followed(new Browser(), page.popups[0]?.location.href));
  const signedOut = createGatewayClient({ url: `${stack.url}/graphql`, getToken: () => 'none', window: inPopup });
  expect(await signedOut.completeConnection()).toEqual({ status: 'pending' });
  expect(await connecting).toMatchObject({ status: 'connected' });
});

it('a popup whose page is gone completes the flow itself', async () => {
  const inPopup = new Page(
    'https://app.example/settings?hubspot_flow=gone&hubspot=connected&installation=Installation:1',
  );
  expect(await clientIn(inPopup).completeConnection()).toEqual({
    status: 'connected',
    installationId: 'Installation:1',
  });
  expect(inPopup.isClosed).toBe(false);
  expect(inPopup.location.href).toBe('https://app.example/settings');
});

it('notices a closed popup when the page has the focus again', async () => {
  const page = new Page(HOME);
  const connecting = clientIn(page).connect({}, { mode: 'popup' });
  await expect.poll(() => page.popups[0]?.location.href).toContain('/oauth/authorize');
  page.popups[0]?.close();
  expect(await connecting).toMatchObject({ status: 'failed', reason: 'closed' });
});

it('leaves the page where the browser blocks popups, and closes the popup of a flow that cannot start', async () => {
  const page = new Page(HOME);
  page.blocksPopups = true;
  expect(await clientIn(page).connect({}, { mode: 'popup' })).toEqual({ status: 'pending' });
  expect(page.visited[0]).toContain('/oauth/authorize');
  const elsewhere = new Page('https://elsewhere.example/');
  await clientIn(elsewhere).connect({}, { mode: 'popup' });
  expect(elsewhere.popups.map(({ closed }) => closed)).toEqual([true]);
});

it('asks a portal for the scopes that an answer lacks, and the field answers afterwards', async () => {
  const installation = await stack.connect({ optionalScopes: [] });
  const refusals = createRefusals();
  const page = new Page(HOME);
  const client = createGatewayClient({
    url: `${stack.url}/graphql`,
    getToken: () => stack.token(),
    ...{ fetch: page.fetch, window: page, refusals },
  });
  const QUERY = 'query Owners($id: ID!) { installation(id: $id) { owners(first: 1) { nodes { id } } } }';
  const refused = await client.request(QUERY, { id: installation });
  refusals.remember('Owners', refused);
  const [missing, ...others] = missingScopes(refused);
  expect(others).toEqual([]);
  expect(missing).toMatchObject({ installationId: installation, scopes: ['crm.objects.owners.read'] });
  if (missing) await client.allow(missing);
  const url = await followed(page.browser, page.visited[0]);
  expect(await client.completeConnection(url)).toEqual({ status: 'connected', installationId: installation });
  expect(refusals.missingScopes()).toEqual([]);
  const answered = await client.request(QUERY, { id: installation });
  expect(answered).toMatchObject({ data: { installation: { owners: { nodes: [{}] } } }, errors: [] });
});

it('an answer that is none, and a network that fails, are errors', async () => {
  const token = { getToken: () => 'none' };
  const html = async () => new Response('<h1>Bad gateway</h1>', { status: 502 });
  const proxied = createGatewayClient({ url: 'https://gateway.example', ...token, fetch: html });
  expect((await proxied.request('{ viewer { id } }')).errors).toEqual([
    {
      code: 'NETWORK_ERROR',
      message: "The gateway's answer is not GraphQL (HTTP 502).",
      extensions: { code: 'NETWORK_ERROR', status: 502 },
    },
  ]);
  const unreachable = createGatewayClient({ url: 'http://127.0.0.1:1/graphql', ...token });
  await expect(unreachable.connect({}, { returnTo: HOME })).rejects.toThrow('A connect flow needs a browser');
  expect((await unreachable.request('{ viewer { id } }')).errors).toMatchObject([{ code: 'NETWORK_ERROR' }]);
  const signedOut = createGatewayClient({
    url: 'https://gateway.example',
    getToken: () => Promise.reject(new Error('signed out')),
  });
  await expect(signedOut.request('{ viewer { id } }')).rejects.toThrow('signed out');
});
