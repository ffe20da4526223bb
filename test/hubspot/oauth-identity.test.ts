import type { Pool } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHubspotPool } from '../../src/hubspot/client.ts';
import { authorizeUrl, OAuthClient } from '../../src/hubspot/oauth/oauth-client.ts';
import { systemClock } from '../../src/lib/time/clock.ts';
import { type Loopback, respond, startLoopback } from '../helpers/loopback.ts';

let hubspot: Loopback;
let pool: Pool;
let oauth: OAuthClient;

beforeAll(async () => {
  hubspot = await startLoopback();
  pool = createHubspotPool(hubspot.url);
  oauth = new OAuthClient({ clientId: 'c', clientSecret: 's', version: '2026-09', pool, clock: systemClock });
});

afterAll(async () => {
  await pool.destroy();
  await hubspot.close();
});

describe('introspection', () => {
  const introspect = (status: number, body: unknown) => {
    hubspot.answerWith(respond(status, body));
    return oauth.introspect('access-1');
  };
  const active = { active: true, token: 'access-1', hub_id: 101, scopes: ['oauth'] };

  it('tells who and what a token stands for', async () => {
    const body = { ...active, hub_domain: 'one.example', user: 'admin@one.example', app_id: 7, expires_in: 1740 };
    expect(await introspect(200, body)).toEqual({
      hubId: 101,
      hubDomain: 'one.example',
      user: 'admin@one.example',
      userId: null,
      isUserLevel: undefined,
      scopes: ['oauth'],
    });
  });

  it.each([
    [
      { isUserLevel: true, userId: 7, signature: 's' },
      { isUserLevel: true, userId: 7 },
    ],
    [
      { isUserLevel: false, userId: 7 },
      { isUserLevel: false, userId: 7 },
    ],
    [{ userId: 'x' }, { isUserLevel: undefined, userId: 8 }],
    [{ isUserLevel: 'false' }, { isUserLevel: true, userId: 8 }],
    ['eyJhbGciOi', { isUserLevel: true, userId: 8 }],
    [null, { isUserLevel: undefined, userId: 8 }],
  ])('reads the level of %j, and keeps nothing else of it', async (signed, level) => {
    const { scopes } = active;
    const identity = { hubId: 101, hubDomain: null, user: null, scopes };
    expect(await introspect(200, { ...active, user_id: 8, signed_access_token: signed })).toEqual({
      ...identity,
      ...level,
    });
  });

  it.each([
    ['absent', {}],
    ['null', { hub_domain: null, user: null }],
  ])('does without a domain and a person: %s', async (_case, rest) => {
    expect(await introspect(200, { ...active, ...rest })).toMatchObject({ hubDomain: null, user: null });
  });

  it('is undefined for a token that is not active', async () => {
    expect(await introspect(200, { active: false })).toBeUndefined();
  });

  it.each<[string, unknown]>([
    ['nothing', ''],
    ['HTML', '<html>'],
    ['null', 'null'],
    ['no verdict', { hub_id: 101, scopes: [] }],
    ['a verdict in words', { ...active, active: 'true' }],
    ['no hub', { active: true, scopes: [] }],
    ['a hub that is none', { ...active, hub_id: -1 }],
    ['no scopes', { active: true, hub_id: 101 }],
    ['scopes in one text', { ...active, scopes: 'oauth' }],
  ])('that is garbage says nothing about the token: %s', async (_case, body) => {
    await expect(introspect(200, body)).rejects.toMatchObject({ kind: 'unavailable', status: 200 });
  });

  it('fails as other token calls do', async () => {
    await expect(introspect(400, { error: 'invalid_client' })).rejects.toMatchObject({ kind: 'invalid_client' });
    await expect(introspect(503, '')).rejects.toMatchObject({ kind: 'unavailable' });
  });
});

describe('revocation', () => {
  it.each([
    [200, '{}'],
    [200, ''],
    [204, ''],
  ])('is done with a %i, whatever it says: "%s"', async (status, body) => {
    hubspot.answerWith(respond(status, body));
    await expect(oauth.revoke('refresh-1')).resolves.toBeUndefined();
  });

  it('fails as other token calls do', async () => {
    hubspot.answerWith(respond(502, ''));
    await expect(oauth.revoke('refresh-1')).rejects.toMatchObject({ kind: 'unavailable', status: 502 });
  });
});

describe('the authorize URL', () => {
  const parameters = {
    clientId: 'client-1',
    redirectUri: 'https://gateway.example/cb?a=b c',
    scopes: ['oauth', 'crm.objects.contacts.read'],
    optionalScopes: ['crm.objects.deals.read', 'crm.objects.owners.read'],
    state: 'st+te',
    codeChallenge: 'challenge_-1',
  };

  it('has spaces as %20 and a challenge of S256', () => {
    expect(authorizeUrl('https://app.hubspot.com/oauth/authorize', parameters)).toBe(
      'https://app.hubspot.com/oauth/authorize?client_id=client-1' +
        '&redirect_uri=https%3A%2F%2Fgateway.example%2Fcb%3Fa%3Db%20c' +
        '&scope=oauth%20crm.objects.contacts.read' +
        '&optional_scope=crm.objects.deals.read%20crm.objects.owners.read' +
        '&state=st%2Bte&code_challenge=challenge_-1&code_challenge_method=S256',
    );
  });

  it('is understood as it was meant', () => {
    const { searchParams } = new URL(authorizeUrl('https://app.hubspot.com/oauth/authorize', parameters));
    expect(searchParams.get('redirect_uri')).toBe(parameters.redirectUri);
    expect(searchParams.get('state')).toBe(parameters.state);
    expect(searchParams.get('optional_scope')?.split(' ')).toEqual(parameters.optionalScopes);
  });

  it('names no optional scopes when there are none', () => {
    const url = authorizeUrl('https://app.hubspot.com/oauth/authorize', { ...parameters, optionalScopes: [] });
    expect(url).not.toContain('optional_scope');
  });

  it("keeps the base's path and query", () => {
    const url = new URL(authorizeUrl('https://app.hubspot.com/oauth/101/authorize?x=a b', parameters));
    expect(url.pathname).toBe('/oauth/101/authorize');
    expect(url.searchParams.get('x')).toBe('a b');
  });
});
