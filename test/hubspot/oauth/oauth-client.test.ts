import { ManualClock } from 'hubspot-graphql-gateway-simulator/manual-clock';
import type { Pool } from 'undici';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createHubspotPool } from '../../../src/hubspot/client.ts';
import { OAuthClient, OAuthError } from '../../../src/hubspot/oauth/oauth-client.ts';
import { type Answer, type Loopback, respond, startLoopback } from '../../helpers/loopback.ts';

const TOKENS = { access_token: 'access-1', token_type: 'bearer', expires_in: 1800 };
const HTML = '<!doctype html><h1>a proxy</h1>';
const DEAD = { error: 'invalid_grant', status: 'BAD_REFRESH_TOKEN', message: 'secret prose' };
const LONGEST_LIFE_MS = 24 * 60 * 60 * 1_000;

let hubspot: Loopback;
let pool: Pool;
let oauth: OAuthClient;

beforeEach(async () => {
  hubspot = await startLoopback();
  pool = createHubspotPool(hubspot.url);
  oauth = createClient();
});

afterEach(async () => {
  vi.restoreAllMocks();
  await pool.destroy();
  await hubspot.close();
});

function createClient(changes: { version?: string; basePath?: string } = {}): OAuthClient {
  const credentials = { clientId: 'client-1', clientSecret: 'secret-1' };
  return new OAuthClient({ ...credentials, version: '2026-09', pool, clock: new ManualClock(), ...changes });
}

/** What a refresh fails with when it meets `answer`; the error holds no secret of the call or of the answer. */
async function failure(answer: Answer): Promise<OAuthError> {
  hubspot.answerWith(answer);
  const error: OAuthError = await oauth.refresh('secret-refresh-token').then(
    () => expect.unreachable('the refresh succeeded'),
    (reason) => reason,
  );
  expect(error.name).toBe('OAuthError');
  expect(`${error.message} ${JSON.stringify(error)}`).not.toContain('secret');
  return error;
}

describe('a token call', () => {
  const client = { client_id: 'client-1', client_secret: 'secret-1' };

  it.each<[string, () => Promise<unknown>, string, Record<string, string>]>([
    [
      'exchangeCode',
      () => oauth.exchangeCode('code-1', 'https://gateway.example/cb', 'verifier-1'),
      '/oauth/2026-09/token',
      {
        grant_type: 'authorization_code',
        code: 'code-1',
        redirect_uri: 'https://gateway.example/cb',
        code_verifier: 'verifier-1',
      },
    ],
    [
      'refresh',
      () => oauth.refresh('refresh+/=&1'),
      '/oauth/2026-09/token',
      { grant_type: 'refresh_token', refresh_token: 'refresh+/=&1' },
    ],
    [
      'introspect',
      () => oauth.introspect('access-1'),
      '/oauth/2026-09/token/introspect',
      { token: 'access-1', token_type_hint: 'access_token' },
    ],
    [
      'revoke',
      () => oauth.revoke('refresh-1'),
      '/oauth/2026-09/token/revoke',
      { token: 'refresh-1', token_type_hint: 'refresh_token' },
    ],
  ])('has everything in its body and nothing in its URL: %s', async (_name, call, path, fields) => {
    hubspot.answerWith(respond(200, { ...TOKENS, active: false }));
    await call();
    const [request, ...others] = hubspot.received;
    expect(others).toEqual([]);
    expect(request).toMatchObject({
      method: 'POST',
      url: path,
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    });
    expect(request?.headers).not.toHaveProperty('authorization');
    expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({ ...client, ...fields });
  });

  it("goes to the version it is told, below the path of the API's URL", async () => {
    hubspot.answerWith(respond(200, TOKENS));
    await createClient({ version: '2026-03', basePath: '/proxy' }).refresh('refresh-1');
    expect(hubspot.received[0]?.url).toBe('/proxy/oauth/2026-03/token');
  });
});

