import { z } from 'zod';
import { ConfigError } from './config/config-error.ts';
import {
  baseUrl,
  cacheTtlMs,
  corsOrigins,
  credential,
  encryptionKeys,
  exactUrl,
  hostName,
  line,
  onOff,
  operations,
  portNumber,
  postgresUrl,
  proxyUrl,
  publicKeyPem,
  returnUrls,
  scopes,
  wholeNumber,
  words,
} from './config/formats.ts';
import type { ProxySettings } from './lib/proxy.ts';

export { ConfigError } from './config/config-error.ts';

/** How viewer JWTs are verified. */
export type JwtKeySource =
  | { readonly kind: 'secret'; readonly secret: string }
  | { readonly kind: 'publicKey'; readonly pem: string }
  | { readonly kind: 'jwks'; readonly url: string };

/** The complete and valid settings of the gateway. No other module reads the environment. */
export interface Config {
  /** True for `NODE_ENV=production`. */
  readonly production: boolean;
  readonly port: number;
  readonly host: string;
  /** The only address of `/metrics`; `undefined` when the gateway serves it beside the other routes. */
  readonly metrics: { readonly port: number; readonly host: string } | undefined;
  /**
   * Origin and optional path prefix, without a trailing slash. `undefined` only with `PORT=0`, when the port is unknown
   * until the gateway listens.
   */
  readonly publicUrl: string | undefined;
  readonly database: { readonly url: string | undefined; readonly dataDir: string };
  readonly hubspot: {
    readonly clientId: string;
    readonly clientSecret: string;
    readonly requiredScopes: readonly string[];
    readonly optionalScopes: readonly string[];
    readonly apiVersion: string;
    readonly apiUrl: string;
    readonly authorizeUrl: string;
    /** HubSpot's issuer identifier in `iss` (RFC 9207); `undefined` to ignore `iss`. */
    readonly issuer: string | undefined;
    readonly redirectUri: string | undefined;
  };
  /** All keys decrypt. The first key encrypts after the first start, or after `rotate-keys`. */
  readonly encryptionKeys: readonly { readonly id: string; readonly key: Buffer }[];
  readonly auth: {
    readonly key: JwtKeySource;
    readonly issuer: string;
    readonly audience: string;
    readonly tenantClaim: string;
    /** `undefined` for `scope` or `scp`. */
    readonly permissionsClaim: string | undefined;
    readonly defaultPermissions: readonly string[];
  };
  /** The proxies to HubSpot and to the key set. */
  readonly proxy: ProxySettings;
  readonly returnUrls: readonly URL[];
  /** The application's page for installs from HubSpot's marketplace; `undefined` to refuse them. */
  readonly installUrl: string | undefined;
  readonly corsOrigins: readonly string[];
  readonly logLevel: string;
  /** How long records are cached, in milliseconds; 0 for no cache. */
  readonly cacheTtlMs: number;
  /** The most rows in the answer of one operation. */
  readonly maxAnswerRows: number;
  /** The most operations in flight in one process: in total, per tenant, and per viewer. */
  readonly maxOperations: { readonly replica: number; readonly tenant: number; readonly viewer: number };
  readonly graphiql: boolean;
  readonly introspection: boolean;
}

const PERMISSIONS = ['hubspot:read', 'hubspot:write', 'hubspot:erase', 'hubspot:connect'];
const required = 'is required';
const OTHER_ROUTES = /\/(graphql|metrics|health\/(live|ready))(\?|$)/;
const DEFAULT_PORT = 4000;

