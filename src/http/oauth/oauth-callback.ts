import { isGatewayError } from '../../errors.ts';
import type { ConnectFlow } from '../../installations/connect/connect.ts';
import type { Marketplace } from '../../installations/connect/marketplace.ts';
import type { LogRefusal } from '../../lib/logging/refusal-log.ts';
import { type CallbackRefusal, parseParameters, type Refuse, refusalPage } from './callback-parameters.ts';
import { createClaimPage } from './claim.ts';
import { answerWithResult, RESULT_COOKIE, resultPage } from './connect-result.ts';
import { type Cookies, cookiesOf, withCookies } from './cookies.ts';
import { createMarketplaceCallback, isFromMarketplace } from './marketplace-callback.ts';
import { page } from './pages.ts';

export interface OAuthCallbackOptions {
  readonly connect: Pick<ConnectFlow, 'callback' | 'cookies'>;
  readonly marketplace: Pick<Marketplace, 'accept' | 'acceptReturnUrl' | 'claimable' | 'installUrl'>;
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

/** `GET /oauth/hubspot/callback`, the redirect URI of the OAuth flow and of installs from HubSpot's marketplace. */
export function createOAuthCallback(options: OAuthCallbackOptions): (request: Request) => Promise<Response> {
  const { secureCookies, logRefusal } = options;
  const refuse: Refuse = (reason, frameOrigin) => {
    logRefusal(reason);
    return refusalPage(reason, frameOrigin);
  };
  const answerFlow = createFlowCallback(options, refuse);
  const answerMarketplace = createMarketplaceCallback(options, refuse);
  const answerClaim = createClaimPage(options, refuse);
  return async (request) => {
    if (request.method !== 'GET') return refuse('method');
    // A browser's prefetch, or a bot's link preview, must not use the state.
    if (PURPOSE_HEADERS.some((name) => PREFETCH.test(request.headers.get(name) ?? ''))) return refuse('prefetch');

    const query = new URL(request.url).searchParams;
    const cookies = cookiesOf(request.headers.get('cookie'), secureCookies());
    if (query.has('hubspot') && !query.has('state')) return resultPage(query, cookies.read(RESULT_COOKIE));
    const answered = () => {
      if (query.get('step') === 'claim') return answerClaim(query, cookies);
      if (!isFromMarketplace(query)) return answerFlow(query, cookies);
      return answerMarketplace(query, cookies, request.headers.get('sec-fetch-dest') === 'iframe');
    };
    return answered().catch((error: unknown) => {
      const response = storageFailure(error);
      logRefusal('storage_unavailable');
      return response;
    });
  };
}

/** The standard header, and those of older versions of Chromium, Firefox and Safari. */
const PURPOSE_HEADERS = ['sec-purpose', 'purpose', 'x-moz', 'x-purpose'];
const PREFETCH = /prefetch|preview|prerender/i;

function createFlowCallback({ connect, callbackUrl, issuer }: OAuthCallbackOptions, refuse: Refuse) {
  return async (query: URLSearchParams, cookies: Cookies): Promise<Response> => {
    const parameters = parseParameters(query, issuer);
    if (typeof parameters === 'string') return refuse(parameters);
    const { state, answer } = parameters;
    const name = connect.cookies.nameFor(state);
    const outcome = await connect.callback(state, answer, cookies.read(name));
    const deleted = connect.cookies.deletion(name);
    if (outcome.kind === 'invalid') return withCookies(refuse('unknown_state'), [deleted], cookies);
    return answerWithResult(outcome, callbackUrl(), [deleted], cookies);
  };
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
