import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type Config, loadConfig } from '../src/config.ts';

const KEY = Buffer.alloc(32, 0xa5);
const OTHER_KEY = Buffer.alloc(32, 0xfb); // its base64 holds both + and /
const MINIMAL = {
  HUBSPOT_CLIENT_ID: 'the-client-id',
  HUBSPOT_CLIENT_SECRET: 'the-client-secret',
  ENCRYPTION_KEYS: `k1:${KEY.toString('base64')}`,
  AUTH_JWT_SECRET: 'the secret of the issuer, 32 bytes',
  AUTH_JWT_ISSUER: 'https://issuer.example',
  AUTH_JWT_AUDIENCE: 'the-audience',
};
type Env = Record<string, string | undefined>;
const load = (env: Env = {}): Config => loadConfig({ ...MINIMAL, ...env });

const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });

describe('the defaults', () => {
  it('are those of the documentation', () => {
    expect(load()).toEqual({
      production: false,
      port: 4_000,
      host: '127.0.0.1',
      publicUrl: 'http://localhost:4000',
      database: { url: undefined, dataDir: '.data' },
      hubspot: {
        clientId: 'the-client-id',
        clientSecret: 'the-client-secret',
        requiredScopes: ['oauth', 'crm.objects.contacts.read', 'crm.objects.deals.read'],
        optionalScopes: [],
        apiVersion: '2026-09',
        apiUrl: 'https://api.hubapi.com',
        authorizeUrl: 'https://app.hubspot.com/oauth/authorize',
        issuer: undefined, // what HubSpot sends as iss is then not looked at
        redirectUri: undefined, // the gateway's own callback under its public URL
      },
      encryptionKeys: [{ id: 'k1', key: KEY }],
      auth: {
        key: { kind: 'secret', secret: MINIMAL.AUTH_JWT_SECRET },
        issuer: 'https://issuer.example',
        audience: 'the-audience',
        tenantClaim: 'tenant',
        permissionsClaim: undefined,
        defaultPermissions: ['hubspot:read'],
      },
      proxy: { https: undefined, http: undefined, noProxy: undefined },
      returnUrls: [],
      corsOrigins: [],
      logLevel: 'info',
      cacheTtlMs: 0,
      maxAnswerRows: 25_000,
      maxOperations: { replica: 5_000, tenant: 2_000, viewer: 200 },
      graphiql: true,
      introspection: true,
    });
  });

  it('hold for a setting that is there but empty', () => {
    const names = [
      'PORT',
      'HOST',
      'PUBLIC_URL',
      'DATABASE_URL',
      'HUBSPOT_SCOPES',
      'RETURN_URLS',
      'CACHE_TTL_MS',
      'MAX_ANSWER_ROWS',
      'MAX_OPERATIONS',
      'MAX_OPERATIONS_PER_TENANT',
      'MAX_OPERATIONS_PER_VIEWER',
      'GRAPHIQL',
    ];
    expect(load(Object.fromEntries(names.map((name) => [name, ''])))).toEqual(load());
  });

  it('derive the public URL from the port, and leave it to the listener when the port is free', () => {
    expect(load({ PORT: '8080' })).toMatchObject({ port: 8_080, publicUrl: 'http://localhost:8080' });
    expect(load({ PORT: '0' })).toMatchObject({ port: 0, publicUrl: undefined });
    expect(load({ PORT: '8080', PUBLIC_URL: 'https://gw.example' }).publicUrl).toBe('https://gw.example');
  });

  it('serve metrics beside everything else, or on a port of their own at the same host', () => {
    expect(load().metrics).toBeUndefined();
    expect(load({ HOST: '0.0.0.0', METRICS_PORT: '9464' }).metrics).toEqual({ port: 9_464, host: '0.0.0.0' });
    expect(load({ METRICS_PORT: '0', METRICS_HOST: '::1', PORT: '0' }).metrics).toEqual({ port: 0, host: '::1' });
  });

  it.each([
    ['production', false],
    ['development', true],
    ['test', true],
    [undefined, true],
  ])('of GRAPHIQL and INTROSPECTION follow NODE_ENV=%s, and yield to what is set', (NODE_ENV, on) => {
    expect(load({ NODE_ENV })).toMatchObject({ graphiql: on, introspection: on });
    expect(load({ NODE_ENV, GRAPHIQL: 'on' })).toMatchObject({ graphiql: true, introspection: on });
    expect(load({ NODE_ENV, GRAPHIQL: 'off', INTROSPECTION: 'on' })).toMatchObject({
      graphiql: false,
      introspection: true,
    });
    expect(load({ NODE_ENV, INTROSPECTION: 'off' })).toMatchObject({ graphiql: on, introspection: false });
  });
});

