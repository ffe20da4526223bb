import type { TokenPair } from 'hubspot-graphql-gateway-simulator';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Browser } from '../../packages/simulator/test/helpers/browser.ts';
import { dump, spellingsIn } from '../contracts/dump.ts';
import { DATABASE_KINDS } from '../helpers/databases.ts';
import { INSTALL_URL, RETURN_URL, TestMarketplace } from '../helpers/marketplace.ts';
import { ALICE, SMALL_PORTAL, Stack, type TestViewer } from '../helpers/stack.ts';

const OTHER_PORTAL = { ...SMALL_PORTAL, hubId: 7_654_321, domain: 'northgate.example' };
const BOB = { ...ALICE, sub: 'bob', tenant: 'globex' };
const MALLORY = { ...ALICE, sub: 'mallory', tenant: 'evil' };
const COMPLETE =
  'mutation ($connection: String!) { completeHubSpotConnection(input: { connection: $connection }) { installation { hubId } } }';
const HOUR_MS = 60 * 60 * 1000;

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
const uninstalls = () => stack.simulator.log.all().filter(({ path }) => path.startsWith('/appinstalls/'));
const rows = () => stack.db.database.query.selectFrom('marketplace_installs').selectAll().execute();

async function hubIds(viewer: TestViewer = ALICE): Promise<string[]> {
  const { data } = await stack.query('{ installations { hubId } }', {}, viewer);
  return (data as unknown as { installations: { hubId: string }[] }).installations.map(({ hubId }) => hubId);
}

async function claim(by = browser, viewer: TestViewer = ALICE): Promise<Record<string, string>> {
  return marketplace.choose(by, await marketplace.startClaim(by, viewer));
}

describe('an install without a log-in', () => {
  it('exchanges the code, keeps the grant for nobody, and sends the browser back to HubSpot', async () => {
    const response = await marketplace.install(browser);
    expect([response.status, response.headers.get('location')]).toEqual([303, RETURN_URL]);
    const cookie =
      /^hubspot-claim-[\w-]{8}-[\w-]{16}=\w{8}\.[\w-]{43}; Path=\/; Max-Age=86400; HttpOnly; SameSite=Lax$/;
    expect(response.headers.getSetCookie()).toEqual([expect.stringMatching(cookie)]);
    expect(await rows()).toMatchObject([{ hub_id: 1_234_567, hub_domain: 'meadowbrook.example' }]);
    expect(await hubIds()).toEqual([]);
    expect(exchanges().map(({ body }) => Object.keys(body as object))).not.toContain('code_verifier');
  });

  it('sets a cookie that browsers store in a frame of HubSpot', async () => {
    const url = marketplace.callback({ code: marketplace.code(), returnUrl: RETURN_URL });
    const response = await browser.get(url, { 'sec-fetch-dest': 'iframe' });
    expect(response.headers.getSetCookie()).toEqual([expect.stringMatching(/HttpOnly; SameSite=None; Secure$/)]);
  });

  it('stores neither code nor tokens nor the secret of the cookie in clear, and logs none', async () => {
    const code = marketplace.code();
    const issueTokens = vi.spyOn(stack.simulator.grants, 'issueTokens');
    await marketplace.install(browser, code);
    const stored = await dump(stack.db.database);
    const [issued] = issueTokens.mock.results.map(({ value }) => value as TokenPair);
    if (!issued) throw new TypeError('no tokens were issued');
    const cookie = browser.cookies.split('=')[1] ?? '';
    const secrets = [code, cookie, cookie.split('.')[1] ?? '', issued.accessToken.token, issued.refreshToken];
    for (const secret of secrets) {
      expect(spellingsIn(stored, secret)).toEqual([]);
      expect(spellingsIn(stack.logs.join(''), secret)).toEqual([]);
    }
  });

  it('exchanges a code once, however many requests use it', async () => {
    const code = marketplace.code();
    const responses = await Promise.all(Array.from({ length: 9 }, () => marketplace.install(new Browser(), code)));
    expect(responses.filter(({ status }) => status === 303)).toHaveLength(1);
    const refused = responses.filter(({ status }) => status === 400);
    expect(refused.map(({ headers }) => headers.get('location'))).toEqual(Array.from({ length: 8 }, () => null));
    expect(refused.map(({ headers }) => headers.get('set-cookie'))).toEqual(Array.from({ length: 8 }, () => null));
    expect(exchanges()).toHaveLength(1);
    expect((await claim()).hubspot).toBe('error');
  });

  it('remembers a code after the claim', async () => {
    const code = marketplace.code();
    await marketplace.install(browser, code);
    await claim();
    expect((await marketplace.install(new Browser(), code)).status).toBe(400);
    expect(exchanges()).toHaveLength(1);
  });

  it.each([
    ['a foreign returnUrl', { returnUrl: 'https://app.hubspot.com.evil.example/' }],
    ['no returnUrl', { returnUrl: '' }],
    ['a port', { returnUrl: 'https://app.hubspot.com:8443/' }],
    ['an error beside the code', { error: 'access_denied' }],
    ['a code with line breaks', { code: 'a\r\nb' }],
    ['a huge code', { code: 'c'.repeat(5_000) }],
  ])('exchanges nothing for %s, and sends the browser nowhere', async (_name, changes) => {
    const response = await browser.get(
      marketplace.callback({ code: marketplace.code(), returnUrl: RETURN_URL, ...changes }),
    );
    expect([response.status, response.headers.get('location')]).toEqual([400, null]);
    expect(exchanges()).toEqual([]);
    expect(await rows()).toEqual([]);
  });

  it.each(['code', 'returnUrl'])('exchanges nothing for two parameters %s', async (name) => {
    const url = new URL(marketplace.callback({ code: marketplace.code(), returnUrl: RETURN_URL }));
    url.searchParams.append(name, url.searchParams.get(name) ?? '');
    expect((await browser.get(url.href)).status).toBe(400);
    expect(exchanges()).toEqual([]);
  });

  it('leaves no row for a code that HubSpot does not accept', async () => {
    const response = await marketplace.install(browser, 'no-such-code');
    expect([response.status, response.headers.get('location')]).toEqual([400, null]);
    expect(await rows()).toEqual([]);
  });

  it('does not exchange a code again after an answer was lost', async () => {
    stack.simulator.faults.add({
      match: '^POST /oauth/2026-09/token$',
      times: 1,
      fault: { kind: 'reset', at: 'before', processed: true },
    });
    const code = marketplace.code();
    expect((await stack.settle(marketplace.install(browser, code))).status).toBe(502);
    expect((await marketplace.install(browser, code)).status).toBe(400);
    expect(exchanges()).toHaveLength(1);
  });

  it('refuses a flood, and goes on a minute later', async () => {
    for (let request = 0; request < 120; request += 1) await marketplace.install(browser, `flood-${request}`);
    const code = marketplace.code();
    const refused = await marketplace.install(browser, code);
    expect([refused.status, refused.headers.get('location')]).toEqual([429, null]);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(exchanges()).toHaveLength(120);
    stack.clock.advance(60_000);
    expect((await marketplace.install(browser, code)).status).toBe(303);
  });
});

