import type { CallbackOutcome, ConnectFailure, ConnectFlow } from '../../installations/connect/connect.ts';
import type { Marketplace } from '../../installations/connect/marketplace.ts';
import { isRepeated, parseAnswer, parseParameters, type Refuse } from './callback-parameters.ts';
import { type Cookies, withCookies } from './cookies.ts';
import { page, redirect } from './pages.ts';

export interface MarketplaceCallbackOptions {
  readonly connect: Pick<ConnectFlow, 'callback' | 'cookies'>;
  readonly marketplace: Pick<Marketplace, 'accept' | 'acceptReturnUrl' | 'installUrl'>;
  readonly issuer: string | undefined;
}

/** The steps of an install with a log-in of the application. */
const STEPS = ['authorize', 'finalize'];

/** True for a request with which HubSpot's marketplace opens the redirect URI. */
export function isFromMarketplace(query: URLSearchParams): boolean {
  if (query.getAll('step').some((step) => STEPS.includes(step))) return true;
  return query.has('returnUrl') && !query.has('state');
}

/**
 * Answers the steps of an install from HubSpot's marketplace.
 * https://developers.hubspot.com/docs/apps/developer-platform/list-apps/understand-app-install-flow
 */
export function createMarketplaceCallback(options: MarketplaceCallbackOptions, refuse: Refuse) {
  const { connect, marketplace, issuer } = options;
  const accept = acceptWith(options, refuse);
  /** @param isFramed the browser shows the answer in a frame */
  return async (query: URLSearchParams, cookies: Cookies, isFramed: boolean): Promise<Response> => {
    const { installUrl } = marketplace;
    if (installUrl === undefined) return refuse('not_listed');
    if (isRepeated(query, ['step', 'returnUrl'])) return refuse('repeated_parameter');
    const returnUrl = marketplace.acceptReturnUrl(query.get('returnUrl') ?? '');
    if (returnUrl === undefined) return refuse('foreign_return_url');
    const { origin } = new URL(returnUrl);
    if (!query.has('step')) return accept(query, cookies, { returnUrl, isFramed });
    if (query.get('step') === 'authorize') {
      return redirect(withParameters(installUrl, { hubspot: 'install', returnUrl }));
    }
    const parameters = parseParameters(query, issuer);
    if (typeof parameters === 'string') return refuse(parameters, origin);
    const { state, answer } = parameters;
    const names = (['install', 'frame'] as const).map((kind) => connect.cookies.nameFor(state, kind));
    const [cookie] = names.flatMap((name) => cookies.read(name) ?? []);
    const outcome = await connect.callback(state, answer, cookie, 'install');
    const response =
      outcome.kind === 'invalid' ? refuse('unknown_state', origin) : answerTo(outcome, { installUrl, returnUrl });
    return withCookies(
      response,
      names.map((name) => connect.cookies.deletion(name)),
      cookies,
    );
  };
}

/**
 * Accepts an install without a log-in, which has no state: anybody can send the link with a code. The grant belongs to no
 * tenant until a viewer claims it in the browser that gets this cookie.
 */
function acceptWith({ connect, marketplace, issuer }: MarketplaceCallbackOptions, refuse: Refuse) {
  return async (
    query: URLSearchParams,
    cookies: Cookies,
    { returnUrl, isFramed }: { readonly returnUrl: string; readonly isFramed: boolean },
  ): Promise<Response> => {
    const frameOrigin = new URL(returnUrl).origin;
    const answer = parseAnswer(query, issuer);
    if (typeof answer === 'string') return refuse(answer, frameOrigin);
    if ('error' in answer) return page(400, 'Not installed', FAILURES.access_denied, { frameOrigin });
    const accepted = await marketplace.accept(answer.code);
    if (accepted.kind === 'used') return refuse('used_code', frameOrigin);
    if (accepted.kind === 'busy' || accepted.kind === 'full') {
      const response = refuse('too_many_installs', frameOrigin);
      const retryAfterMs = accepted.kind === 'busy' ? accepted.retryAfterMs : FULL_RETRY_MS;
      response.headers.set('retry-after', String(Math.ceil(retryAfterMs / 1000)));
      return response;
    }
    if (accepted.kind === 'failed') {
      const status = accepted.reason === 'hubspot_error' ? 502 : 400;
      return page(status, 'Not installed', FAILURES[accepted.reason], { frameOrigin });
    }
    // In a frame of another site, browsers store no other cookie.
    const cookie = isFramed ? { ...accepted.cookie, sameSite: 'None' as const } : accepted.cookie;
    return withCookies(redirect(returnUrl), connect.cookies.toSet([cookie], cookies.all), cookies);
  };
}

/** Rows expire one by one. */
const FULL_RETRY_MS = 10 * 60 * 1000;

interface Install {
  readonly installUrl: string;
  readonly returnUrl: string;
}

const FAILURES: Readonly<Record<ConnectFailure, string>> = {
  access_denied: 'Consent was not given in HubSpot. Nothing was installed.',
  exchange_failed: "HubSpot did not accept the consent any more. Start again from HubSpot's marketplace.",
  portal_mismatch: 'Consent came from another HubSpot portal. Nothing was changed.',
  hubspot_error: "HubSpot could not complete the install. Start again from HubSpot's marketplace.",
  nothing_to_claim: 'This install has ended. Connect the portal in the application.',
};

/** A user who completes an attacker's install would give the attacker access to the portal, so the page warns of it. */
const CONFIRM =
  'This browser did not show that it is the one in which you signed in. If you started this install yourself, finish it in the application, and then come back here. If somebody sent you here, close this window.';

/** HubSpot shows the answer in a frame, and waits there for its `returnUrl`. */
function answerTo(
  outcome: Exclude<CallbackOutcome, { kind: 'invalid' }>,
  { installUrl, returnUrl }: Install,
): Response {
  if (outcome.kind === 'connected') return redirect(returnUrl);
  const frameOrigin = new URL(returnUrl).origin;
  if (outcome.kind === 'failed') return page(400, 'Not installed', FAILURES[outcome.reason], { frameOrigin });
  const confirm = withParameters(installUrl, { hubspot: 'confirm', connection: outcome.handle });
  const links = [
    { text: 'Finish the install in the application', href: confirm, isNewWindow: true },
    { text: 'Go on in HubSpot', href: returnUrl },
  ];
  return page(200, 'One more step', CONFIRM, { links, frameOrigin });
}

function withParameters(base: string, parameters: Readonly<Record<string, string>>): string {
  const url = new URL(base);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}
