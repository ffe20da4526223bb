import { type Dispatcher, errors } from 'undici';
import { z } from 'zod';
import type { Clock } from '../../lib/time/clock.ts';
import { parseRetryAfter } from '../../lib/time/retry-after.ts';
import { parseJson } from '../client.ts';
import { LOCKED, PORTAL_MIGRATING } from '../failed-answer.ts';
import { parseIntrospection, scopes, type TokenIdentity } from './token-identity.ts';

/** Timeout of a whole token call, with its connection. */
const TOKEN_CALL_TIMEOUT_MS = 8_000;
/** Upper bound of an access token's lifetime. HubSpot's tokens are valid for 30 minutes. */
const LONGEST_LIFE_MS = 24 * 60 * 60 * 1000;
const MAX_TOKEN_LENGTH = 4_096;

export interface TokenAnswer {
  readonly accessToken: string;
  /** Absent when the refresh token of the request stays valid. */
  readonly refreshToken: string | undefined;
  readonly expiresInMs: number;
  readonly hubId: number | undefined;
  readonly scopes: readonly string[] | undefined;
}

/**
 * A token endpoint refused a request, failed, or sent an invalid answer.
 * - `invalid_grant`: the code or refresh token is not valid
 * - `invalid_client`: the app's credentials are wrong, which says nothing about the grant
 * - `refused`: any other well-formed refusal
 * - `unavailable`: rate limit, server error, network failure or invalid answer; the outcome can be unknown
 */
export class OAuthError extends Error {
  override readonly name = 'OAuthError';
  readonly kind: 'invalid_grant' | 'invalid_client' | 'refused' | 'unavailable';
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  /** True for a 2xx that is no token answer. */
  readonly isUnreadable: boolean;
  /**
   * True when HubSpot may have executed the call although no answer arrived: a refresh token that changes with every use
   * may be used up.
   */
  readonly mayBeDone: boolean;

  constructor(
    kind: OAuthError['kind'],
    { status, retryAfterMs, cause }: { status?: number; retryAfterMs?: number | undefined; cause?: unknown } = {},
  ) {
    super(`HubSpot's token endpoint: ${kind}${status === undefined ? '' : ` (HTTP ${status})`}`, { cause });
    this.kind = kind;
    this.status = status;
    this.retryAfterMs = retryAfterMs;
    this.isUnreadable = kind === 'unavailable' && status !== undefined && status < 300;
    this.mayBeDone = this.isUnreadable || (kind === 'unavailable' && (status === undefined || status >= 500));
  }
}

export interface OAuthClientOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Dated version, e.g. `2026-09`. */
  readonly version: string;
  readonly pool: Dispatcher;
  readonly basePath?: string;
  readonly clock: Clock;
}

/** HubSpot's dated OAuth endpoints. Secrets are sent in the body (RFC 6749 § 2.3.1), never in a URL. */
export class OAuthClient {
  readonly #options: OAuthClientOptions;

  constructor(options: OAuthClientOptions) {
    this.#options = options;
  }