describe('a claim', () => {
  it('shows the person which portal it is, and connects it to the tenant of the viewer', async () => {
    await marketplace.install(browser);
    const claimUrl = await marketplace.startClaim(browser);
    const page = await browser.get(claimUrl);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(await page.text()).toContain('meadowbrook.example (1234567), installed by admin@meadowbrook.example');
    const result = await marketplace.choose(browser, claimUrl);
    expect(result).toEqual({ hubspot: 'connected', installation: expect.stringMatching(/^Installation:/) });
    expect(browser.cookies).toBe('');
    const { data } = await stack.query('{ contacts(first: 1) { nodes { email } } }');
    expect(data).toMatchObject({ contacts: { nodes: [{}] } });
    expect([await hubIds(BOB), exchanges().length]).toEqual([[], 1]);
  });

  it('reconnects a portal that the tenant has', async () => {
    const id = await stack.connect();
    await marketplace.install(browser);
    expect(await claim()).toEqual({ hubspot: 'connected', installation: id });
  });

  it('leaves the portal to another tenant that has connected it, too', async () => {
    await stack.connect({}, BOB);
    await marketplace.install(browser);
    await claim();
    expect([await hubIds(), await hubIds(BOB)]).toEqual([['1234567'], ['1234567']]);
  });

  it('works after the access token has expired', async () => {
    await marketplace.install(browser);
    stack.clock.advance(2 * HOUR_MS);
    expect((await claim()).hubspot).toBe('connected');
    const { data } = await stack.settle(stack.query('{ contacts(first: 1) { nodes { email } } }'));
    expect(data).toMatchObject({ contacts: { nodes: [{}] } });
  });

  it('lets the person choose between portals, or cancel', async () => {
    await marketplace.install(browser, marketplace.code(0));
    await marketplace.install(browser, marketplace.code(1));
    const claimUrl = await marketplace.startClaim(browser);
    expect(await marketplace.choose(browser, claimUrl, 'none')).toEqual({ hubspot: 'error', reason: 'access_denied' });
    await marketplace.choose(browser, await marketplace.startClaim(browser), '7654321');
    expect(await hubIds()).toEqual(['7654321']);
    await claim();
    expect((await hubIds()).sort()).toEqual(['1234567', '7654321']);
  });

  it('happens once, also by many requests at the same time', async () => {
    await marketplace.install(browser);
    const claims: string[] = [];
    for (let index = 0; index < 5; index += 1)
      claims.push(await marketplace.startClaim(browser, index % 2 ? BOB : ALICE));
    const results = await Promise.all(claims.map((url) => marketplace.choose(browser, url)));
    expect(results.map(({ hubspot }) => hubspot).sort()).toEqual(['connected', 'error', 'error', 'error', 'error']);
  });

  it('gives nothing to another browser', async () => {
    await marketplace.install(browser);
    const other = new Browser();
    expect(await claim(other, MALLORY)).toEqual({ hubspot: 'error', reason: 'nothing_to_claim' });
    expect((await claim()).hubspot).toBe('connected');
  });

  it('gives nothing to an attacker whose link the installer has followed', async () => {
    await marketplace.install(browser);
    const claimUrl = await marketplace.startClaim(new Browser(), MALLORY);
    const { hubspot, connection } = await marketplace.choose(browser, claimUrl);
    expect(hubspot).toBe('confirm');
    expect((await stack.query(COMPLETE, { connection })).errors?.[0]?.extensions).toEqual({ code: 'FORBIDDEN' });
    expect((await stack.query(COMPLETE, { connection }, MALLORY)).errors).toHaveLength(1);
    expect(await hubIds(MALLORY)).toEqual([]);
    expect((await claim()).hubspot).toBe('connected');
  });

  it('waits for the viewer when the browser lacks the cookie of the flow', async () => {
    await marketplace.install(browser);
    const { connection } = await marketplace.choose(browser, await marketplace.startClaim(new Browser()));
    const { data } = await stack.query(COMPLETE, { connection });
    expect(data).toEqual({ completeHubSpotConnection: { installation: { hubId: '1234567' } } });
  });

  it('does not take the state of another flow', async () => {
    await marketplace.install(browser);
    const state = new URL(await stack.startFlow(browser)).searchParams.get('state') ?? '';
    const response = await browser.get(marketplace.callback({ step: 'claim', state, portal: '1234567' }));
    expect(response.status).toBe(400);
    expect(await hubIds()).toEqual([]);
  });

  it.each([{}, { state: 'short' }, { state: 'x'.repeat(43) }])('refuses %j', async (parameters) => {
    const response = await browser.get(marketplace.callback({ step: 'claim', ...parameters }));
    expect([response.status, response.headers.get('location')]).toEqual([400, null]);
  });
});

