import { generateKeyPairSync } from 'node:crypto';
import { ManualClock } from 'hubspot-graphql-gateway-simulator/manual-clock';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { createAuthenticator } from '../../src/http/auth/viewer.ts';
import { ISSUED_TOKENS, type IssuedToken, NOW } from '../helpers/issued-tokens.ts';
import { collectingLogger } from '../helpers/logs.ts';
import { es256, rs256 } from '../helpers/tokens.ts';

const clock = new ManualClock();
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });

function judge({ issuer, audience, env, header = {}, claims, alg = 'RS256' }: IssuedToken, changes: object = {}) {
  const [key, signed] = alg === 'RS256' ? [rsa, rs256] : [ec, es256];
  const { auth } = loadConfig({
    HUBSPOT_CLIENT_ID: 'id',
    HUBSPOT_CLIENT_SECRET: 'secret',
    ENCRYPTION_KEYS: `k1:${Buffer.alloc(32).toString('base64')}`,
    AUTH_JWT_PUBLIC_KEY: key.publicKey.export({ format: 'pem', type: 'spki' }).toString(),
    AUTH_JWT_ISSUER: issuer,
    AUTH_JWT_AUDIENCE: audience,
    ...env,
  });
  const payload = { iss: issuer, aud: audience, iat: NOW, exp: NOW + 3_600, ...claims, ...changes };
  return createAuthenticator({ ...auth, clock, logger: collectingLogger([]) })(
    `Bearer ${signed(payload, key.privateKey, { kid: 'k', ...header })}`,
  );
}

const row = (server: string): IssuedToken => {
  const found = ISSUED_TOKENS.find((candidate) => candidate.server === server);
  if (!found) throw new TypeError(`no row ${server}`);
  return found;
};

/** Why a changed token of a server is refused. */
async function refusal(server: string, changes: object): Promise<unknown> {
  const error = await Promise.resolve(judge(row(server), changes)).catch((reason: unknown) => reason);
  return error instanceof Error ? error.cause : undefined;
}

describe('a token of', () => {
  it.each(ISSUED_TOKENS)('$server is accepted', async (given) => {
    expect(await judge(given)).toEqual(given.viewer);
  });

  it.each(ISSUED_TOKENS)('$server is accepted when its clock is a few seconds ahead', async (given) => {
    expect(await judge(given, { iat: NOW + 20 })).toEqual(given.viewer);
  });

  it.each(ISSUED_TOKENS)('$server is refused for another audience', async (given) => {
    await expect(judge(given, { aud: 'other', client_id: 'other' })).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      cause: { reason: 'other_audience', facts: { found: '"other"' } },
    });
  });

  it.each(ISSUED_TOKENS)('$server is refused for another issuer', async (given) => {
    await expect(judge(given, { iss: 'https://evil.example' })).rejects.toMatchObject({
      cause: { reason: 'other_issuer', facts: { found: '"https://evil.example"' } },
    });
  });
});

describe('an audience that is absent', () => {
  it.each([
    ['Amazon Cognito, scopes', { client_id: 'another-client' }],
    ['Amazon Cognito, scopes', { token_use: 'id' }],
    ['Amazon Cognito, scopes', { token_use: undefined }],
    ['Amazon Cognito, scopes', { aud: null }],
    ['Amazon Cognito, scopes', { aud: '' }],
    ['Amazon Cognito, scopes', { aud: [] }],
    ['WorkOS Connect', { aud: undefined }],
    ['Keycloak, realm roles', { aud: undefined, azp: 'hubspot-gateway' }],
  ])('is made up for by nothing but a Cognito client: %s %j', async (server, changes) => {
    expect(await refusal(server, changes)).toMatchObject({ reason: 'other_audience' });
  });
});

describe('a claim that was named', () => {
  it.each([
    ['Keycloak, realm roles', { realm_access: undefined }],
    ['Entra ID, v1.0, with app roles', { roles: undefined }],
    ['Amazon Cognito, groups', { 'cognito:groups': undefined }],
    ['Supabase Auth', { app_metadata: { tenant: 'acme' } }],
  ])('and is left out allows nothing: %s', async (server, changes) => {
    expect(await judge(row(server), changes)).toMatchObject({ permissions: [] });
  });

  it('and is left out allows what was configured for it', async () => {
    const given = row('Keycloak, realm roles');
    const env = { ...given.env, AUTH_DEFAULT_PERMISSIONS: 'hubspot:connect' };
    expect(await judge({ ...given, env }, { realm_access: {} })).toMatchObject({ permissions: ['hubspot:connect'] });
  });

  it.each([
    ['no_tenant', 'Supabase Auth', { app_metadata: undefined }],
    ['no_tenant', 'Supabase Auth', { app_metadata: 'tenant' }],
    ['no_tenant', 'Supabase Auth', { app_metadata: ['tenant'] }],
    ['no_tenant', 'Firebase, Google Identity Platform', { firebase: { sign_in_provider: 'password' } }],
    ['no_tenant', 'Clerk, session token of version 2', { o: undefined }],
    ['bad_tenant', 'Clerk, session token of version 2', { o: { id: ['org_123', 'org_456'] } }],
    ['bad_tenant', 'Auth0, RBAC and organizations', { org_id: { id: 'org' } }],
    ['bad_permissions', 'Keycloak, realm roles', { realm_access: { roles: { admin: true } } }],
    ['bad_subject', 'Okta, custom authorization server', { sub: undefined }],
    ['lives_too_long', 'Auth0, RBAC and organizations', { exp: NOW + 2_592_000 }],
    ['issued_in_future', 'Okta, custom authorization server', { iat: NOW + 61 }],
    ['expired', 'Okta, custom authorization server', { iat: NOW - 3_610, exp: NOW - 10 }],
    ['not_yet_valid', 'Entra ID, v2.0', { nbf: NOW + 10 }],
    ['no_expiry', 'Okta, custom authorization server', { exp: undefined }],
  ])('or is needed refuses with %s: %s %j', async (reason, server, changes) => {
    expect(await refusal(server, changes)).toMatchObject({ reason });
  });

  it.each(['toString', '__proto__.toString', 'constructor.name', 'sub.length', '.', 'o.', '.o', 'o..id'])(
    'is never found in what every object has: %s',
    async (claim) => {
      const given = { ...row('Clerk, session token of version 2'), env: { AUTH_TENANT_CLAIM: claim } };
      await expect(judge(given)).rejects.toMatchObject({ cause: { reason: 'no_tenant', facts: { claim } } });
    },
  );
});
