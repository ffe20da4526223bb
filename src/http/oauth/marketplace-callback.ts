import type { CallbackOutcome, ConnectFailure, ConnectFlow } from '../../installations/connect/connect.ts';
import type { Marketplace } from '../../installations/connect/marketplace.ts';
import { isRepeated, parseParameters, type Refuse } from './callback-parameters.ts';
import { type Cookies, withCookies } from './cookies.ts';
import { page, redirect } from './pages.ts';

export interface MarketplaceCallbackOptions {
  readonly connect: Pick<ConnectFlow, 'callback' | 'cookies'>;
  readonly marketplace: Pick<Marketplace, 'acceptReturnUrl' | 'installUrl'>;
  readonly issuer: string | undefined;
}

/** The steps of an install with a log-in of the application. */
const STEPS = ['authorize', 'finalize'];

/** True for a request with which HubSpot's marketplace opens the redirect URI. */
export function isFromMarketplace(query: URLSearchParams): boolean {
  return query.getAll('step').some((step) => STEPS.includes(step));
}

/**
 * Answers the steps of an install from HubSpot's marketplace.
 * https://developers.hubspot.com/docs/apps/developer-platform/list-apps/understand-app-install-flow
 */
export function createMarketplaceCallback(
  { connect, marketplace, issuer }: MarketplaceCallbackOptions,
  refuse: Refuse,
) {
  return async (query: URLSearchParams, cookies: Cookies): Promise<Response> => {
    const { installUrl } = marketplace;
    if (installUrl === undefined) return refuse('not_listed');
    if (isRepeated(query, ['step', 'returnUrl'])) return refuse('repeated_parameter');
    const returnUrl = marketplace.acceptReturnUrl(query.get('returnUrl') ?? '');
    if (returnUrl === undefined) return refuse('foreign_return_url');
    const { origin } = new URL(returnUrl);
    if (query.get('step') === 'authorize')
      return redirect(withParameters(installUrl, { hubspot: 'install', returnUrl }));

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

interface Install {
  readonly installUrl: string;
  readonly returnUrl: string;
}

const FAILURES: Readonly<Record<ConnectFailure, string>> = {
  access_denied: 'Consent was not given in HubSpot. Nothing was installed.',
  exchange_failed: "HubSpot did not accept the consent any more. Start again from HubSpot's marketplace.",
  portal_mismatch: 'Consent came from another HubSpot portal. Nothing was changed.',
  hubspot_error: "HubSpot could not complete the install. Start again from HubSpot's marketplace.",
};

/** A user who completes an attacker's install would give the attacker access to the portal, so the page warns of it. */
const CONFIRM =
  'This browser did not show that it is the one in which you logged in. If you started this install yourself, finish it in the application, and then come back here. If somebody sent you here, close this window.';

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
