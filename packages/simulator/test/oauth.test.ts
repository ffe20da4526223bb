import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Person } from '../src/people.ts';
import type { Portal } from '../src/portal.ts';
import { createSimulator, DEFAULT_APP, type Simulator } from '../src/simulator.ts';
import { ManualClock } from '../src/time/manual-clock.ts';
import { postForm } from './helpers/hubspot-caller.ts';

const DATED = ['2026-09', '2026-03', 'v3'];
const EVERY_VERSION = [...DATED, 'v1'];
const CLIENT = { client_id: DEFAULT_APP.clientId, client_secret: DEFAULT_APP.clientSecret };
const REDIRECT_URI = 'http://localhost:4000/callback';
const SCOPES = ['oauth', 'crm.objects.contacts.read'];
const VERIFIER = 'a-verifier-of-at-least-43-characters-as-rfc-7636-wants';
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');
const PORTAL = {
  hubId: 101,
  domain: 'one.example',
  user: 'admin@one.example',
  size: { contacts: 0, deals: 0, companies: 0 },
};

let clock: ManualClock;
let simulator: Simulator;

beforeEach(() => {
  clock = new ManualClock();
  simulator = createSimulator({ clock, portals: [PORTAL] });
});

function issueCode(codeChallenge?: string): string {
  const [portal] = simulator.portals;
  if (!portal) throw new TypeError('the simulator has no portal');
  return simulator.grants.issueCode({ portal, scopes: SCOPES }, REDIRECT_URI, codeChallenge);
}

function identityOf({ portals }: Simulator): Person {
  const [person] = (portals as [Portal])[0].people as [Person]; // Every portal has an admin.
  return person;
}

async function post(path: string, fields: Record<string, string>) {
  const response = await postForm(simulator, path, fields);
  const body: Record<string, unknown> = await response.json();
  return { status: response.status, body };
}

function exchange(fields: Record<string, string>, version = '2026-09') {
  const grant = { ...CLIENT, grant_type: 'authorization_code', redirect_uri: REDIRECT_URI };
  return post(`/oauth/${version}/token`, { ...grant, ...fields });
}

function refresh(refreshToken: string, version = '2026-09') {
  const grant = { ...CLIENT, grant_type: 'refresh_token', refresh_token: refreshToken };
  return post(`/oauth/${version}/token`, grant);
}

async function connect(): Promise<{ accessToken: string; refreshToken: string }> {
  const { body } = await exchange({ code: issueCode() });
  return { accessToken: String(body.access_token), refreshToken: String(body.refresh_token) };
}

function introspect(token: string, version = '2026-09') {
  return post(`/oauth/${version}/token/introspect`, { ...CLIENT, token });
}

describe.each(EVERY_VERSION)('the token endpoint of %s', (version) => {
  it('exchanges a code for tokens', async () => {
    const { status, body } = await exchange({ code: issueCode() }, version);
    expect(status).toBe(200);
    expect(body).toEqual({
      token_type: 'bearer',
      access_token: expect.any(String),
      refresh_token: expect.stringMatching(/^na1-/),
      hub_id: 101,
      scopes: SCOPES,
      expires_in: 1800,
      token_use: 'access_token',
    });
  });

  it('refreshes: a new access token of the same grant, the same refresh token', async () => {
    const { accessToken, refreshToken } = await connect();
    const { status, body } = await refresh(refreshToken, version);
    expect(status).toBe(200);
    expect(body).toMatchObject({ refresh_token: refreshToken, hub_id: 101, scopes: SCOPES, expires_in: 1800 });
    expect(body.access_token).not.toBe(accessToken);
    expect((await introspect(accessToken)).body.active).toBe(true);
  });

  it('refuses a dead refresh token with both vocabularies', async () => {
    expect(await refresh('na1-nobody', version)).toEqual({
      status: 400,
      body: {
        error: 'invalid_grant',
        error_description: 'refresh token is invalid, expired or revoked',
        status: 'BAD_REFRESH_TOKEN',
        message: 'refresh token is invalid, expired or revoked',
      },
    });
  });
});