describe('an install that nobody claims in time', () => {
  const pass = async (ms: number) => {
    stack.clock.advance(ms);
    await stack.settle(new Promise((resolve) => setTimeout(resolve, 100)));
  };

  it('is uninstalled at HubSpot, and deleted', async () => {
    await marketplace.install(browser);
    await pass(25 * HOUR_MS);
    expect(uninstalls()).toHaveLength(1);
    expect(await rows()).toEqual([]);
    expect(await claim()).toEqual({ hubspot: 'error', reason: 'nothing_to_claim' });
  });

  it('leaves a portal alone that a tenant has connected meanwhile', async () => {
    await marketplace.install(browser);
    await stack.connect({}, BOB);
    await pass(25 * HOUR_MS);
    expect([uninstalls(), await rows()]).toEqual([[], []]);
    const { data } = await stack.settle(stack.query('{ contacts(first: 1) { nodes { email } } }', {}, BOB));
    expect(data).toMatchObject({ contacts: { nodes: [{}] } });
  });

  it('is tried again while HubSpot fails', async () => {
    await marketplace.install(browser);
    const fault = { kind: 'answer', status: 503 } as const;
    stack.simulator.faults.add({ match: '^DELETE /appinstalls/', times: 1, fault });
    await pass(25 * HOUR_MS);
    expect(await rows()).toHaveLength(1);
    await pass(HOUR_MS);
    expect(await rows()).toEqual([]);
    expect(uninstalls().length).toBeGreaterThan(1);
  });
});

describe.each(DATABASE_KINDS)('with two processes on one %s', (database) => {
  let both: Stack;
  afterEach(() => both.stop());

  it('the second goes on where the first has ended', async () => {
    // The cookies of one gateway are those of its redirect URL, which replicas share.
    const env = { INSTALL_URL, HUBSPOT_REDIRECT_URI: 'http://localhost:4999/oauth/hubspot/callback' };
    both = await Stack.start({ database, env, replicas: 2 });
    const { portals, grants } = both.simulator;
    const [portal] = portals;
    if (!portal) throw new TypeError('the simulator has a portal');
    const code = grants.issueCode({ portal, scopes: ['oauth'] }, env.HUBSPOT_REDIRECT_URI, undefined);
    const shared = new TestMarketplace(both);
    expect((await browser.get(shared.callback({ code, returnUrl: RETURN_URL }))).status).toBe(303);
    await both.settle(both.gateways[0]?.close() ?? Promise.resolve());

    const claimUrl = new URL(await shared.startClaim(browser, ALICE, 1));
    const { hubspot } = await shared.choose(browser, `${both.urls[1]}${claimUrl.pathname}${claimUrl.search}`);
    expect(hubspot).toBe('connected');
    const { data } = await both.queryOn(1, '{ installations { hubId } }');
    expect(data).toEqual({ installations: [{ hubId: '1234567' }] });
  });
});
