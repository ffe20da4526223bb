import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { ManualClock } from 'hubspot-graphql-gateway-simulator/manual-clock';
import { expect, it } from 'vitest';
import { isGatewayError } from '../../../src/errors.ts';
import type { Viewer } from '../../../src/graphql/context.ts';
import { createAuthenticator, type ViewerOptions } from '../../../src/http/auth/viewer.ts';
import { collectingLogger } from '../../helpers/logs.ts';
import { respond, startLoopback } from '../../helpers/loopback.ts';
import { es256, hs256, rs256, signingInput } from '../../helpers/tokens.ts';

const SECRET = 'a secret of at least 32 bytes for tests only';
const ISSUER = 'https://issuer.example';
const clock = new ManualClock();
const NOW = clock.now() / 1000;
const CLAIMS = { sub: 'alice', tenant: 'acme', iss: ISSUER, aud: 'gateway', iat: NOW, exp: NOW + 3_600 };
const ALICE: Viewer = { id: 'alice', tenantId: 'acme', permissions: ['hubspot:read'] };

const OPTIONS: ViewerOptions = {
  key: { kind: 'secret', secret: SECRET },
  issuer: ISSUER,
  audience: 'gateway',
  tenantClaim: 'tenant',
  permissionsClaim: undefined,
  defaultPermissions: ['hubspot:read'],
  clock,
  logger: collectingLogger([]),
};

/** The viewer; `undefined` for a refusal, which is the same for all. */
async function judge(authorization: string | null, options: Partial<ViewerOptions> = {}): Promise<Viewer | undefined> {
  try {
    return await createAuthenticator({ ...OPTIONS, ...options })(authorization);
  } catch (error) {
    if (!isGatewayError(error, 'UNAUTHENTICATED')) throw error;
    expect(error.message).toBe('A valid bearer token is required.');
    expect(error.extensions).toEqual({});
    return undefined;
  }
}

const judgeClaims = (claims: object) => judge(`Bearer ${hs256({ ...CLAIMS, ...claims }, SECRET)}`);

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });
const rsaPem = rsa.publicKey.export({ format: 'pem', type: 'spki' }).toString();
const ecPem = ec.publicKey.export({ format: 'pem', type: 'spki' }).toString();
const withPem = (pem: string): Partial<ViewerOptions> => ({ key: { kind: 'publicKey', pem } });

it('accepts HS256 with the secret, RS256 and ES256 with the public key', async () => {
  expect(await judge(`Bearer ${hs256(CLAIMS, SECRET)}`)).toEqual(ALICE);
  expect(await judge(`Bearer ${rs256(CLAIMS, rsa.privateKey)}`, withPem(rsaPem))).toEqual(ALICE);
  expect(await judge(`Bearer ${es256(CLAIMS, ec.privateKey)}`, withPem(ecPem))).toEqual(ALICE);
});

it.each(['none', 'None', 'NONE', '', 'HS384', 'HS512', 'RS256', undefined])(
  'B57 refuses alg %j of a token signed with the secret',
  async (alg) => {
    expect(await judge(`Bearer ${hs256(CLAIMS, SECRET, { alg })}`)).toBeUndefined();
  },
);

it('B57 refuses a token without a signature', async () => {
  for (const alg of ['none', 'None', 'HS256']) {
    const input = signingInput({ alg, typ: 'JWT' }, CLAIMS);
    expect(await judge(`Bearer ${input}.`)).toBeUndefined();
    expect(await judge(`Bearer ${input}`)).toBeUndefined();
    expect(await judge(`Bearer ${input}.AA`)).toBeUndefined();
  }
});

it('B57 refuses an HMAC whose secret is the public key, empty, or another one', async () => {
  const der = rsa.publicKey.export({ format: 'der', type: 'spki' });
  for (const secret of [rsaPem, rsaPem.trim(), der, '', randomBytes(32)]) {
    expect(await judge(`Bearer ${hs256(CLAIMS, secret)}`, withPem(rsaPem))).toBeUndefined();
  }
  for (const secret of ['', randomBytes(32)]) {
    expect(await judge(`Bearer ${hs256(CLAIMS, secret)}`)).toBeUndefined();
  }
});