describe('a token request', () => {
  it.each<[string, Record<string, string>, string, string]>([
    ['an unknown client', { client_id: 'somebody' }, 'invalid_client', 'BAD_CLIENT_ID'],
    ['a wrong secret', { client_secret: 'guess' }, 'invalid_client', 'BAD_CLIENT_SECRET'],
    ['an unknown grant type', { grant_type: 'password' }, 'unsupported_grant_type', 'BAD_GRANT_TYPE'],
    ['an unknown code', { code: 'na1-guess' }, 'invalid_grant', 'BAD_AUTH_CODE'],
    ['another redirect URL', { redirect_uri: `${REDIRECT_URI}/` }, 'invalid_grant', 'BAD_REDIRECT_URI'],
    ['another verifier', { code_verifier: `${VERIFIER}!` }, 'invalid_grant', 'BAD_CODE_VERIFIER'],
    ['no verifier', { code_verifier: '' }, 'invalid_grant', 'BAD_CODE_VERIFIER'],
  ])('is refused with RFC 6749 and HubSpot names: %s', async (_case, fields, error, status) => {
    const answer = await exchange({ code: issueCode(CHALLENGE), code_verifier: VERIFIER, ...fields });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ error, status });
    expect(answer.body.error_description).toBe(answer.body.message);
  });

  it('is served when the verifier fits the challenge', async () => {
    expect((await exchange({ code: issueCode(CHALLENGE), code_verifier: VERIFIER })).status).toBe(200);
  });

  it('spends its code, whether it succeeds or not', async () => {
    const code = issueCode();
    expect((await exchange({ code })).status).toBe(200);
    expect((await exchange({ code })).body).toMatchObject({ status: 'BAD_AUTH_CODE' });

    const tried = issueCode();
    await exchange({ code: tried, redirect_uri: 'http://localhost:1/other' });
    expect((await exchange({ code: tried })).body).toMatchObject({ status: 'BAD_AUTH_CODE' });
  });

  it('comes in time for its code, or too late', async () => {
    const [early, late] = [issueCode(), issueCode()];
    clock.advance(299_999);
    expect((await exchange({ code: early })).status).toBe(200);
    clock.advance(1);
    expect((await exchange({ code: late })).body).toMatchObject({ status: 'BAD_AUTH_CODE' });
  });

  it.each(DATED)('is read from the body alone: %s', async (version) => {
    const query = new URLSearchParams({ ...CLIENT, grant_type: 'refresh_token' });
    const answer = await post(`/oauth/${version}/token?${query}`, {});
    expect(answer.body).toMatchObject({ status: 'BAD_CLIENT_ID' });
  });

  it('of v1 may put everything into the query', async () => {
    const { refreshToken } = await connect();
    const query = new URLSearchParams({ ...CLIENT, grant_type: 'refresh_token', refresh_token: refreshToken });
    expect((await post(`/oauth/v1/token?${query}`, {})).status).toBe(200);
  });

  it('to a version that HubSpot does not have finds nothing', async () => {
    expect((await refresh('na1-any', '2026-10')).status).toBe(404);
  });
});

describe.each(DATED)('introspection of %s', (version) => {
  const identity = {
    active: true,
    hub_id: 101,
    hub_domain: 'one.example',
    user: 'admin@one.example',
    user_id: expect.any(Number),
    client_id: DEFAULT_APP.clientId,
    app_id: DEFAULT_APP.appId,
    scopes: SCOPES,
    is_private_distribution: false,
  };

  it('tells who and what an access token stands for, and how long', async () => {
    const { accessToken } = await connect();
    clock.advance(60_000);
    expect(await introspect(accessToken, version)).toEqual({
      status: 200,
      body: {
        ...identity,
        token: accessToken,
        token_use: 'access_token',
        token_type: 'Bearer',
        expires_in: 1740,
        signed_access_token: expect.objectContaining({
          isUserLevel: false,
          isServiceAccount: false,
          hubId: 101,
          userId: identityOf(simulator).userId,
          installingUserId: identityOf(simulator).userId,
          expiresAt: clock.now() + 29 * 60_000,
        }),
      },
    });
  });

  it('tells the same of a refresh token, without a life', async () => {
    const { refreshToken } = await connect();
    expect(await introspect(refreshToken, version)).toEqual({
      status: 200,
      body: { ...identity, token: refreshToken, token_use: 'refresh_token' },
    });
  });

  it('says only that a token is not active: unknown, expired, revoked', async () => {
    const { accessToken, refreshToken } = await connect();
    const inactive = { status: 200, body: { active: false } };
    expect(await introspect('nobody', version)).toEqual(inactive);
    clock.advance(30 * 60_000);
    expect(await introspect(accessToken, version)).toEqual(inactive);
    await post(`/oauth/${version}/token/revoke`, { ...CLIENT, token: refreshToken });
    expect(await introspect(refreshToken, version)).toEqual(inactive);
  });

  it('is for the app alone', async () => {
    const { accessToken } = await connect();
    const answer = await post(`/oauth/${version}/token/introspect`, { token: accessToken });
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_client' } });
  });
});

