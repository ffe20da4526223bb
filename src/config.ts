import { createPublicKey } from 'node:crypto';
import { z } from 'zod';

/** How viewer JWTs are verified. */
export type JwtKeySource =
  | { readonly kind: 'secret'; readonly secret: string }
  | { readonly kind: 'publicKey'; readonly pem: string }
  | { readonly kind: 'jwks'; readonly url: string };

/** The gateway's settings, complete and checked; nothing downstream reads the environment. */
export interface Config {
  readonly port: number;
  readonly host: string;
  /** Origin and optional path prefix, without a trailing slash; unset only with `PORT=0`, where listening decides it. */
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
    readonly redirectUri: string | undefined;
  };
  /** Newest first: the first encrypts, all decrypt. */
  readonly encryptionKeys: readonly { readonly id: string; readonly key: Buffer }[];
  readonly auth: {
    readonly key: JwtKeySource;
    readonly issuer: string;
    readonly audience: string;
    readonly tenantClaim: string;
    readonly defaultPermissions: readonly string[];
  };
  readonly returnUrls: readonly URL[];
  readonly corsOrigins: readonly string[];
  readonly logLevel: string;
  readonly graphiql: boolean;
  readonly introspection: boolean;
}

/** Every problem of the settings in one message. It names settings, never their values. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The configuration has ${problems.length} problem(s):\n${problems.map((p) => `  - ${p}`).join('\n')}`);
    this.problems = problems;
  }
}

const LOOPBACK_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]']);

/** True for URLs whose traffic never leaves this machine: the only place where plain http is accepted. */
function isLoopback(url: URL): boolean {
  return LOOPBACK_HOSTS.has(url.hostname);
}

const words = z.string().transform((text) => text.split(/\s+/).filter((word) => word !== ''));

const scopes = words.pipe(
  z
    .array(z.string().regex(/^[\w.-]{1,128}$/, 'holds something that is not a scope name'))
    .transform((list) => [...new Set(list)]),
);

function parseUrl(text: string, context: z.RefinementCtx): URL {
  // The parser drops white space; what is kept to the byte must not hold any.
  const url = URL.canParse(text) && !/\s/.test(text) ? new URL(text) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol)) {
    context.addIssue({ code: 'custom', message: 'is not an http(s) URL' });
    return z.NEVER;
  }
  if (url.protocol === 'http:' && !isLoopback(url)) {
    context.addIssue({ code: 'custom', message: 'must be https (http is accepted on a loopback host only)' });
  }
  if (url.username || url.password || text.includes('#')) {
    context.addIssue({ code: 'custom', message: 'must not carry credentials or a fragment' });
  }
  return url;
}

const baseUrl = z.string().transform((text, context) => {
  const url = parseUrl(text, context);
  if (url === z.NEVER) return z.NEVER;
  refuseQuery(url, context);
  return url.href.replace(/\/+$/, '');
});

function refuseQuery(url: URL, context: z.RefinementCtx): void {
  if (url.href.includes('?')) context.addIssue({ code: 'custom', message: 'must not carry a query' });
}

/** Checked but kept to the byte: HubSpot compares redirect URIs as text. */
const exactUrl = z.string().superRefine((text, context) => {
  parseUrl(text, context);
});

const returnUrls = words.transform((list, context) =>
  list.map((text) => {
    const url = parseUrl(text, context);
    // An entry is an origin and a path prefix; a query in it would be ignored, not matched.
    if (url !== z.NEVER) refuseQuery(url, context);
    return url;
  }),
);

const corsOrigins = words.transform((list, context) => {
  for (const text of list) {
    if (text.includes('*')) context.addIssue({ code: 'custom', message: 'must list exact origins; * is refused' });
    else if (!URL.canParse(text) || new URL(text).origin !== text) {
      context.addIssue({ code: 'custom', message: 'must hold origins such as https://app.example.com' });
    }
  }
  return list;
});

const encryptionKeys = z.string().transform((text, context) => {
  const keys = text.split(',').map((entry) => {
    const [id = '', encoded = '', ...rest] = entry.trim().split(':');
    const key = Buffer.from(encoded, 'base64');
    // Buffer skips what is not base64, so a key that lost or gained a character could pass by its length.
    const exact = key.toString('base64').replace('=', '') === encoded.replace(/=$/, '');
    if (!/^[A-Za-z0-9_-]{1,32}$/.test(id) || rest.length > 0 || key.length !== 32 || !exact) {
      context.addIssue({ code: 'custom', message: 'must look like k2:BASE64,k1:BASE64 with 32 bytes each' });
    }
    return { id, key };
  });
  if (new Set(keys.map(({ id }) => id)).size !== keys.length) {
    context.addIssue({ code: 'custom', message: 'names a key id twice' });
  }
  return keys;
});

const publicKeyPem = z.string().transform((text, context) => {
  // A PEM in one line of an environment file has its line breaks written as \n.
  const pem = text.replaceAll('\\n', '\n');
  try {
    // Node would derive the public key from a private one, which has no business here.
    if (pem.includes('PRIVATE KEY')) throw new TypeError('a private key');
    const { asymmetricKeyType, asymmetricKeyDetails } = createPublicKey(pem);
    if (asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= 2048) return pem;
    if (asymmetricKeyType === 'ec' && asymmetricKeyDetails?.namedCurve === 'prime256v1') return pem;
    context.addIssue({ code: 'custom', message: 'must be an RSA key of 2048 bits or more, or an EC P-256 key' });
  } catch {
    context.addIssue({ code: 'custom', message: 'is not a public key in PEM' });
  }
  return z.NEVER;
});