it('B57 refuses an algorithm that does not go with the key', async () => {
  for (const alg of ['PS256', 'RS384', 'RS512', 'ES256', 'HS256', 'none']) {
    expect(await judge(`Bearer ${rs256(CLAIMS, rsa.privateKey, { alg })}`, withPem(rsaPem))).toBeUndefined();
  }
  expect(await judge(`Bearer ${es256(CLAIMS, ec.privateKey, { alg: 'RS256' })}`, withPem(ecPem))).toBeUndefined();
  expect(await judge(`Bearer ${rs256(CLAIMS, rsa.privateKey)}`, withPem(ecPem))).toBeUndefined();
});

it('B58 refuses another key, and never takes one from the token or from where it points', async () => {
  const elsewhere = await startLoopback();
  const jwk = { ...stranger.publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'RS256', use: 'sig' };
  elsewhere.answerWith(respond(200, { keys: [jwk] }));
  const der = stranger.publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
  for (const header of [
    {},
    { jwk },
    { jwk, kid: 'k1' },
    { jku: `${elsewhere.url}/jwks.json`, kid: 'k1' },
    { x5u: `${elsewhere.url}/certificate.pem` },
    { x5c: [der] },
    { kid: `${elsewhere.url}/jwks.json` },
  ]) {
    const token = `Bearer ${rs256(CLAIMS, stranger.privateKey, header)}`;
    expect(await judge(token, withPem(rsaPem))).toBeUndefined();
    expect(await judge(token)).toBeUndefined();
  }
  expect(elsewhere.received).toEqual([]);
  await elsewhere.close();
});

it.each([
  ['missing', undefined],
  ['a string', String(NOW + 3_600)],
  ['in milliseconds', (NOW + 3_600) * 1_000],
  ['more than a day ahead', NOW + 86_400 + 60],
  ['infinite', 1e308],
  ['zero', 0],
  ['negative', -1],
  ['null', null],
  ['a list', [NOW + 3_600]],
  ['6 s ago', NOW - 6],
  ['an hour ago', NOW - 3_600],
])('B60 refuses an exp that is %s', async (_name, exp) => {
  expect(await judgeClaims({ exp })).toBeUndefined();
});

it.each([
  ['exp 4 s ago', { exp: NOW - 4 }],
  ['exp with a fraction', { exp: NOW + 60.5 }],
  ['exp a day ahead', { exp: NOW + 86_400 }],
  ['iat a minute ahead', { iat: NOW + 60, exp: NOW + 60 + 86_400 }],
  ['iat two days ago', { iat: NOW - 172_800 }],
  ['nbf 4 s ahead', { nbf: NOW + 4 }],
  ['no iat', { iat: undefined }],
])('B60 accepts %s', async (_name, claims) => {
  expect(await judgeClaims(claims)).toEqual(ALICE);
});

it.each([
  ['nbf in the future', { nbf: NOW + 6 }],
  ['nbf that is no number', { nbf: 'now' }],
  ['iat more than a minute ahead', { iat: NOW + 61 }],
  ['iat that is no number', { iat: 'now' }],
])('B60 refuses %s', async (_name, claims) => {
  expect(await judgeClaims(claims)).toBeUndefined();
});

it.each([
  undefined,
  '',
  `${ISSUER}/`,
  `${ISSUER}.evil.example`,
  'https://evil.example',
  'HTTPS://ISSUER.EXAMPLE',
  [ISSUER],
])('B61 refuses the issuer %j', async (iss) => {
  expect(await judgeClaims({ iss })).toBeUndefined();
});

it.each([undefined, '', 'gateway2', 'Gateway', ' gateway', ['other'], [['gateway']], { 0: 'gateway' }])(
  'B61 refuses the audience %j',
  async (aud) => {
    expect(await judgeClaims({ aud })).toBeUndefined();
  },
);

it('B61 accepts an audience among others', async () => {
  expect(await judgeClaims({ aud: ['other', 'gateway'] })).toEqual(ALICE);
});

it.each(['JWT', 'jwt', 'at+jwt', 'application/at+jwt', undefined])('B61 accepts typ %j', async (typ) => {
  expect(await judge(`Bearer ${hs256(CLAIMS, SECRET, { typ })}`)).toEqual(ALICE);
});

it.each([
  { typ: 'logout+jwt' },
  { typ: 'dpop+jwt' },
  { typ: ['JWT'] },
  { crit: ['exp'] },
  { crit: [] },
  { b64: false, crit: ['b64'] },
])('B61 refuses the header %j', async (header) => {
  expect(await judge(`Bearer ${hs256(CLAIMS, SECRET, header)}`)).toBeUndefined();
});

