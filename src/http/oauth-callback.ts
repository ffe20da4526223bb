import { isGatewayError } from '../errors.ts';
import type { CallbackAnswer, CallbackOutcome, ConnectFailure, ConnectFlow } from '../installations/connect.ts';
import { readCookie, serializeCookie } from './cookies.ts';
import { PAGE_HEADERS, page } from './pages.ts';

export interface OAuthCallbackOptions {
  readonly connect: Pick<ConnectFlow, 'callback' | 'cookieName'>;
  /** This route's public URL: where a browser without a `returnTo` ends. */
  readonly callbackUrl: () => string;
  readonly secureCookies: () => boolean;
  /** Origin of HubSpot's consent page: the only issuer that may sign an answer (RFC 9207 § 2.4). */
  readonly issuer: string;
}

/** `GET /oauth/hubspot/callback`: where HubSpot returns the browser. */
export function createOAuthCallback(options: OAuthCallbackOptions): (request: Request) => Promise<Response> {
  const { connect, callbackUrl, secureCookies, issuer } = options;
  return async (request) => {
    if (request.method !== 'GET') return page(405, 'Not here', 'This address is for HubSpot to return a browser to.');
    // A browser that only looks ahead, or a bot that previews a link, must not spend the state.
    const purpose = request.headers.get('sec-purpose') ?? request.headers.get('purpose') ?? '';
    if (/prefetch|preview|prerender/i.test(purpose))
      return page(425, 'Too early', 'This address is not for looking ahead.');

    const query = new URL(request.url).searchParams;
    if (query.has('hubspot') && !query.has('state')) return resultPage(query);
    const parameters = parseParameters(query, issuer);
    if (!parameters) return invalid();
    const { state, answer } = parameters;
    const [secure, name] = [secureCookies(), connect.cookieName(state)];
    const cookie = readCookie(request.headers.get('cookie'), name, secure);
    const outcome = await connect.callback(state, answer, cookie).catch(storageFailure);
    if (outcome instanceof Response) return outcome;
    const response = outcome.kind === 'invalid' ? invalid() : redirect(outcome, callbackUrl());
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
  issuer: string,
): { state: string; answer: CallbackAnswer } | undefined {
  if (ONCE.some((name) => query.getAll(name).length > 1)) return undefined;
  const [state, code, error, iss] = ONCE.map((name) => query.get(name));
  if (!state || !SECRET.test(state) || (iss != null && iss !== issuer)) return undefined;
  if (code != null && error == null) return CODE.test(code) ? { state, answer: { code } } : undefined;
  if (error != null && code == null) return { state, answer: { error } };
  return undefined;
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
  return reason ? page(400, 'Not connected', reason[1]) : invalid();
}

/** Whether the state was spent, nobody knows: only a new start leads anywhere. */
function storageFailure(error: unknown): Response {
  if (!isGatewayError(error, 'STORAGE_UNAVAILABLE')) throw error;
  const text = 'The gateway could not store the connection. Start again from the application in a moment.';
  const response = page(503, 'Not connected', text);
  response.headers.set('retry-after', String(Math.ceil(error.extensions.retryAfterMs / 1000)));
  return response;
}

function invalid(): Response {
  return page(400, 'Not connected', 'This link is unknown, already used or expired. Start again from the application.');
}