  /** RFC 6749 § 4.1.3 with PKCE if there is a `codeVerifier`, within `timeoutMs`. @throws OAuthError */
  async exchangeCode(
    code: string,
    redirectUri: string,
    codeVerifier: string | undefined,
    timeoutMs = TOKEN_CALL_TIMEOUT_MS,
  ): Promise<TokenAnswer> {
    const fields = {
      grant_type: 'authorization_code',
      ...{ code, redirect_uri: redirectUri },
      ...(codeVerifier !== undefined && { code_verifier: codeVerifier }),
    };
    return parseTokenAnswer(await this.#post('', fields, timeoutMs));
  }

  /** RFC 6749 § 6. @throws OAuthError */
  async refresh(refreshToken: string): Promise<TokenAnswer> {
    return parseTokenAnswer(await this.#post('', { grant_type: 'refresh_token', refresh_token: refreshToken }));
  }

  /** RFC 7662; `undefined` for a token that is not active. @throws OAuthError */
  async introspect(accessToken: string): Promise<TokenIdentity | undefined> {
    const body = await this.#post('/introspect', { token: accessToken, token_type_hint: 'access_token' });
    const answer = parseIntrospection(body);
    if (!answer) throw new OAuthError('unavailable', { status: 200 });
    return answer.isActive ? answer.identity : undefined;
  }

  /** RFC 7009. @throws OAuthError */
  async revoke(refreshToken: string): Promise<void> {
    await this.#post('/revoke', { token: refreshToken, token_type_hint: 'refresh_token' });
  }

  async #post(
    path: string,
    fields: Record<string, string>,
    timeoutMs: number = TOKEN_CALL_TIMEOUT_MS,
  ): Promise<unknown> {
    const { clientId, clientSecret, version, pool, basePath = '', clock } = this.#options;
    const form = new URLSearchParams({ ...fields, client_id: clientId, client_secret: clientSecret });
    let status: number;
    let retryAfterMs: number | undefined;
    let body: unknown;
    try {
      const answer = await pool.request({
        method: 'POST',
        path: `${basePath}/oauth/${version}/token${path}`,
        headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
        body: form.toString(),
        signal: AbortSignal.timeout(Math.ceil(timeoutMs)),
      });
      status = answer.statusCode;
      retryAfterMs = parseRetryAfter(String(answer.headers['retry-after'] ?? ''), clock.now());
      body = await answer.body.arrayBuffer().then(parseBody, undefinedIfTooLarge);
    } catch (cause) {
      throw new OAuthError('unavailable', { cause });
    }
    if (status >= 200 && status < 300) return body;
    throw new OAuthError(classify(status, body), { status, retryAfterMs });
  }
}

/** Keeps a byte order mark, which JSON must not have (RFC 8259 § 8.1), so that the parser refuses it. */
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** `undefined` for everything but strict JSON without duplicate names. */
function parseBody(bytes: ArrayBuffer): unknown {
  const text = utf8.decode(bytes);
  const body = parseJson(text);
  return body !== undefined && repeatsName(text) ? undefined : body;
}

/** An answer that is too large is an invalid answer, not a failure of the network. */
function undefinedIfTooLarge(error: unknown): undefined {
  if (!(error instanceof errors.ResponseExceededMaxSizeError)) throw error;
}

/** True when an object in this JSON repeats a name, which RFC 6749 § 3.2 forbids because it is ambiguous. */
function repeatsName(json: string): boolean {
  const open: Set<unknown>[] = [];
  for (const [token, string = '', colon] of json.matchAll(/("(?:[^"\\]|\\.)*")\s*(:?)|[{}]/g)) {
    if (token === '{') open.push(new Set());
    else if (token === '}') open.pop();
    else if (colon) {
      const name = parseJson(string);
      if (open.at(-1)?.has(name)) return true;
      open.at(-1)?.add(name);
    }
  }
  return false;
}

const name = z.string().optional().catch(undefined);
const errorSchema = z.object({ error: name, status: name });

// BAD_HUB comes with `access_denied` when the portal no longer exists.
const INVALID_GRANT = new Set(['invalid_grant', 'access_denied', 'BAD_REFRESH_TOKEN', 'BAD_AUTH_CODE', 'BAD_HUB']);
const INVALID_CLIENT = new Set(['invalid_client', 'unauthorized_client', 'BAD_CLIENT_ID', 'BAD_CLIENT_SECRET']);

/** These say nothing about the request itself: the same may succeed later. */
const TEMPORARY: readonly number[] = [408, LOCKED, 425, 429, PORTAL_MIGRATING];

// Only a well-formed 400 or 401 can end a grant. Other answers may come from a proxy.
function classify(status: number, body: unknown): OAuthError['kind'] {
  const parsed = errorSchema.safeParse(body);
  if ((status === 400 || status === 401) && parsed.success) {
    const names = [parsed.data.error ?? '', parsed.data.status ?? ''];
    if (names.some((name) => INVALID_CLIENT.has(name))) return 'invalid_client';
    if (names.some((name) => INVALID_GRANT.has(name))) return 'invalid_grant';
  }
  return status >= 400 && status < 500 && !TEMPORARY.includes(status) ? 'refused' : 'unavailable';
}

/** RFC 6749 appendix A.12 and A.17. Other characters are not allowed in a header. */
const token = z
  .string()
  .max(MAX_TOKEN_LENGTH)
  .regex(/^[\x20-\x7e]+$/);

const tokenSchema = z.object({
  access_token: token,
  refresh_token: token.nullish(),
  token_type: z.string().refine((type) => type.toLowerCase() === 'bearer'),
  expires_in: z
    .union([
      z.number(),
      z
        .string()
        .regex(/^\d{1,9}$/)
        .transform(Number),
    ])
    .pipe(z.number().positive()),
  hub_id: z.int().positive().nullish(),
  scopes: scopes.nullish(),
});

function parseTokenAnswer(body: unknown): TokenAnswer {
  const parsed = tokenSchema.safeParse(body);
  if (!parsed.success) throw new OAuthError('unavailable', { status: 200 });
  const { access_token, refresh_token, expires_in, hub_id, scopes } = parsed.data;
  return {
    accessToken: access_token,
    refreshToken: refresh_token ?? undefined,
    expiresInMs: Math.min(expires_in * 1000, LONGEST_LIFE_MS),
    hubId: hub_id ?? undefined,
    scopes: scopes ?? undefined,
  };
}

export interface AuthorizeParameters {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  readonly optionalScopes: readonly string[];
  readonly state: string;
  /** RFC 7636 § 4.2, method S256. */
  readonly codeChallenge: string;
}

/** The URL of HubSpot's consent page. Spaces are encoded as %20, as in HubSpot's SDKs. */
export function authorizeUrl(base: string, parameters: AuthorizeParameters): string {
  const url = new URL(base);
  const query = new URLSearchParams(url.search);
  query.set('client_id', parameters.clientId);
  query.set('redirect_uri', parameters.redirectUri);
  query.set('scope', parameters.scopes.join(' '));
  if (parameters.optionalScopes.length > 0) query.set('optional_scope', parameters.optionalScopes.join(' '));
  query.set('state', parameters.state);
  query.set('code_challenge', parameters.codeChallenge);
  query.set('code_challenge_method', 'S256');
  url.search = query.toString().replaceAll('+', '%20');
  return url.href;
}
