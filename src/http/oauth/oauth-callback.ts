import { isGatewayError } from '../../errors.ts';
import type { CallbackAnswer, ConnectFlow } from '../../installations/connect.ts';
import type { FlowCookie } from '../../installations/flow-cookies.ts';
import type { LogRefusal } from '../../lib/logging/refusal-log.ts';
import { type ConnectResult, RESULT_COOKIE, resultCookie, resultOf, resultPage } from './connect-result.ts';
import { readCookie, serializeCookie } from './cookies.ts';
import { PAGE_HEADERS, page } from './pages.ts';

export interface OAuthCallbackOptions {
  readonly connect: Pick<ConnectFlow, 'callback' | 'cookies'>;
  /** This route's public URL: where a browser without a `returnTo` ends. */
  readonly callbackUrl: () => string;
  readonly secureCookies: () => boolean;
  /**
   * How HubSpot calls itself in `iss`, compared as text (RFC 9207 § 2.4). An answer that lacks it is then refused, too:
   * a server that names itself does so in every answer. Unset, `iss` is not looked at: there is one server only.
   */
  readonly issuer: string | undefined;
  readonly logRefusal: LogRefusal<CallbackRefusal>;
}

/** Why the callback did nothing. The browser is told less: unknown, used and expired states look alike. */
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

/** `GET /oauth/hubspot/callback`: where HubSpot returns the browser. */
export function createOAuthCallback(options: OAuthCallbackOptions): (request: Request) => Promise<Response> {
  const { connect, callbackUrl, secureCookies, issuer, logRefusal } = options;
  const refuse = (reason: CallbackRefusal): Response => {
    logRefusal(reason);
    return refusalPage(reason);
  };
  return async (request) => {
    if (request.method !== 'GET') return refuse('method');
    // A browser that only looks ahead, or a bot that previews a link, must not spend the state.
    if (PURPOSES.some((name) => LOOKS_AHEAD.test(request.headers.get(name) ?? ''))) return refuse('prefetch');

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
    const spent = { name, value: '', maxAgeSeconds: 0 };
    if (outcome.kind === 'invalid') return setting(refuse('unknown_state'), [spent], secure);
    const result = resultOf(outcome);
    return outcome.returnTo === null
      ? setting(redirect(callbackUrl(), result), [spent, resultCookie(result)], secure)
      : setting(redirect(outcome.returnTo, result), [spent], secure);
  };
}

/** How browsers say it: by the standard, as Chromium, Firefox and Safari did before. */
const PURPOSES = ['sec-purpose', 'purpose', 'x-moz', 'x-purpose'];
const LOOKS_AHEAD = /prefetch|preview|prerender/i;

/** What HubSpot may send once. A parameter that stands twice may be an attack and is refused (RFC 9700 § 4.4, 4.5). */
const ONCE = ['state', 'code', 'error', 'iss'];
/** 32 random bytes as base64url: states and handles alike. */
const SECRET = /^[\w-]{43}$/;
const CODE = /^[\x21-\x7e]{1,2048}$/;

function parseParameters(
  query: URLSearchParams,
  issuer: string | undefined,
): { state: string; answer: CallbackAnswer } | CallbackRefusal {
  if (ONCE.some((name) => query.getAll(name).length > 1)) return 'repeated_parameter';
  const [state, code, error, iss] = ONCE.map((name) => query.get(name));
  if (!state) return 'no_state';
  if (!SECRET.test(state)) return 'malformed_state';
  if (issuer !== undefined && iss !== issuer) return iss == null ? 'no_issuer' : 'other_issuer';
  if (error != null) return code == null ? { state, answer: { error } } : 'code_and_error';
  if (code == null) return 'no_answer';
  return CODE.test(code) ? { state, answer: { code } } : 'malformed_code';
}

function setting(response: Response, cookies: readonly FlowCookie[], secure: boolean): Response {
  for (const cookie of cookies) response.headers.append('set-cookie', serializeCookie(cookie, secure));
  return response;
}

/** 303, so that the browser asks by GET and neither code nor state stay in its address bar. */
function redirect(to: string, result: ConnectResult): Response {
  const url = new URL(to);
  for (const [name, value] of Object.entries(result)) url.searchParams.set(name, value);
  return new Response(null, { status: 303, headers: { ...PAGE_HEADERS, location: url.href } });
}

/** Whether the state was spent, nobody knows; the page that comes then will say so. */
function storageFailure(error: unknown): Response {
  if (!isGatewayError(error, 'STORAGE_UNAVAILABLE')) throw error;
  const text =
    'The gateway could not store the connection. Load this page again in a moment, or start again from the application.';
  const response = page(503, 'Not connected', text);
  response.headers.set('retry-after', String(Math.ceil(error.extensions.retryAfterMs / 1000)));
  return response;
}

const NOT_HUBSPOTS = 'HubSpot does not open this address in this way. Start again from the application.';
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
  return page(400, 'Not connected', REFUSALS[reason] ?? NOT_HUBSPOTS);
}
