import { isGatewayError } from '../../errors.ts';
import type { CallbackAnswer, ConnectFlow } from '../../installations/connect/connect.ts';
import type { FlowCookie } from '../../installations/connect/flow-cookies.ts';
import type { LogRefusal } from '../../lib/logging/refusal-log.ts';
import { type ConnectResult, RESULT_COOKIE, resultCookie, resultOf, resultPage } from './connect-result.ts';
import { readCookie, serializeCookie } from './cookies.ts';
import { PAGE_HEADERS, page } from './pages.ts';

export interface OAuthCallbackOptions {
  readonly connect: Pick<ConnectFlow, 'callback' | 'cookies'>;
  /** The public URL of this route, which is also the last page of a flow without a `returnTo`. */
  readonly callbackUrl: () => string;
  readonly secureCookies: () => boolean;
  /**
   * HubSpot's issuer identifier, compared as text with `iss` (RFC 9207 § 2.4). If set, an answer without `iss` is
   * refused,
   * because a server that supports `iss` sends it in every answer. Otherwise `iss` is ignored, because there is only one
   * authorization server.
   */
  readonly issuer: string | undefined;
  readonly logRefusal: LogRefusal<CallbackRefusal>;
}

/** The reason why the callback refused a request. The page does not distinguish unknown, used and expired states. */
export type CallbackRefusal =
  | 'method'
  | 'prefetch'
  | 'repeated_parameter'
  | 'no_state'
  | 'malformed_state'
  | 'no_answer'
  | 'code_and_error'
  | 'malformed_code'
  | 'no_issuer'
  | 'other_issuer'
  | 'unknown_state'
  | 'storage_unavailable';

/** `GET /oauth/hubspot/callback`, the redirect URI of the OAuth flow. */
export function createOAuthCallback(options: OAuthCallbackOptions): (request: Request) => Promise<Response> {
  const { connect, callbackUrl, secureCookies, issuer, logRefusal } = options;
  const refuse = (reason: CallbackRefusal): Response => {
    logRefusal(reason);
    return refusalPage(reason);
  };
  return async (request) => {
    if (request.method !== 'GET') return refuse('method');
    // A browser's prefetch, or a bot's link preview, must not use the state.
    if (PURPOSE_HEADERS.some((name) => PREFETCH.test(request.headers.get(name) ?? ''))) return refuse('prefetch');

    const query = new URL(request.url).searchParams;
    const [secure, cookies] = [secureCookies(), request.headers.get('cookie')];
    if (query.has('hubspot') && !query.has('state')) {
      return resultPage(query, readCookie(cookies, RESULT_COOKIE, secure));
    }
    const parameters = parseParameters(query, issuer);
    if (typeof parameters === 'string') return refuse(parameters);
    const { state, answer } = parameters;
    const name = connect.cookies.nameFor(state);
    const cookie = readCookie(cookies, name, secure);
    const outcome = await connect.callback(state, answer, cookie).catch(storageFailure);
    if (outcome instanceof Response) {
      logRefusal('storage_unavailable');
      return outcome;
    }
    const deleted = { name, value: '', maxAgeSeconds: 0 };
    if (outcome.kind === 'invalid') return withCookies(refuse('unknown_state'), [deleted], secure);
    const result = resultOf(outcome);
    return outcome.returnTo === null
      ? withCookies(redirect(callbackUrl(), result), [deleted, resultCookie(result)], secure)
      : withCookies(redirect(outcome.returnTo, result), [deleted], secure);
  };
}

/** The standard header, and those of older versions of Chromium, Firefox and Safari. */
const PURPOSE_HEADERS = ['sec-purpose', 'purpose', 'x-moz', 'x-purpose'];
const PREFETCH = /prefetch|preview|prerender/i;

/** A request that repeats one of these parameters may be an attack (RFC 9700 § 4.4, 4.5). */
const SINGLE_PARAMETERS = ['state', 'code', 'error', 'iss'];
/** 32 random bytes as base64url. */
const SECRET = /^[\w-]{43}$/;
const CODE = /^[\x21-\x7e]{1,2048}$/;

function parseParameters(
  query: URLSearchParams,
  issuer: string | undefined,
): { state: string; answer: CallbackAnswer } | CallbackRefusal {
  if (SINGLE_PARAMETERS.some((name) => query.getAll(name).length > 1)) return 'repeated_parameter';
  const [state, code, error, iss] = SINGLE_PARAMETERS.map((name) => query.get(name));
  if (!state) return 'no_state';
  if (!SECRET.test(state)) return 'malformed_state';
  if (issuer !== undefined && iss !== issuer) return iss == null ? 'no_issuer' : 'other_issuer';
  if (error != null) return code == null ? { state, answer: { error } } : 'code_and_error';
  if (code == null) return 'no_answer';
  return CODE.test(code) ? { state, answer: { code } } : 'malformed_code';
}

function withCookies(response: Response, cookies: readonly FlowCookie[], secure: boolean): Response {
  for (const cookie of cookies) response.headers.append('set-cookie', serializeCookie(cookie, secure));
  return response;
}

/** 303, so that the browser uses GET, and its address bar does not keep code and state. */
function redirect(to: string, result: ConnectResult): Response {
  const url = new URL(to);
  for (const [name, value] of Object.entries(result)) url.searchParams.set(name, value);
  return new Response(null, { status: 303, headers: { ...PAGE_HEADERS, location: url.href } });
}

/** The database may have consumed the state. The page after a reload shows whether it has. */
function storageFailure(error: unknown): Response {
  if (!isGatewayError(error, 'STORAGE_UNAVAILABLE')) throw error;
  const text =
    'The gateway could not store the connection. Load this page again in a moment, or start again from the application.';
  const response = page(503, 'Not connected', text);
  response.headers.set('retry-after', String(Math.ceil(error.extensions.retryAfterMs / 1000)));
  return response;
}

const NOT_FROM_HUBSPOT = 'HubSpot does not open this address in this way. Start again from the application.';
const NOT_TRUSTED =
  'The answer does not name the HubSpot that is expected. Ask the people who run the application: its log says more.';
const REFUSALS: Readonly<Partial<Record<CallbackRefusal, string>>> = {
  no_issuer: NOT_TRUSTED,
  other_issuer: NOT_TRUSTED,
  unknown_state: 'This link is unknown, already used or expired. Start again from the application.',
};

function refusalPage(reason: CallbackRefusal): Response {
  if (reason === 'method') return page(405, 'Not here', 'This address is for HubSpot to return a browser to.');
  if (reason === 'prefetch') return page(425, 'Too early', 'This address is not for looking ahead.');
  return page(400, 'Not connected', REFUSALS[reason] ?? NOT_FROM_HUBSPOT);
}