const onOff = z.enum(['on', 'off'], { error: 'must be on or off' }).transform((value) => value === 'on');
const required = 'is required';

const environment = z.object({
  NODE_ENV: z.string().optional(),
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, 'must be a port number')
    .transform(Number)
    .refine((port) => port <= 65_535, 'must be a port number')
    .default(4000),
  HOST: z.string().default('127.0.0.1'),
  PUBLIC_URL: baseUrl.optional(),
  DATABASE_URL: z
    .string()
    .refine(
      (url) => url === 'memory:' || (/^postgres(ql)?:\/\//.test(url) && URL.canParse(url)),
      'must be postgres://… or memory:',
    )
    .optional(),
  DATA_DIR: z.string().default('.data'),
  HUBSPOT_CLIENT_ID: z.string({ error: required }),
  HUBSPOT_CLIENT_SECRET: z.string({ error: required }),
  HUBSPOT_SCOPES: scopes.default(['oauth', 'crm.objects.contacts.read', 'crm.objects.deals.read']),
  HUBSPOT_OPTIONAL_SCOPES: scopes.default([]),
  HUBSPOT_API_VERSION: z
    .string()
    .regex(/^\d{4}-(03|09)(-beta)?$/, 'must be a dated version such as 2026-09')
    .default('2026-09'),
  HUBSPOT_API_URL: baseUrl.default('https://api.hubapi.com'),
  HUBSPOT_AUTHORIZE_URL: exactUrl.default('https://app.hubspot.com/oauth/authorize'),
  HUBSPOT_REDIRECT_URI: exactUrl.optional(),
  ENCRYPTION_KEYS: z.string({ error: required }).pipe(encryptionKeys),
  AUTH_JWT_SECRET: z
    .string()
    .refine((secret) => Buffer.byteLength(secret) >= 32, 'must have 32 bytes or more')
    .optional(),
  AUTH_JWT_PUBLIC_KEY: publicKeyPem.optional(),
  AUTH_JWKS_URL: exactUrl.optional(),
  AUTH_JWT_ISSUER: z.string({ error: required }),
  AUTH_JWT_AUDIENCE: z.string({ error: required }),
  AUTH_TENANT_CLAIM: z.string().default('tenant'),
  AUTH_DEFAULT_PERMISSIONS: words
    .pipe(z.array(z.enum(['hubspot:read', 'hubspot:write', 'hubspot:connect'], { error: 'names no such permission' })))
    .default(['hubspot:read']),
  RETURN_URLS: returnUrls.default([]),
  CORS_ORIGINS: corsOrigins.default([]),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], { error: 'is not a log level' })
    .default('info'),
  GRAPHIQL: onOff.optional(),
  INTROSPECTION: onOff.optional(),
});

/**
 * Reads the environment once. An empty value counts as absent, as in an `.env` file with a bare `NAME=`.
 * @throws ConfigError with every problem
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = environment.safeParse(given);
  const issues = parsed.success ? [] : parsed.error.issues;
  const problems = [...new Set(issues.map(({ path: [name], message }) => `${String(name)} ${message}`))];

  const keySettings = ['AUTH_JWT_SECRET', 'AUTH_JWT_PUBLIC_KEY', 'AUTH_JWKS_URL'];
  const named = keySettings.filter((name) => given[name] !== undefined);
  if (named.length !== 1) problems.push(`exactly one of ${keySettings.join(', ')} is required, found ${named.length}`);

  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);
  return toConfig(parsed.data);
}

function toConfig(env: z.output<typeof environment>): Config {
  const development = env.NODE_ENV !== 'production';
  const publicUrl = env.PUBLIC_URL ?? (env.PORT === 0 ? undefined : `http://localhost:${env.PORT}`);
  return Object.freeze({
    port: env.PORT,
    host: env.HOST,
    publicUrl,
    database: { url: env.DATABASE_URL, dataDir: env.DATA_DIR },
    hubspot: {
      clientId: env.HUBSPOT_CLIENT_ID,
      clientSecret: env.HUBSPOT_CLIENT_SECRET,
      requiredScopes: env.HUBSPOT_SCOPES,
      optionalScopes: env.HUBSPOT_OPTIONAL_SCOPES,
      apiVersion: env.HUBSPOT_API_VERSION,
      apiUrl: env.HUBSPOT_API_URL,
      authorizeUrl: env.HUBSPOT_AUTHORIZE_URL,
      redirectUri: env.HUBSPOT_REDIRECT_URI,
    },
    encryptionKeys: env.ENCRYPTION_KEYS,
    auth: {
      key: jwtKeySource(env),
      issuer: env.AUTH_JWT_ISSUER,
      audience: env.AUTH_JWT_AUDIENCE,
      tenantClaim: env.AUTH_TENANT_CLAIM,
      defaultPermissions: env.AUTH_DEFAULT_PERMISSIONS,
    },
    returnUrls: env.RETURN_URLS,
    corsOrigins: env.CORS_ORIGINS,
    logLevel: env.LOG_LEVEL,
    graphiql: env.GRAPHIQL ?? development,
    introspection: env.INTROSPECTION ?? development,
  });
}

function jwtKeySource(env: z.output<typeof environment>): JwtKeySource {
  if (env.AUTH_JWT_SECRET !== undefined) return { kind: 'secret', secret: env.AUTH_JWT_SECRET };
  if (env.AUTH_JWT_PUBLIC_KEY !== undefined) return { kind: 'publicKey', pem: env.AUTH_JWT_PUBLIC_KEY };
  return { kind: 'jwks', url: env.AUTH_JWKS_URL ?? '' };
}