describe('a user-level app', () => {
  beforeEach(() => {
    simulator = createSimulator({ clock, portals: [PORTAL], app: { isUserLevel: true } });
  });

  it('has tokens of the person who consented', async () => {
    const [portal] = simulator.portals as [Portal];
    const person = { userId: 7, email: 'seller@one.example', rights: { ...identityOf(simulator).rights } };
    portal.people.push(person);
    const { accessToken, refreshToken } = simulator.grants.issueTokens({ portal, scopes: SCOPES, person });
    const { body } = await introspect(accessToken.token);
    expect(body).toMatchObject({
      user: 'seller@one.example',
      user_id: 7,
      signed_access_token: { isUserLevel: true, userId: 7, installingUserId: 7 },
    });
    expect((await introspect(refreshToken)).body).toMatchObject({ user_id: 7 });
    expect((await introspect(refreshToken)).body).not.toHaveProperty('signed_access_token');
  });

  it.each([true, false])('gives a person who consents again the same refresh token: %s', (keeps) => {
    simulator.grants.options.keepsRefreshToken = keeps;
    const [portal] = simulator.portals as [Portal];
    const [first, second] = [1, 2].map(() => simulator.grants.issueTokens({ portal, scopes: SCOPES }));
    expect(second?.refreshToken === first?.refreshToken).toBe(keeps);
    expect(second?.accessToken.token).not.toBe(first?.accessToken.token);
  });
});

it('introspection names scopes of sensitive values with .v2, and the token answer as requested', async () => {
  const [portal] = simulator.portals as [Portal];
  const scopes = ['oauth', 'crm.objects.contacts.sensitive.read', 'crm.objects.deals.highly_sensitive.read'];
  const { accessToken, refreshToken } = simulator.grants.issueTokens({ portal, scopes });
  expect((await introspect(accessToken.token)).body.scopes).toEqual([
    'oauth',
    'crm.objects.contacts.sensitive.read.v2',
    'crm.objects.deals.highly_sensitive.read.v2',
  ]);
  expect((await refresh(refreshToken)).body.scopes).toEqual(scopes);
});

describe('revocation', () => {
  it.each(DATED)('ends the refresh token and leaves access tokens alone: %s', async (version) => {
    const { accessToken, refreshToken } = await connect();
    const { status } = await post(`/oauth/${version}/token/revoke`, { ...CLIENT, token: refreshToken });
    expect(status).toBe(200);
    expect((await refresh(refreshToken)).body).toMatchObject({ status: 'BAD_REFRESH_TOKEN' });
    expect((await introspect(accessToken)).body.active).toBe(true);
  });

  it('of another app is refused and changes nothing', async () => {
    const { refreshToken } = await connect();
    const stranger = { client_id: CLIENT.client_id, client_secret: 'guess', token: refreshToken };
    expect((await post('/oauth/2026-09/token/revoke', stranger)).status).toBe(400);
    expect((await refresh(refreshToken)).status).toBe(200);
  });
});

describe('v1 beside its token endpoint', () => {
  const call = (method: string, path: string) =>
    simulator.fetch(new Request(`http://hubspot.test/oauth/v1/${path}`, { method }));

  it('describes tokens by URL and does not know the dead ones', async () => {
    const { accessToken, refreshToken } = await connect();
    expect(await (await call('GET', `access-tokens/${accessToken}`)).json()).toMatchObject({ hub_id: 101 });
    expect(await (await call('GET', `refresh-tokens/${refreshToken}`)).json()).toMatchObject({ hub_id: 101 });
    expect((await call('GET', 'access-tokens/nobody')).status).toBe(404);
    expect((await call('GET', 'refresh-tokens/nobody')).status).toBe(404);
  });

  it('deletes refresh tokens', async () => {
    const { refreshToken } = await connect();
    expect((await call('DELETE', `refresh-tokens/${refreshToken}`)).status).toBe(204);
    expect((await refresh(refreshToken)).status).toBe(400);
  });
});
