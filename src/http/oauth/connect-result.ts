import type { CallbackOutcome, ConnectFailure } from '../../installations/connect/connect.ts';
import type { FlowCookie } from '../../installations/connect/flow-cookies.ts';
import { sha256 } from '../../lib/secret.ts';
import { type Cookies, withCookies } from './cookies.ts';
import { page, redirect } from './pages.ts';

/** The result of a flow, as parameters in the query of the `returnTo` URL. */
type ConnectResult = Readonly<Record<string, string>>;

/** Proves that the gateway itself sent the browser to the result page with this result. */
export const RESULT_COOKIE = 'hubspot-connect-result';
/** Long enough for the user to return to the page from another window. */
const RESULT_COOKIE_S = 10 * 60;

function resultOf(outcome: Exclude<CallbackOutcome, { kind: 'invalid' }>): ConnectResult {
  if (outcome.kind === 'connected') return { hubspot: 'connected', installation: outcome.installation.id };
  if (outcome.kind === 'confirm') return { hubspot: 'confirm', connection: outcome.handle };
  return { hubspot: 'error', reason: outcome.reason };
}

/** Sends the browser to the `returnTo` of its flow, or to the last page, with the result. */
export function answerWithResult(
  outcome: Exclude<CallbackOutcome, { kind: 'invalid' }>,
  callbackUrl: string,
  deleted: readonly FlowCookie[],
  cookies: Cookies,
): Response {
  const result = resultOf(outcome);
  const url = new URL(outcome.returnTo ?? callbackUrl);
  for (const [name, value] of Object.entries(result)) url.searchParams.set(name, value);
  const shown = outcome.returnTo === null ? [resultCookie(result)] : [];
  return withCookies(redirect(url.href), [...deleted, ...shown], cookies);
}

function resultCookie(result: ConnectResult): FlowCookie {
  return {
    ...{ name: RESULT_COOKIE, value: digest(new URLSearchParams(result)) },
    ...{ maxAgeSeconds: RESULT_COOKIE_S, sameSite: 'Lax' },
  };
}

const FAILURES: Readonly<Record<ConnectFailure, string>> = {
  access_denied: 'Consent was not given in HubSpot. Nothing was connected.',
  exchange_failed: 'HubSpot did not accept the consent any more. Start again from the application.',
  portal_mismatch: 'Consent came from another HubSpot portal than the one to be connected. Nothing was changed.',
  hubspot_error: 'HubSpot could not complete the connection. Try again from the application.',
  nothing_to_claim: 'This browser has no install that can be claimed. Connect the portal in the application.',
};

/** A user who completes an attacker's flow would give the attacker access to the portal, so the page warns of it. */
const CONFIRM =
  'This browser is not the one that started. Go on only if you started this yourself: complete the connection in the application with this code. If somebody sent you here, close this window and give the code to nobody: it would open your HubSpot portal to them.';

/**
 * The last page of a flow without a `returnTo`. Anyone can open its URL with any query, so the page shows a result only
 * to
 * the browser that the gateway has redirected with it.
 */
export function resultPage(query: URLSearchParams, cookie: string | undefined): Response {
  if (cookie !== digest(query)) {
    return page(200, 'Back to the application', 'The application shows which HubSpot portals are connected.');
  }
  if (query.get('hubspot') === 'connected') {
    return page(200, 'Connected', 'The HubSpot portal is connected. You can close this window.');
  }
  if (query.get('hubspot') === 'confirm')
    return page(200, 'One more step', CONFIRM, { code: query.get('connection') ?? '' });
  const reason = Object.entries(FAILURES).find(([name]) => name === query.get('reason'));
  return page(400, 'Not connected', reason?.[1] ?? FAILURES.hubspot_error);
}

/** The parameters of the result. The redirect URI can have other parameters. */
const NAMES = ['hubspot', 'installation', 'connection', 'reason'];

function digest(query: URLSearchParams): string {
  return sha256(NAMES.flatMap((name) => query.getAll(name)).join('\n'));
}