describe('loadConfig', () => {
  it('reads everything that can be set', () => {
    const config = load({
      HOST: '0.0.0.0',
      DATABASE_URL: 'postgres://gateway:secret@db.example/gateway',
      DATA_DIR: '/data',
      HUBSPOT_SCOPES: ' oauth  crm.objects.contacts.read\toauth ',
      HUBSPOT_OPTIONAL_SCOPES: 'crm.objects.owners.read',
      HUBSPOT_API_VERSION: '2027-03',
      HUBSPOT_API_URL: 'http://localhost:5000/hubspot/',
      HUBSPOT_AUTHORIZE_URL: 'http://localhost:5000/oauth/authorize',
      HUBSPOT_REDIRECT_URI: 'https://gw.example/oauth/hubspot/callback',
      ENCRYPTION_KEYS: `k2:${OTHER_KEY.toString('base64')}, k1:${KEY.toString('base64')}`,
      AUTH_TENANT_CLAIM: 'org_id',
      AUTH_DEFAULT_PERMISSIONS: 'hubspot:read hubspot:write hubspot:connect',
      RETURN_URLS: 'https://app.example/settings http://localhost:3000',
      CORS_ORIGINS: 'https://app.example http://localhost:3000',
      LOG_LEVEL: 'silent',
      CACHE_TTL_MS: '3600000',
      MAX_ANSWER_ROWS: '100000',
      MAX_OPERATIONS: '300',
      MAX_OPERATIONS_PER_TENANT: '20',
      MAX_OPERATIONS_PER_VIEWER: '1',
    });
    expect(config).toMatchObject({
      host: '0.0.0.0',
      database: { url: 'postgres://gateway:secret@db.example/gateway', dataDir: '/data' },
      hubspot: {
        requiredScopes: ['oauth', 'crm.objects.contacts.read'],
        optionalScopes: ['crm.objects.owners.read'],
        apiVersion: '2027-03',
        apiUrl: 'http://localhost:5000/hubspot',
        authorizeUrl: 'http://localhost:5000/oauth/authorize',
        redirectUri: 'https://gw.example/oauth/hubspot/callback',
      },
      auth: { tenantClaim: 'org_id', defaultPermissions: ['hubspot:read', 'hubspot:write', 'hubspot:connect'] },
      corsOrigins: ['https://app.example', 'http://localhost:3000'],
      logLevel: 'silent',
      cacheTtlMs: 3_600_000,
      maxAnswerRows: 100_000,
      maxOperations: { replica: 300, tenant: 20, viewer: 1 },
    });
    expect(config.encryptionKeys).toEqual([
      { id: 'k2', key: OTHER_KEY },
      { id: 'k1', key: KEY },
    ]);
    expect(config.returnUrls.map(({ href }) => href)).toEqual([
      'https://app.example/settings',
      'http://localhost:3000/',
    ]);
  });

  it.each(['http://localhost:4000', 'http://127.0.0.1:4000', 'http://[::1]:4000', 'https://gw.example/hubspot'])(
    'accepts the public URL %s, in production too',
    (url) => {
      expect(load({ PUBLIC_URL: url, NODE_ENV: 'production' }).publicUrl).toBe(url);
      expect(load({ PUBLIC_URL: `${url}/` }).publicUrl).toBe(url);
    },
  );

  it('keeps a redirect URI to the byte, as HubSpot compares it', () => {
    const HUBSPOT_REDIRECT_URI = 'https://GW.example:443/cb/?a=%7e';
    expect(load({ HUBSPOT_REDIRECT_URI }).hubspot.redirectUri).toBe(HUBSPOT_REDIRECT_URI);
  });

  it.each([
    ['memory:'],
    ['postgresql://db.example/gateway'],
    ['postgres:///gateway?host=/run/postgresql'],
    ['postgres://%2Frun%2Fpostgresql/gateway'],
    ['postgresql://u:p@/db?host=/cloudsql/project:region:instance'],
    ['postgres://u:p@/db?host=/run/postgresql&port=5433&application_name=crm'],
    ['postgres://u:p%40ss@db.example/db?sslmode=require&channel_binding=require'],
    ['postgres://u:p@db.example/db?ssl=true'],
    ['socket:/run/postgresql?db=gateway'],
  ])('accepts the database %s', (url) => {
    expect(load({ DATABASE_URL: url }).database.url).toBe(url);
  });
});