it.each([
  ...[undefined, null, '', ' ', '*', 'a b', 'acme\n', '-acme', ['acme'], { acme: 1 }, true, 'x'.repeat(129)],
  ...[-1, 1.5, 2 ** 53, 1e308],
])('B62 refuses the tenant %j', async (tenant) => {
  expect(await judgeClaims({ tenant })).toBeUndefined();
});

it('B62 takes a tenant that is a number for its digits', async () => {
  expect(await judgeClaims({ tenant: 42 })).toEqual({ ...ALICE, tenantId: '42' });
  expect(await judgeClaims({ tenant: Number.MAX_SAFE_INTEGER })).toMatchObject({ tenantId: '9007199254740991' });
});

it('B62 takes a tenant in other case as another tenant', async () => {
  expect(await judgeClaims({ tenant: 'ACME' })).toEqual({ ...ALICE, tenantId: 'ACME' });
});

it.each(['toString', '__proto__', 'constructor'])('B62 finds no tenant in what every object has: %s', async (claim) => {
  expect(await judge(`Bearer ${hs256(CLAIMS, SECRET)}`, { tenantClaim: claim })).toBeUndefined();
});

it.each([undefined, null, '', 'a b', 'a\nb', ['alice'], { name: 'alice' }, 7, 'x'.repeat(129)])(
  'B62 refuses the subject %j',
  async (sub) => {
    expect(await judgeClaims({ sub })).toBeUndefined();
  },
);

it.each([
  ['no scope', {}, ['hubspot:read']],
  ['words', { scope: 'openid  hubspot:write ' }, ['openid', 'hubspot:write']],
  ['a list', { scope: ['openid', 'hubspot:write', ''] }, ['openid', 'hubspot:write']],
  ['an empty text', { scope: '' }, []],
  ['an empty list', { scope: [] }, []],
  ['null', { scope: null }, ['hubspot:read']],
  ['scp', { scp: 'hubspot:write hubspot:connect' }, ['hubspot:write', 'hubspot:connect']],
  ['scp as a list', { scp: ['hubspot:write'] }, ['hubspot:write']],
  ['scp and a scope of null', { scope: null, scp: ['hubspot:write'] }, ['hubspot:write']],
  ['scope before scp', { scope: 'hubspot:read', scp: 'hubspot:write' }, ['hubspot:read']],
  ['a scope of a resource', { scope: 'https://crm.example/hubspot:write a/b' }, ['hubspot:write', 'a/b']],
  ['a scope that only ends alike', { scope: 'not-hubspot:write' }, ['not-hubspot:write']],
  ['a scope twice', { scope: 'hubspot:read gateway/hubspot:read' }, ['hubspot:read']],
])('takes permissions from %s', async (_name, claims, permissions) => {
  expect(await judgeClaims(claims)).toEqual({ ...ALICE, permissions });
});

it.each([1, true, {}, [1], ['hubspot:read', null], [['hubspot:read']]])('refuses the scope %j', async (scope) => {
  expect(await judgeClaims({ scope })).toBeUndefined();
  expect(await judgeClaims({ scp: scope })).toBeUndefined();
});

it('B63 passes nothing but one well-formed Bearer', async () => {
  const token = hs256(CLAIMS, SECRET);
  const [header, payload, signature] = token.split('.');
  for (const authorization of [`Bearer ${token}`, `bearer ${token}`, `BEARER ${token}`]) {
    expect(await judge(authorization)).toEqual(ALICE);
  }
  for (const authorization of [
    null,
    '',
    'Bearer',
    'Bearer ',
    token,
    `Bearer  ${token}`,
    `Bearer ${token} ${token}`,
    `Bearer ${token}, Bearer ${token}`,
    `Bearer ${token}==`,
    `Bearer ${token}\n`,
    `Bearer "${token}"`,
    `Bearer ${header}.${payload}`,
    `Bearer ${token}.${signature}`,
    `Bearer ${header}.${payload}.${signature}.${signature}.${signature}`,
    `Bearer ${header}..${signature}`,
    `Bearer ${signature}.${signature}.${signature}`,
    `Basic ${Buffer.from(`alice:${token}`).toString('base64')}`,
    `Token ${token}`,
    `Bearer ${hs256({ ...CLAIMS, filler: 'x'.repeat(8_000) }, SECRET)}`,
  ]) {
    expect(await judge(authorization)).toBeUndefined();
  }
});

it.each(['alice', [], null, 1, true])('B63 refuses the payload %j', async (payload) => {
  expect(await judge(`Bearer ${hs256(payload, SECRET)}`)).toBeUndefined();
});
