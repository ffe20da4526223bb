import type { CallbackAnswer, CallbackOutcome, ConnectFailure, ConnectFlow } from '../installations/connect.ts';
import { readCookie, serializeCookie } from './cookies.ts';
import { PAGE_HEADERS, page } from './pages.ts';

export interface OAuthCallbackOptions {
  readonly connect: Pick<ConnectFlow, 'callback' | 'cookieName'>;
  readonly secureCookies: () => boolean;
  /** Origin of HubSpot's consent page: the only issuer that may sign an answer (RFC 9207 § 2.4). */
  readonly issuer: string;
}

/** `GET /oauth/hubspot/callback`: where HubSpot returns the browser. */
export function createOAuthCallback({ connect, secureCookies, issuer }: OAuthCallbackOptions) {
  return async (request: Request): Promise<Response> => {
    if (request.method !== 'GET') return page(405, 'Not here', 'This address is for HubSpot to return a browser to.');
    // A browser that only looks ahead, or a bot that previews a link, must not spend the state.
    if (
      /prefetch|preview|prerender/i.test(request.headers.get('sec-purpose') ?? request.headers.get('purpose') ?? '')
    ) {
      return page(425, 'Too early', 'This address is not for looking ahead.');
    }
    const parameters = parseParameters(new URL(request.url).searchParams, issuer);
    if (!parameters) return invalid();
    const { state, answer } = parameters;
    const secure = secureCookies();
    const name = connect.cookieName(state);
    const outcome = await connect.callback(state, answer, readCookie(request.headers.get('cookie'), name, secure));
    const response = respond(outcome);
    response.headers.append('set-cookie', serializeCookie({ name, value: '', maxAgeSeconds: 0 }, secure));
    return response;
  };
}

/** What HubSpot may send once. A parameter that stands twice may be an attack and is refused (RFC 9700 § 4.4, 4.5). */
const ONCE = ['state', 'code', 'error', 'iss'];
const STATE = /^[\w-]{43}$/;
const CODE = /^[\x21-\x7e]{1,2048}$/;

function parseParameters(
  query: URLSearchParams,
  issuer: string,
): { state: string; answer: CallbackAnswer } | undefined {
  if (ONCE.some((name) => query.getAll(name).length > 1)) return undefined;
  const [state, code, error, iss] = ONCE.map((name) => query.get(name));
  if (!state || !STATE.test(state) || (iss != null && iss !== issuer)) return undefined;
  if (code != null && error == null) return CODE.test(code) ? { state, answer: { code } } : undefined;
  if (error != null && code == null) return { state, answer: { error } };
  return undefined;
}

function respond(outcome: CallbackOutcome): Response {
  if (outcome.kind === 'invalid') return invalid();
  const { returnTo } = outcome;
  if (outcome.kind === 'connected') {
    const { id, hubDomain, hubId } = outcome.installation;
    return returnTo === null
      ? page(200, 'Connected', `HubSpot portal ${hubDomain ?? hubId} is connected. You can close this window.`)
      : redirect(returnTo, { hubspot: 'connected', installation: id });
  }
  if (outcome.kind === 'confirm') {
    const text = 'This window is not the one that started. Whoever started completes the connection with this code:';
    return returnTo === null
      ? page(200, 'One more step', text, outcome.handle)
      : redirect(returnTo, { hubspot: 'confirm', connection: outcome.handle });
  }
  return returnTo === null
    ? page(400, 'Not connected', FAILURES[outcome.reason])
    : redirect(returnTo, { hubspot: 'error', reason: outcome.reason });
}

const FAILURES: Readonly<Record<ConnectFailure, string>> = {
  access_denied: 'Consent was not given in HubSpot. Nothing was connected.',
  exchange_failed: 'HubSpot did not accept the consent any more. Start again from the application.',
  portal_mismatch:
    'Consent came from another HubSpot portal than the one that was to be connected. Nothing was changed.',
  hubspot_error: 'HubSpot could not complete the connection. Try again from the application.',
};

function invalid(): Response {
  return page(400, 'Not connected', 'This link is unknown, already used or expired. Start again from the application.');
}

/** 303, so that the browser asks by GET and neither code nor state stay in its address bar. */
function redirect(returnTo: string, parameters: Readonly<Record<string, string>>): Response {
  const url = new URL(returnTo);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return new Response(null, { status: 303, headers: { ...PAGE_HEADERS, location: url.href } });
}