describe('proxies', () => {
  it('may be spelt in capitals or not, and without a scheme', () => {
    const enumName = {
      HTTPS_PROXY: 'https://user:p%40ss@proxy.example:8443',
      HTTP_PROXY: 'proxy.example:3128',
      NO_PROXY: '.svc',
    };
    const expected = {
      https: 'https://user:p%40ss@proxy.example:8443/',
      http: 'http://proxy.example:3128/',
      noProxy: '.svc',
    };
    expect(load(enumName).proxy).toEqual(expected);
    expect(
      load({ https_proxy: enumName.HTTPS_PROXY, http_proxy: 'proxy.example:3128', no_proxy: '.svc' }).proxy,
    ).toEqual(expected);
    expect(load({ ...enumName, https_proxy: '10.0.0.1:80' }).proxy.https).toBe('http://10.0.0.1/');
  });
});

describe('white space', () => {
  const full = {
    ...MINIMAL,
    PORT: '8080',
    HOST: '::1',
    METRICS_PORT: '9464',
    METRICS_HOST: '::1',
    PUBLIC_URL: 'https://gw.example/crm',
    DATABASE_URL: 'postgres://u:p@db.example/gateway',
    DATA_DIR: '/data',
    HUBSPOT_SCOPES: 'oauth',
    HUBSPOT_OPTIONAL_SCOPES: 'crm.objects.owners.read',
    HUBSPOT_API_VERSION: '2027-03',
    HUBSPOT_API_URL: 'http://localhost:5000',
    HUBSPOT_AUTHORIZE_URL: 'http://localhost:5000/oauth/authorize',
    HUBSPOT_REDIRECT_URI: 'https://gw.example/cb',
    AUTH_TENANT_CLAIM: 'org_id',
    AUTH_DEFAULT_PERMISSIONS: 'hubspot:read',
    RETURN_URLS: 'https://app.example',
    CORS_ORIGINS: 'https://app.example',
    LOG_LEVEL: 'warn',
    CACHE_TTL_MS: '1000',
    MAX_ANSWER_ROWS: '1000',
    MAX_OPERATIONS: '100',
    MAX_OPERATIONS_PER_TENANT: '100',
    MAX_OPERATIONS_PER_VIEWER: '100',
    GRAPHIQL: 'on',
    INTROSPECTION: 'off',
    NODE_ENV: 'production',
  };

  it('around any setting is dropped, such as the line break that ends a mounted secret', () => {
    const padded = Object.fromEntries(Object.entries(full).map(([name, value]) => [name, ` \t${value}\r\n`]));
    expect(loadConfig(padded)).toEqual(loadConfig(full));
    const pemFile = `${pem(rsa.publicKey)}\r\n`;
    const key = { ...MINIMAL, AUTH_JWT_SECRET: ' ', AUTH_JWT_PUBLIC_KEY: pemFile };
    expect(loadConfig(key).auth.key).toEqual({ kind: 'publicKey', pem: pem(rsa.publicKey).trim() });
  });

  it('alone is no value', () => {
    const optional = Object.keys(full).filter((name) => !(name in MINIMAL));
    const blank = Object.fromEntries(optional.map((name) => [name, ' \t\n']));
    expect(loadConfig({ ...MINIMAL, ...blank })).toEqual(loadConfig(MINIMAL));
    for (const name of Object.keys(MINIMAL)) expect(() => load({ [name]: '  \n' }), name).toThrow(/is required/);
  });
});

describe('the keys of viewer JWTs', () => {
  it.each([
    ['RSA', pem(rsa.publicKey)],
    ['P-256', pem(p256.publicKey)],
  ])('may be a public %s key in PEM, on several lines or on one', (_, key) => {
    const expected = { kind: 'publicKey', pem: key.trim() };
    expect(load({ AUTH_JWT_SECRET: undefined, AUTH_JWT_PUBLIC_KEY: key }).auth.key).toEqual(expected);
    const oneLine = key.replaceAll('\n', '\\n');
    expect(load({ AUTH_JWT_SECRET: undefined, AUTH_JWT_PUBLIC_KEY: oneLine }).auth.key).toEqual(expected);
  });

  it('may be a key set', () => {
    const url = 'https://issuer.example/jwks.json';
    expect(load({ AUTH_JWT_SECRET: undefined, AUTH_JWKS_URL: url }).auth.key).toEqual({ kind: 'jwks', url });
  });
});

function pem(key: KeyObject): string {
  return String(key.export({ type: key.type === 'public' ? 'spki' : 'pkcs8', format: 'pem' }));
}
