import type { CallbackAnswer, ConnectFlow } from '../../installations/connect/connect.ts';
import type { Marketplace } from '../../installations/connect/marketplace.ts';
import { isRepeated, isSecret, type Refuse } from './callback-parameters.ts';
import { answerWithResult } from './connect-result.ts';
import { type Cookies, withCookies } from './cookies.ts';
import { page } from './pages.ts';

export interface ClaimOptions {
  readonly connect: Pick<ConnectFlow, 'callback' | 'cookies'>;
  readonly marketplace: Pick<Marketplace, 'claimable' | 'installUrl'>;
  readonly callbackUrl: () => string;
}

/** The parameter with the chosen portal. */
const PORTAL = 'portal';

const CHOOSE =
  "The application was installed from HubSpot's marketplace in this browser. Choose the portal that your account in the application will read and write. If you do not know the portal, or somebody sent you here, cancel.";

/**
 * The page on which a viewer claims an install from HubSpot's marketplace. Its cookies prove that the install was made in
 * this browser. The person sees the portal and who installed the app before they decide, because a link from somebody
 * else can have left an install of another portal in the browser.
 */
export function createClaimPage({ connect, marketplace, callbackUrl }: ClaimOptions, refuse: Refuse) {
  return async (query: URLSearchParams, cookies: Cookies): Promise<Response> => {
    if (marketplace.installUrl === undefined) return refuse('not_listed');
    if (isRepeated(query, ['step', 'state', PORTAL])) return refuse('repeated_parameter');
    const state = query.get('state') ?? '';
    if (!isSecret(state)) return refuse(state === '' ? 'no_state' : 'malformed_state');

    const held = connect.cookies.ofKind('claim', cookies.all);
    const installs = await marketplace.claimable(held.map(({ value }) => value));
    const choice = query.get(PORTAL);
    const chosen = installs.find(({ hubId }) => String(hubId) === choice);
    if (installs.length > 0 && choice === null) {
      const buttons = installs.map(({ hubId, hubDomain, installedBy }) => ({
        value: String(hubId),
        text: `Connect ${hubDomain ?? 'portal'} (${hubId})${installedBy === null ? '' : `, installed by ${installedBy}`}`,
      }));
      const fields = [...query].filter(([name]) => name !== PORTAL);
      const form = { fields, name: PORTAL, buttons: [...buttons, { value: 'none', text: 'Cancel' }] };
      return page(200, 'Connect a HubSpot portal', CHOOSE, { form });
    }
    const name = connect.cookies.nameFor(state);
    const outcome = await connect.callback(state, answerFor(chosen, installs.length), cookies.read(name), 'claim');
    const deleted = [connect.cookies.deletion(name)];
    if (outcome.kind === 'invalid') return withCookies(refuse('unknown_state'), deleted, cookies);
    const claimed = outcome.kind === 'connected' ? held.filter(({ value }) => value === chosen?.claimSecret) : [];
    deleted.push(...claimed.map((cookie) => connect.cookies.deletion(cookie.name)));
    return answerWithResult(outcome, callbackUrl(), deleted, cookies);
  };
}

function answerFor(chosen: { readonly claimSecret: string } | undefined, found: number): CallbackAnswer {
  if (chosen) return { code: chosen.claimSecret };
  return { failure: found === 0 ? 'nothing_to_claim' : 'access_denied' };
}