describe('a token answer', () => {
  const refreshed = async (body: unknown) => {
    hubspot.answerWith(respond(200, body));
    return oauth.refresh('refresh-1');
  };

  it('is read whole', async () => {
    const scopes = ['oauth', 'crm.objects.contacts.read'];
    const body = { ...TOKENS, refresh_token: 'refresh-2', hub_id: 101, scopes, token_use: 'access_token', user_id: 7 };
    expect(await refreshed(body)).toEqual({
      accessToken: 'access-1',
      refreshToken: 'refresh-2',
      expiresInMs: 1_800_000,
      hubId: 101,
      scopes,
    });
  });

  it.each([
    ['absent', {}],
    ['null', { refresh_token: null, hub_id: null, scopes: null }],
  ])('may do without what is optional: %s', async (_case, rest) => {
    expect(await refreshed({ ...TOKENS, ...rest })).toEqual({
      accessToken: 'access-1',
      refreshToken: undefined,
      expiresInMs: 1_800_000,
      hubId: undefined,
      scopes: undefined,
    });
  });

  it.each<[unknown, number]>([
    ['1800', 1_800_000],
    [0.5, 500],
    [86_401, LONGEST_LIFE_MS],
    [1e18, LONGEST_LIFE_MS],
    ['999999999', LONGEST_LIFE_MS],
  ])('of a life of %s seconds is believed within reason', async (expires_in, expiresInMs) => {
    expect(await refreshed({ ...TOKENS, expires_in })).toMatchObject({ expiresInMs });
  });

  it('names its type in any case', async () => {
    expect(await refreshed({ ...TOKENS, token_type: 'Bearer' })).toMatchObject({ accessToken: 'access-1' });
  });

  it('may hold a token of 4,096 characters', async () => {
    const access_token = 'x'.repeat(4_096);
    expect(await refreshed({ ...TOKENS, access_token })).toMatchObject({ accessToken: access_token });
  });

  it.each<[string, unknown]>([
    ['no access token', { ...TOKENS, access_token: undefined }],
    ['an empty access token', { ...TOKENS, access_token: '' }],
    ['an access token that is no text', { ...TOKENS, access_token: 7 }],
    ['an access token of more than 4 kB', { ...TOKENS, access_token: 'x'.repeat(4_097) }],
    ['a refresh token of more than 4 kB', { ...TOKENS, refresh_token: 'x'.repeat(4_097) }],
    ['an empty refresh token', { ...TOKENS, refresh_token: '' }],
    ['another type', { ...TOKENS, token_type: 'mac' }],
    ['no type', { ...TOKENS, token_type: undefined }],
    ['no life', { ...TOKENS, expires_in: undefined }],
    ['a life of 0', { ...TOKENS, expires_in: 0 }],
    ['a life of "0"', { ...TOKENS, expires_in: '0' }],
    ['a life of -1', { ...TOKENS, expires_in: -1 }],
    ['a life in words', { ...TOKENS, expires_in: 'abc' }],
    ['an infinite life', '{"access_token":"access-1","token_type":"bearer","expires_in":1e999}'],
    ['a hub that is no number', { ...TOKENS, hub_id: 'secret' }],
    ['scopes in one text', { ...TOKENS, scopes: 'secret' }],
    ['null', 'null'],
    ['an array', [TOKENS]],
    ['a text', '"secret"'],
    ['an error in a 200', DEAD],
    ['HTML', HTML],
    ['truncated JSON', '{"access_token": "secr'],
    ['nothing', ''],
  ])('that is garbage leaves the outcome unknown: %s', async (_case, body) => {
    expect(await failure(respond(200, body))).toMatchObject({
      kind: 'unavailable',
      status: 200,
      mayBeDone: true,
      isUnreadable: true,
    });
  });
});

