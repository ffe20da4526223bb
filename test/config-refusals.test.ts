import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type Config, ConfigError, loadConfig } from '../src/config.ts';

const KEY = Buffer.alloc(32, 0xa5);
const OTHER_KEY = Buffer.alloc(32, 0xfb);
const MINIMAL = {
  HUBSPOT_CLIENT_ID: 'the-client-id',
  HUBSPOT_CLIENT_SECRET: 'the-client-secret',
  ENCRYPTION_KEYS: `k1:${KEY.toString('base64')}`,
  AUTH_JWT_SECRET: 'the secret of the issuer, 32 bytes',
  AUTH_JWT_ISSUER: 'https://issuer.example',
  AUTH_JWT_AUDIENCE: 'the-audience',
};
type Env = Record<string, string | undefined>;

const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });

const PASSWORD = 'hunter2-hunter2';
/** How the body of a PEM begins. */
const BEGINNING_OF_DER = 'MII';
const SECRETS = [
  PASSWORD,
  KEY.toString('base64').slice(0, 20),
  OTHER_KEY.toString('base64').slice(0, 20),
  BEGINNING_OF_DER,
];
const BAD_DATABASES = [
  `mysql://user:${PASSWORD}@db.example/gateway`,
  'postgres:gateway',
  'memory',
  'memory:x',
  './gateway.sqlite',
];
const UNREADABLE_DATABASES = [
  `postgres://user:${PASSWORD}@db.example:port/gateway`,
  `postgres://user:${PASSWORD}@db.example/gateway?port=x`,
];
const BAD_SSL_MODES = ['verify_full', 'allow', 'VERIFY-FULL', ''].map(
  (mode) => `postgres://user:${PASSWORD}@db.example/gateway?sslmode=${mode}`,
);
const BAD_CREDENTIALS = [
  `${PASSWORD} x`,
  `${PASSWORD}\n${PASSWORD}`,
  `${PASSWORD}\u0007`,
  `${PASSWORD}é`,
  `${PASSWORD}\u200b`,
];
const QUOTED = ['"', "'", '`'].map((quote) => `${quote}${PASSWORD}${quote}`);
const BAD_PROXIES = [
  'socks5://proxy.example',
  'proxy:port',
  'http://',
  'proxy.example/path',
  `u:%zz${PASSWORD}@proxy.example`,
];
const BROKEN_LINES = [`${PASSWORD}\nx`, `${PASSWORD}\tx`];
const BAD_KEYS = [
  KEY.toString('base64'),
  `k1:${KEY.toString('base64')},`,
  `k1:${KEY.subarray(1).toString('base64')}`,
  `k1:${Buffer.concat([KEY, KEY]).toString('base64')}`,
  `k1:${KEY.toString('hex')}`,
  `k1:!${KEY.toString('base64')}`,
  `k.1:${KEY.toString('base64')}`,
  `:${KEY.toString('base64')}`,
  `k1:${KEY.toString('base64')}:x`,
  `k1:${KEY.toString('base64')},k2:${PASSWORD}`,
];
const BAD_PEMS = [PASSWORD, pem(rsa.privateKey), pem(p256.privateKey), pem(rsa.publicKey).slice(0, -60)];
const WRONG_KINDS_OF_KEY = [
  pem(generateKeyPairSync('rsa', { modulusLength: 1_024 }).publicKey),
  pem(generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey),
  pem(generateKeyPairSync('ed25519').publicKey),
];
const BAD_ORIGINS = ['https://app.example/', 'https://app.example/x', 'app.example', 'null', 'https://APP.example'];
const BAD_DURATIONS = ['-1', '3600001', '99999999999999999999', '1.5', '1e3', '30s', '1 000', '0x10', 'Infinity', 'on'];