const environment = z.object({
  NODE_ENV: z.string().optional(),
  PORT: portNumber.default(DEFAULT_PORT),
  HOST: hostName.default('127.0.0.1'),
  METRICS_PORT: portNumber.optional(),
  METRICS_HOST: hostName.optional(),
  PUBLIC_URL: baseUrl.optional(),
  DATABASE_URL: z.literal('memory:').or(postgresUrl).optional(),
  DATA_DIR: z.string().default('.data'),
  HUBSPOT_CLIENT_ID: z.string({ error: required }).pipe(credential),
  HUBSPOT_CLIENT_SECRET: z.string({ error: required }).pipe(credential),
  HUBSPOT_SCOPES: scopes.default(['oauth', 'crm.objects.contacts.read', 'crm.objects.deals.read']),
  HUBSPOT_OPTIONAL_SCOPES: scopes.default([]),
  HUBSPOT_API_VERSION: z
    .string()
    .regex(/^\d{4}-(03|09)(-beta)?$/, 'must be a dated version such as 2026-09')
    .default('2026-09'),
  HUBSPOT_API_URL: baseUrl.default('https://api.hubapi.com'),
  HUBSPOT_AUTHORIZE_URL: exactUrl.default('https://app.hubspot.com/oauth/authorize'),
  HUBSPOT_ISSUER: exactUrl.optional(),
  HUBSPOT_REDIRECT_URI: exactUrl.refine((uri) => !OTHER_ROUTES.test(uri), 'is the address of another route').optional(),
  ENCRYPTION_KEYS: z.string({ error: required }).pipe(encryptionKeys),
  AUTH_JWT_SECRET: z
    .string()
    .refine((secret) => Buffer.byteLength(secret) >= 32, 'must have 32 bytes or more')
    .optional(),
  AUTH_JWT_PUBLIC_KEY: publicKeyPem.optional(),
  AUTH_JWKS_URL: exactUrl.optional(),
  AUTH_JWT_ISSUER: z.string({ error: required }).pipe(line),
  AUTH_JWT_AUDIENCE: z.string({ error: required }).pipe(line),
  AUTH_TENANT_CLAIM: line.default('tenant'),
  AUTH_PERMISSIONS_CLAIM: line.optional(),
  AUTH_DEFAULT_PERMISSIONS: words.pipe(z.array(z.enum(PERMISSIONS, { error: 'names no such permission' }))).optional(),
  HTTPS_PROXY: proxyUrl.optional(),
  https_proxy: proxyUrl.optional(),
  HTTP_PROXY: proxyUrl.optional(),
  http_proxy: proxyUrl.optional(),
  NO_PROXY: z.string().optional(),
  no_proxy: z.string().optional(),
  RETURN_URLS: returnUrls.default([]),
  INSTALL_URL: exactUrl.optional(),
  CORS_ORIGINS: corsOrigins.default([]),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], { error: 'is not a log level' })
    .default('info'),
  CACHE_TTL_MS: cacheTtlMs.default(0),
  MAX_ANSWER_ROWS: wholeNumber('a number of rows', 1, 9_999_999).default(25_000),
  MAX_OPERATIONS: operations.default(5_000),
  MAX_OPERATIONS_PER_TENANT: operations.default(2_000),
  MAX_OPERATIONS_PER_VIEWER: operations.default(200),
  GRAPHIQL: onOff.optional(),
  INTROSPECTION: onOff.optional(),
});

/** The names of all settings. */
export const SETTINGS: readonly string[] = Object.keys(environment.shape);

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the settings from the environment. Trims values, for example the line break at the end of a mounted secret. A
 * blank value counts as absent, for example `NAME=` in an `.env` file.
 * @throws ConfigError with every problem
 */
export function loadConfig(env: Environment): Config {
  return toConfig(parse(environment, env, (given) => [...keyProblems(given), ...metricsProblems(given)]));
}

const scopeSettings = environment.pick({ HUBSPOT_SCOPES: true, HUBSPOT_OPTIONAL_SCOPES: true });

/** The scopes that the HubSpot app has registered. Needs no other settings. @throws ConfigError */
export function loadScopes(env: Environment): Pick<Config['hubspot'], 'requiredScopes' | 'optionalScopes'> {
  const parsed = parse(scopeSettings, env);
  return { requiredScopes: parsed.HUBSPOT_SCOPES, optionalScopes: parsed.HUBSPOT_OPTIONAL_SCOPES };
}

const authSettings = environment.pick({
  AUTH_JWT_SECRET: true,
  AUTH_JWT_PUBLIC_KEY: true,
  AUTH_JWKS_URL: true,
  AUTH_JWT_ISSUER: true,
  AUTH_JWT_AUDIENCE: true,
  AUTH_TENANT_CLAIM: true,
  AUTH_PERMISSIONS_CLAIM: true,
  AUTH_DEFAULT_PERMISSIONS: true,
});

/** The settings of viewer JWTs. Needs no other settings. @throws ConfigError */
export function loadAuth(env: Environment): Config['auth'] {
  return toAuth(parse(authSettings, env, keyProblems));
}

const databaseSettings = environment.pick({ DATABASE_URL: true, DATA_DIR: true });

/** The settings of the gateway's database. Needs no other settings. @throws ConfigError */
export function loadDatabase(env: Environment): Config['database'] {
  return toDatabase(parse(databaseSettings, env));
}

const encryptedDatabaseSettings = environment.pick({ DATABASE_URL: true, DATA_DIR: true, ENCRYPTION_KEYS: true });

/** The settings of the database and its encryption keys. Needs no other settings. @throws ConfigError */
export function loadEncryptedDatabase(env: Environment): Pick<Config, 'database' | 'encryptionKeys'> {
  const parsed = parse(encryptedDatabaseSettings, env);
  return { database: toDatabase(parsed), encryptionKeys: parsed.ENCRYPTION_KEYS };
}

function parse<Schema extends z.ZodType>(
  schema: Schema,
  env: Environment,
  problemsOf: (given: Environment) => readonly string[] = () => [],
): z.output<Schema> {
  const given = withoutBlanks(env);
  const parsed = schema.safeParse(given);
  const issues = parsed.success ? [] : parsed.error.issues;
  const problems = issues.map(({ path: [name], message }) => `${String(name)} ${message}`);
  const all = [...new Set(problems), ...problemsOf(given)];
  if (!parsed.success || all.length > 0) throw new ConfigError(all);
  return parsed.data;
}

