import { createHash } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { json, type OAuthFailure, oauthFailure } from '../answers.ts';
import { introspectedScope, OAUTH_FAILURES } from '../assumptions.ts';
import type { World } from '../world.ts';
import type { AccessToken, Grant, TokenPair } from './grants.ts';

/** Routes to issue, introspect and revoke tokens: the dated versions, v3, and v1, which HubSpot's SDK uses. */
export function tokenRoutes(world: World): Hono {
  const routes = new Hono();

  routes.post('/oauth/:version{(?:2026-0[39]|v[13])}/token', async (c) => {
    const fields = await formFields(c);
    const failure = clientFailure(world, fields);
    if (failure) return oauthFailure(failure);
    const outcome = grantTokens(world, fields);
    return 'error' in outcome ? oauthFailure(outcome) : json(200, tokenBody(world, outcome));
  });

  routes.post('/oauth/:version{(?:2026-0[39]|v3)}/token/introspect', async (c) => {
    const fields = await formFields(c);
    const failure = clientFailure(world, fields);
    return failure ? oauthFailure(failure) : json(200, introspect(world, fields.get('token') ?? ''));
  });

  routes.post('/oauth/:version{(?:2026-0[39]|v3)}/token/revoke', async (c) => {
    const fields = await formFields(c);
    const failure = clientFailure(world, fields);
    if (failure) return oauthFailure(failure);
    world.grants.revokeRefreshToken(fields.get('token') ?? '');
    return json(200, {});
  });

  routes.get('/oauth/v1/access-tokens/:token', (c) => {
    const body = introspect(world, c.req.param('token'));
    return body.active ? json(200, body) : json(404, { status: 'error', message: 'access token is invalid' });
  });

  routes.get('/oauth/v1/refresh-tokens/:token', (c) => {
    const body = introspect(world, c.req.param('token'));
    return body.active ? json(200, body) : json(404, { status: 'error', message: 'refresh token is invalid' });
  });

  routes.delete('/oauth/v1/refresh-tokens/:token', (c) => {
    world.grants.revokeRefreshToken(c.req.param('token'));
    return json(204, undefined);
  });

  return routes;
}

/** Only v1 also reads the query string. */
async function formFields(c: Context): Promise<URLSearchParams> {
  const fields = new URLSearchParams(await c.req.text());
  if (c.req.param('version') === 'v1') {
    for (const [name, value] of Object.entries(c.req.query())) if (!fields.has(name)) fields.set(name, value);
  }
  return fields;
}

function clientFailure({ app }: World, fields: URLSearchParams): OAuthFailure | undefined {
  if (fields.get('client_id') !== app.clientId) return OAUTH_FAILURES.clientId;
  return fields.get('client_secret') === app.clientSecret ? undefined : OAUTH_FAILURES.clientSecret;
}

function grantTokens(world: World, fields: URLSearchParams): TokenPair | OAuthFailure {
  switch (fields.get('grant_type')) {
    case 'refresh_token':
      return world.grants.refresh(fields.get('refresh_token') ?? '') ?? OAUTH_FAILURES.refreshToken;
    case 'authorization_code':
      return exchangeCode(world, fields);
    default:
      return OAUTH_FAILURES.grantType;
  }
}

function exchangeCode({ grants }: World, fields: URLSearchParams): TokenPair | OAuthFailure {
  const issued = grants.takeCode(fields.get('code') ?? '');
  if (!issued) return OAUTH_FAILURES.code;
  if (issued.redirectUri !== fields.get('redirect_uri')) return OAUTH_FAILURES.redirectUri;
  const challenge = createHash('sha256')
    .update(fields.get('code_verifier') ?? '')
    .digest('base64url');
  if (issued.codeChallenge !== undefined && issued.codeChallenge !== challenge) return OAUTH_FAILURES.codeVerifier;
  return grants.issueTokens(issued);
}

function tokenBody({ clock }: World, { accessToken, refreshToken }: TokenPair) {
  return {
    token_type: 'bearer',
    refresh_token: refreshToken,
    access_token: accessToken.token,
    hub_id: accessToken.portal.hubId,
    scopes: accessToken.scopes,
    expires_in: secondsUntil(accessToken.expiresAt, clock),
    token_use: 'access_token',
  };
}

/** Whole seconds, as in HubSpot. The short lives of tests are exact. */
function secondsUntil(expiresAt: number, clock: World['clock']): number {
  const seconds = Math.max(0, (expiresAt - clock.now()) / 1000);
  return seconds > 60 ? Math.round(seconds) : seconds;
}

/** Status 200 for every token (RFC 7662). The answer contains the token, as in HubSpot. */
function introspect({ grants, app, clock }: World, token: string) {
  const access = grants.accessToken(token);
  if (access && access.expiresAt > clock.now()) {
    const expiresIn = Math.round((access.expiresAt - clock.now()) / 1000);
    return {
      ...identity(access, app, token),
      signed_access_token: signedToken(access, app),
      expires_in: expiresIn,
      token_use: 'access_token',
      token_type: 'Bearer',
    };
  }
  const refresh = grants.refreshTokenGrant(token);
  return refresh ? { ...identity(refresh, app, token), token_use: 'refresh_token' } : { active: false as const };
}

/** The claims of an access token as HubSpot signs them. Whoever reads them may not log them: the signature is a secret. */
function signedToken({ token, portal, person, scopes, expiresAt }: AccessToken, app: World['app']) {
  const signature = createHash('sha256').update(token).digest('base64');
  return {
    expiresAt,
    scopes: Buffer.from(scopes.join(' ')).toString('base64'),
    hubId: portal.hubId,
    userId: person.userId,
    appId: app.appId,
    appInstallId: portal.hubId + app.appId,
    audience: '',
    installingUserId: person.userId,
    signature,
    scopeToScopeGroupPks: '',
    newSignature: signature,
    hublet: 'na1',
    trialScopes: '',
    trialScopeToScopeGroupPks: '',
    isUserLevel: app.isUserLevel,
    isPrivateDistribution: false,
    isServiceAccount: false,
  };
}

function identity({ portal, scopes, person }: Grant, app: World['app'], token: string) {
  return {
    active: true as const,
    token,
    hub_id: portal.hubId,
    hub_domain: portal.domain,
    user: person.email,
    user_id: person.userId,
    client_id: app.clientId,
    app_id: app.appId,
    scopes: scopes.map(introspectedScope),
    is_private_distribution: false,
  };
}
