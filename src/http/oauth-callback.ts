import { isGatewayError } from '../errors.ts';
import type { CallbackAnswer, CallbackOutcome, ConnectFailure, ConnectFlow } from '../installations/connect.ts';
import type { LogRefusal } from '../lib/refusal-log.ts';
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
    const purpose = request.headers.get('sec-purpose') ?? request.headers.get('purpose') ?? '';
    if (/prefetch|preview|prerender/i.test(purpose)) return refuse('prefetch');

    const query = new URL(request.url).searchParams;
    if (query.has('hubspot') && !query.has('state')) return resultPage(query);
    const parameters = parseParameters(query, issuer);
    if (typeof parameters === 'string') return refuse(parameters);
    const { state, answer } = parameters;
    const [secure, name] = [secureCookies(), connect.cookies.nameFor(state)];
    const cookie = readCookie(request.headers.get('cookie'), name, secure);
    const outcome = await connect.callback(state, answer, cookie).catch(storageFailure);
    if (outcome instanceof Response) {
      logRefusal('storage_unavailable');
      return outcome;
    }
    const response = outcome.kind === 'invalid' ? refuse('unknown_state') : redirect(outcome, callbackUrl());
    response.headers.append('set-cookie', serializeCookie({ name, value: '', maxAgeSeconds: 0 }, secure));
    return response;
  };
}

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

/** 303, so that the browser asks by GET and neither code nor state stay in its address bar. */
function redirect(outcome: Exclude<CallbackOutcome, { kind: 'invalid' }>, callbackUrl: string): Response {
  const url = new URL(outcome.returnTo ?? callbackUrl);
  for (const [name, value] of Object.entries(describe(outcome))) url.searchParams.set(name, value);
  return new Response(null, { status: 303, headers: { ...PAGE_HEADERS, location: url.href } });
}

function describe(outcome: Exclude<CallbackOutcome, { kind: 'invalid' }>): Record<string, string> {
  if (outcome.kind === 'connected') return { hubspot: 'connected', installation: outcome.installation.id };
  if (outcome.kind === 'confirm') return { hubspot: 'confirm', connection: outcome.handle };
  return { hubspot: 'error', reason: outcome.reason };
}

const FAILURES: Readonly<Record<ConnectFailure, string>> = {
  access_denied: 'Consent was not given in HubSpot. Nothing was connected.',
  exchange_failed: 'HubSpot did not accept the consent any more. Start again from the application.',
  portal_mismatch: 'Consent came from another HubSpot portal than the one to be connected. Nothing was changed.',
  hubspot_error: 'HubSpot could not complete the connection. Try again from the application.',
};

/** The same words as a `returnTo` would get, as a page. It shows nothing of the query but a well-formed handle. */
function resultPage(query: URLSearchParams): Response {
  const connection = query.get('connection') ?? '';
  if (query.get('hubspot') === 'connected') {
    return page(200, 'Connected', 'The HubSpot portal is connected. You can close this window.');
  }
  if (query.get('hubspot') === 'confirm' && SECRET.test(connection)) {
    const text = 'This browser is not the one that started. Whoever started completes the connection with this code:';
    return page(200, 'One more step', text, connection);
  }
  const reason = Object.entries(FAILURES).find(([name]) => name === query.get('reason'));
  return reason ? page(400, 'Not connected', reason[1]) : refusalPage('unknown_state');
}

/** Whether the state was spent, nobody knows; the page that comes then will say so. */
function storageFailure(error: unknown): Response {
  if (!isGatewayError(error, 'STORAGE_UNAVAILABLE')) throw error;
  const text = 'The gateway could not store the connection. Load this page again in a moment.';
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