describe('a bad setting', () => {
  it.each([
    ['PUBLIC_URL'],
    ['HUBSPOT_API_URL'],
    ['HUBSPOT_AUTHORIZE_URL'],
    ['HUBSPOT_REDIRECT_URI'],
    ['AUTH_JWKS_URL'],
    ['RETURN_URLS'],
  ])('stops the start: %s that is not a safe URL', (name) => {
    for (const value of ['nonsense', '//gw.example', 'ftp://gw.example', 'javascript:alert(1)']) {
      expect(refused(name, value)).toEqual([`${name} is not an http(s) URL`]);
    }
    const plain = [
      'http://gw.example',
      'http://localhost.evil.example',
      'http://127.0.0.1.evil.example',
      'http://0.0.0.0',
    ];
    for (const value of plain) {
      expect(refused(name, value)).toEqual([`${name} must be https (http is accepted on a loopback host only)`]);
    }
    for (const value of [`https://user:${PASSWORD}@gw.example`, 'https://gw.example/#a', 'https://gw.example/#']) {
      expect(refused(name, value)).toEqual([`${name} must not carry credentials or a fragment`]);
    }
  });

  it.each([['PUBLIC_URL'], ['HUBSPOT_API_URL'], ['RETURN_URLS']])('stops the start: %s with a query', (name) => {
    for (const value of ['https://gw.example/a?b=c', 'https://gw.example/?']) {
      expect(refused(name, value)).toEqual([`${name} must not carry a query`]);
    }
  });

  it.each([
    ['PORT', 'must be a port number', ['-1', '65536', '4000.5', '0x10', '1e3', 'http', '40 00']],
    ['METRICS_PORT', 'must be a port number', ['metrics', '65536', '-1']],
    ['METRICS_PORT', 'must be another port than PORT', ['4000', '04000']],
    ['METRICS_HOST', 'has no effect without METRICS_PORT', ['127.0.0.1']],
    ['HUBSPOT_REDIRECT_URI', 'is not an http(s) URL', ['https://gw.example/c b', 'https://gw.example/c\tb']],
    [
      'HUBSPOT_REDIRECT_URI',
      'is the address of another route',
      ['https://x.example/crm/graphql', 'https://x.example/metrics?a'],
    ],
    ['HTTPS_PROXY', 'must be the address of a proxy such as http://proxy.example:3128', BAD_PROXIES],
    ['http_proxy', 'must be the address of a proxy such as http://proxy.example:3128', BAD_PROXIES],
    ['RETURN_URLS', 'is not an http(s) URL', ['https://app.example nonsense', '*']],
    ['DATABASE_URL', 'must be postgres://… or memory:', BAD_DATABASES],
    ['DATABASE_URL', 'must have a # in a password written as %23', [`postgres://user:${PASSWORD}#@db.example/gateway`]],
    [
      'DATABASE_URL',
      'is not a connection string that pg can read; some characters need percent-encoding',
      UNREADABLE_DATABASES,
    ],
    [
      'DATABASE_URL',
      'must name one host; pg does not try several',
      [`postgres://user:${PASSWORD}@a.example,b.example:5432/gateway`],
    ],
    [
      'DATABASE_URL',
      'must have an sslmode of disable, prefer, require, verify-ca, verify-full, no-verify',
      BAD_SSL_MODES,
    ],
    [
      'DATABASE_URL',
      'must name a CA by sslrootcert for its sslmode',
      [`postgres://user:${PASSWORD}@db.example/gateway?sslmode=verify-ca&uselibpqcompat=true`],
    ],
    [
      'DATABASE_URL',
      'names the file /no/ca.pem, which cannot be read (ENOENT)',
      [`postgres://user:${PASSWORD}@db.example/gateway?sslrootcert=/no/ca.pem`],
    ],
    ['HOST', 'must be a host name or an IP address, without a port', ['localhost:80', 'http://x', '[::1]', 'a b']],
    ['HUBSPOT_CLIENT_ID', 'must be ASCII without white space', BAD_CREDENTIALS],
    ['HUBSPOT_CLIENT_SECRET', 'must be ASCII without white space', BAD_CREDENTIALS],
    ['HUBSPOT_CLIENT_SECRET', 'must not stand in quotes', QUOTED],
    ['AUTH_JWT_ISSUER', 'must not stand in quotes', QUOTED],
    ['AUTH_JWT_AUDIENCE', 'must not hold a line break or another control character', BROKEN_LINES],
    ['AUTH_TENANT_CLAIM', 'must not hold a line break or another control character', BROKEN_LINES],
    [
      'RETURN_URLS',
      'must not hold quotes or commas between URLs',
      ['https://a.example,https://b.example', 'https://a.example/x,https://b.example'],
    ],
    ['HUBSPOT_SCOPES', 'holds something that is not a scope name', ['oauth,tickets', 'oauth "tickets"', 'a&b=c']],
    ['HUBSPOT_OPTIONAL_SCOPES', 'holds something that is not a scope name', ['tickets;', 'ü']],
    ['HUBSPOT_API_VERSION', 'must be a dated version such as 2026-09', ['v3', '2026-10', '2026-9', '2026-09/..']],
    ['ENCRYPTION_KEYS', 'must look like k2:BASE64,k1:BASE64 with 32 bytes each', BAD_KEYS],
    ['ENCRYPTION_KEYS', 'names a key id twice', [`k1:${KEY.toString('base64')},k1:${OTHER_KEY.toString('base64')}`]],
    ['AUTH_JWT_SECRET', 'must have 32 bytes or more', ['x', `${PASSWORD}${'x'.repeat(31 - PASSWORD.length)}`]],
    ['AUTH_JWT_PUBLIC_KEY', 'is not a public key in PEM', BAD_PEMS],
    ['AUTH_JWT_PUBLIC_KEY', 'must be an RSA key of 2048 bits or more, or an EC P-256 key', WRONG_KINDS_OF_KEY],
    ['AUTH_DEFAULT_PERMISSIONS', 'names no such permission', ['read', 'hubspot:read hubspot:admin', 'hubspot:read,']],
    ['CORS_ORIGINS', 'must list exact origins; * is refused', ['*', 'https://app.example *', 'https://*.example']],
    ['CORS_ORIGINS', 'must hold origins such as https://app.example.com', BAD_ORIGINS],
    ['LOG_LEVEL', 'is not a log level', ['verbose', 'INFO', '30']],
    ['CACHE_TTL_MS', 'must be whole milliseconds from 0 to 3600000', BAD_DURATIONS],
    ['MAX_ANSWER_ROWS', 'must be a number of rows from 1 to 9999999', ['0', '-1', '1e5', '10000000', 'many']],
    ['MAX_OPERATIONS', 'must be a number of operations from 1 to 100000', ['0', '-1', '1e3', '100001', '5k']],
    ['MAX_OPERATIONS_PER_TENANT', 'must be a number of operations from 1 to 100000', ['0', '100001']],
    ['MAX_OPERATIONS_PER_VIEWER', 'must be a number of operations from 1 to 100000', ['0', '100001']],
    ['GRAPHIQL', 'must be on or off', ['true', '1', 'ON']],
    ['INTROSPECTION', 'must be on or off', ['false', '0', 'Off']],
  ])('stops the start: %s, because it %s', (name, problem, values) => {
    for (const value of values) expect(refused(name, value), value).toEqual([`${name} ${problem}`]);
  });

  it.each<[number, Env]>([
    [0, { AUTH_JWT_SECRET: undefined }],
    [0, { AUTH_JWT_SECRET: '' }],
    [0, { AUTH_JWT_SECRET: ' \n' }],
    [2, { AUTH_JWKS_URL: 'https://issuer.example/jwks.json' }],
    [2, { AUTH_JWT_PUBLIC_KEY: pem(rsa.publicKey) }],
    [3, { AUTH_JWT_PUBLIC_KEY: pem(rsa.publicKey), AUTH_JWKS_URL: 'https://issuer.example/jwks.json' }],
  ])('stops the start: the key of viewer JWTs set in %i ways instead of one', (found, env) => {
    const names = 'AUTH_JWT_SECRET, AUTH_JWT_PUBLIC_KEY, AUTH_JWKS_URL';
    expect(problems(env)).toEqual([`exactly one of ${names} is required, found ${found}`]);
  });

  it('is reported together with all others, by name and without a value', () => {
    const env = {
      PORT: 'http',
      PUBLIC_URL: `http://user:${PASSWORD}@gw.example`,
      DATABASE_URL: `mysql://user:${PASSWORD}@db.example/gateway`,
      HUBSPOT_CLIENT_SECRET: PASSWORD,
      ENCRYPTION_KEYS: `k1:${KEY.toString('base64')}x,k2:${PASSWORD}`,
      AUTH_JWT_SECRET: PASSWORD,
      AUTH_JWT_PUBLIC_KEY: `${PASSWORD}${pem(rsa.privateKey)}`,
      CORS_ORIGINS: `* https://user:${PASSWORD}@app.example`,
      CACHE_TTL_MS: '30s',
      GRAPHIQL: 'yes',
    };
    const error = failure(() => loadConfig(env));
    expect(error.message).toMatchInlineSnapshot(`
      "The configuration has 15 problems:
        - PORT must be a port number
        - PUBLIC_URL must be https (http is accepted on a loopback host only)
        - PUBLIC_URL must not carry credentials or a fragment
        - DATABASE_URL must be postgres://… or memory:
        - HUBSPOT_CLIENT_ID is required
        - ENCRYPTION_KEYS must look like k2:BASE64,k1:BASE64 with 32 bytes each
        - AUTH_JWT_SECRET must have 32 bytes or more
        - AUTH_JWT_PUBLIC_KEY is not a public key in PEM
        - AUTH_JWT_ISSUER is required
        - AUTH_JWT_AUDIENCE is required
        - CORS_ORIGINS must list exact origins; * is refused
        - CORS_ORIGINS must hold origins such as https://app.example.com
        - CACHE_TTL_MS must be whole milliseconds from 0 to 3600000
        - GRAPHIQL must be on or off
        - exactly one of AUTH_JWT_SECRET, AUTH_JWT_PUBLIC_KEY, AUTH_JWKS_URL is required, found 2"
    `);
    expect(error.name).toBe('ConfigError');
  });

  it('is said in one line when it is alone', () => {
    const error = failure(() => loadConfig({ ...MINIMAL, PORT: 'abc' }));
    expect(error.message).toBe('The configuration has a problem: PORT must be a port number');
  });
});

/** The problems of one setting that is wrong among others that are right. */
function refused(name: string, value: string): readonly string[] {
  const isOtherJwtKey = ['AUTH_JWT_PUBLIC_KEY', 'AUTH_JWKS_URL'].includes(name);
  return problems({ ...(isOtherJwtKey && { AUTH_JWT_SECRET: undefined }), [name]: value });
}

function problems(env: Env): readonly string[] {
  return failure(() => loadConfig({ ...MINIMAL, ...env })).problems;
}

/** The ConfigError of `start`, after a look for secrets in everything that could be printed of it. */
function failure(start: () => Config): ConfigError {
  try {
    start();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const secret of SECRETS) expect(inspect(error, { depth: 9 })).not.toContain(secret);
    return error;
  }
  throw new Error('The configuration was accepted.');
}

function pem(key: KeyObject): string {
  return String(key.export({ type: key.type === 'public' ? 'spki' : 'pkcs8', format: 'pem' }));
}