describe('a refusal', () => {
  it.each<[string, number, unknown, OAuthError['kind']]>([
    ['a dead refresh token', 400, DEAD, 'invalid_grant'],
    ['a dead grant by RFC 6749 alone', 400, { error: 'invalid_grant' }, 'invalid_grant'],
    ['a dead grant with a 401', 401, { error: 'invalid_grant' }, 'invalid_grant'],
    ['the older wording', 400, { status: 'BAD_REFRESH_TOKEN', message: 'missing or invalid' }, 'invalid_grant'],
    ['a dead code', 400, { status: 'BAD_AUTH_CODE' }, 'invalid_grant'],
    ['a portal that is gone', 400, { error: 'access_denied', status: 'BAD_HUB' }, 'invalid_grant'],
    ['a status in numbers', 400, { error: 'invalid_grant', status: 400 }, 'invalid_grant'],
    ['declared as text', 400, JSON.stringify(DEAD), 'invalid_grant'],
    ['a wrong client', 400, { error: 'invalid_client' }, 'invalid_client'],
    ['a wrong client with a 401', 401, { error: 'invalid_client' }, 'invalid_client'],
    ['a wrong client id', 400, { status: 'BAD_CLIENT_ID' }, 'invalid_client'],
    ['a wrong secret', 400, { status: 'BAD_CLIENT_SECRET' }, 'invalid_client'],
    ['a wrong client that is said to be a dead grant', 400, { ...DEAD, error: 'invalid_client' }, 'invalid_client'],
    ['an unauthorized client', 400, { error: 'unauthorized_client' }, 'invalid_client'],
    ['an unknown grant type', 400, { error: 'unsupported_grant_type' }, 'refused'],
    ['a dead grant with a 403', 403, DEAD, 'refused'],
    ['a dead grant with a 404', 404, DEAD, 'refused'],
    ['prose that says so', 400, 'invalid_grant', 'refused'],
    ['HTML', 400, HTML, 'refused'],
    ['nothing', 401, '', 'refused'],
    ['names of other types', 400, { error: ['invalid_grant'], status: { name: 'BAD_HUB' } }, 'refused'],
    ['a list', 400, [DEAD], 'refused'],
    ['a dead grant with a 500', 500, DEAD, 'unavailable'],
    ['a dead grant with a 502', 502, HTML, 'unavailable'],
    ['a time-out', 408, DEAD, 'unavailable'],
    ['a lock', 423, DEAD, 'unavailable'],
    ['too early', 425, DEAD, 'unavailable'],
    ['the rate limit', 429, DEAD, 'unavailable'],
    ['a portal that moves', 477, DEAD, 'unavailable'],
  ])('is told from other failures: %s (%i)', async (_case, status, body, kind) => {
    const text = typeof body === 'string' ? { 'content-type': 'text/plain' } : {};
    expect(await failure(respond(status, body, text))).toMatchObject({ kind, status });
  });

  it.each<[OAuthError['kind'], number | undefined, boolean]>([
    ['unavailable', undefined, true],
    ['unavailable', 500, true],
    ['unavailable', 503, true],
    ['unavailable', 302, false],
    ['unavailable', 429, false],
    ['unavailable', 477, false],
    ['refused', 400, false],
    ['invalid_grant', 400, false],
    ['invalid_client', 401, false],
  ])('%s with status %s leaves the outcome unknown: %s', (kind, status, mayBeDone) => {
    const error = new OAuthError(kind, status === undefined ? {} : { status });
    expect(error).toMatchObject({ mayBeDone, isUnreadable: false });
  });

  it('tells when to come back', async () => {
    expect(await failure(respond(429, '', { 'retry-after': '7' }))).toMatchObject({ retryAfterMs: 7_000 });
    expect((await failure(respond(503, '', { 'retry-after': 'soon' }))).retryAfterMs).toBeUndefined();
    expect((await failure(respond(503, ''))).retryAfterMs).toBeUndefined();
  });

  it.each([301, 302, 303, 307, 308])('by a redirect (%i) sends no secret elsewhere', async (status) => {
    const elsewhere = await startLoopback();
    try {
      const error = await failure(respond(status, TOKENS, { location: `${elsewhere.url}/oauth/2026-09/token` }));
      expect(error).toMatchObject({ kind: 'unavailable', status });
      expect(elsewhere.received).toEqual([]);
    } finally {
      await elsewhere.close();
    }
  });
});

describe('a connection that fails', () => {
  it.each<[string, Answer]>([
    ['before the headers', (response) => response.destroy()],
    ['after the headers', (response) => response.writeHead(200).write('{', () => response.destroy())],
  ])('leaves the outcome unknown, and the call is not repeated: %s', async (_case, answer) => {
    const error = await failure(answer);
    expect(error).toMatchObject({ kind: 'unavailable', cause: expect.any(Error) });
    expect(error.status).toBeUndefined();
    expect(hubspot.received).toHaveLength(1);
  });

  it('is given up at a deadline', async () => {
    const deadline = new AbortController();
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(deadline.signal);
    const error = await failure(() => deadline.abort(new DOMException('too late', 'TimeoutError')));
    expect(timeout).toHaveBeenCalledWith(8_000);
    expect(error).toMatchObject({ kind: 'unavailable', cause: { name: 'TimeoutError' } });
  });
});