function withoutBlanks(env: Environment): Environment {
  const trimmed = Object.entries(env).map(([name, value]) => [name, value?.trim()] as const);
  return Object.fromEntries(trimmed.filter(([, value]) => value));
}

const KEY_SETTINGS = ['AUTH_JWT_SECRET', 'AUTH_JWT_PUBLIC_KEY', 'AUTH_JWKS_URL'];

function keyProblems(env: Environment): string[] {
  const named = KEY_SETTINGS.filter((name) => env[name]);
  return named.length === 1 ? [] : [`exactly one of ${KEY_SETTINGS.join(', ')} is required, found ${named.length}`];
}

function metricsProblems({ PORT = String(DEFAULT_PORT), METRICS_PORT, METRICS_HOST }: Environment): string[] {
  if (!METRICS_PORT) return METRICS_HOST ? ['METRICS_HOST has no effect without METRICS_PORT'] : [];
  const isTaken = Number(METRICS_PORT) !== 0 && Number(METRICS_PORT) === Number(PORT);
  return isTaken ? ['METRICS_PORT must be another port than PORT'] : [];
}

function toConfig(env: z.output<typeof environment>): Config {
  const production = env.NODE_ENV === 'production';
  const publicUrl = env.PUBLIC_URL ?? (env.PORT === 0 ? undefined : `http://localhost:${env.PORT}`);
  return Object.freeze({
    production,
    port: env.PORT,
    host: env.HOST,
    metrics:
      env.METRICS_PORT === undefined ? undefined : { port: env.METRICS_PORT, host: env.METRICS_HOST ?? env.HOST },
    publicUrl,
    database: toDatabase(env),
    hubspot: {
      clientId: env.HUBSPOT_CLIENT_ID,
      clientSecret: env.HUBSPOT_CLIENT_SECRET,
      requiredScopes: env.HUBSPOT_SCOPES,
      optionalScopes: env.HUBSPOT_OPTIONAL_SCOPES,
      apiVersion: env.HUBSPOT_API_VERSION,
      apiUrl: env.HUBSPOT_API_URL,
      authorizeUrl: env.HUBSPOT_AUTHORIZE_URL,
      issuer: env.HUBSPOT_ISSUER,
      redirectUri: env.HUBSPOT_REDIRECT_URI,
    },
    encryptionKeys: env.ENCRYPTION_KEYS,
    auth: toAuth(env),
    // The lower-case name takes precedence, as in curl and undici.
    proxy: {
      https: env.https_proxy ?? env.HTTPS_PROXY,
      http: env.http_proxy ?? env.HTTP_PROXY,
      noProxy: env.no_proxy ?? env.NO_PROXY,
    },
    returnUrls: env.RETURN_URLS,
    installUrl: env.INSTALL_URL,
    corsOrigins: env.CORS_ORIGINS,
    logLevel: env.LOG_LEVEL,
    cacheTtlMs: env.CACHE_TTL_MS,
    maxAnswerRows: env.MAX_ANSWER_ROWS,
    maxOperations: {
      replica: env.MAX_OPERATIONS,
      tenant: env.MAX_OPERATIONS_PER_TENANT,
      viewer: env.MAX_OPERATIONS_PER_VIEWER,
    },
    graphiql: env.GRAPHIQL ?? !production,
    introspection: env.INTROSPECTION ?? !production,
  });
}

function toDatabase(env: z.output<typeof databaseSettings>): Config['database'] {
  return { url: env.DATABASE_URL, dataDir: env.DATA_DIR };
}

function toAuth(env: z.output<typeof authSettings>): Config['auth'] {
  return {
    key: jwtKeySource(env),
    issuer: env.AUTH_JWT_ISSUER,
    audience: env.AUTH_JWT_AUDIENCE,
    tenantClaim: env.AUTH_TENANT_CLAIM,
    permissionsClaim: env.AUTH_PERMISSIONS_CLAIM,
    // Authorization servers omit an empty claim, so the absence of a configured claim means no permissions.
    defaultPermissions: env.AUTH_DEFAULT_PERMISSIONS ?? (env.AUTH_PERMISSIONS_CLAIM ? [] : ['hubspot:read']),
  };
}

function jwtKeySource(env: z.output<typeof authSettings>): JwtKeySource {
  if (env.AUTH_JWT_SECRET !== undefined) return { kind: 'secret', secret: env.AUTH_JWT_SECRET };
  if (env.AUTH_JWT_PUBLIC_KEY !== undefined) return { kind: 'publicKey', pem: env.AUTH_JWT_PUBLIC_KEY };
  return { kind: 'jwks', url: env.AUTH_JWKS_URL ?? '' };
}
