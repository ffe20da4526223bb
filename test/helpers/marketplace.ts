import type { Browser } from '../../packages/simulator/test/helpers/browser.ts';
import { ALICE, type Stack, type TestViewer } from './stack.ts';

/** The application's page for installs. */
export const INSTALL_URL = 'https://app.example/install?from=hubspot';
export const RETURN_URL = 'https://app-eu1.hubspot.com/app-install/1160452?portalId=1234567';

const CLAIM =
  'mutation ($input: ClaimMarketplaceInstallInput) { claimMarketplaceInstall(input: $input) { claimUrl expiresAt } }';
const AUTHORIZE =
  'mutation ($input: AuthorizeMarketplaceInstallInput!) { authorizeMarketplaceInstall(input: $input) { url expiresAt } }';

/** HubSpot's marketplace beside a stack. */
export class TestMarketplace {
  readonly #stack: Stack;

  constructor(stack: Stack) {
    this.#stack = stack;
  }

  /** A code of a consent in the marketplace, which has no PKCE. */
  code(portalIndex = 0): string {
    const { portals, grants, app } = this.#stack.simulator;
    const portal = portals[portalIndex];
    if (!portal) throw new TypeError(`there is no portal ${portalIndex}`);
    return grants.issueCode(
      { portal, scopes: app.requiredScopes },
      `${this.#stack.url}/oauth/hubspot/callback`,
      undefined,
    );
  }

  /** The redirect URL with these parameters. */
  callback(parameters: Readonly<Record<string, string>>, replica = 0): string {
    return `${this.#stack.urls[replica]}/oauth/hubspot/callback?${new URLSearchParams(parameters)}`;
  }

  /** A viewer who has logged in to the application: the state with which HubSpot goes on. */
  async authorize(browser: Browser, viewer: TestViewer = ALICE, returnUrl = RETURN_URL): Promise<string> {
    const { raw, answer } = await this.#stack.send(AUTHORIZE, { input: { returnUrl } }, viewer, {
      cookie: browser.cookies,
    });
    browser.remember(raw);
    const data = answer.data as { authorizeMarketplaceInstall: { url: string } } | null | undefined;
    if (!data?.authorizeMarketplaceInstall) throw new Error(JSON.stringify(answer.errors));
    return new URL(data.authorizeMarketplaceInstall.url).searchParams.get('state') ?? '';
  }

  /** The last step of an install with a log-in. */
  finalize(browser: Browser, state: string, code = this.code(), returnUrl = RETURN_URL): Promise<Response> {
    return browser.get(this.callback({ step: 'finalize', code, state, returnUrl }));
  }

  /** An install without a log-in. */
  install(browser: Browser, code = this.code(), returnUrl = RETURN_URL): Promise<Response> {
    return browser.get(this.callback({ code, returnUrl }));
  }

  /** A viewer starts a claim in the application; its URL. */
  async startClaim(browser: Browser, viewer: TestViewer = ALICE, replica = 0): Promise<string> {
    const input = { returnTo: 'https://app.example/settings' };
    const headers = { cookie: browser.cookies };
    const { raw, answer } = await this.#stack.send(CLAIM, { input }, viewer, headers, replica);
    browser.remember(raw);
    const data = answer.data as { claimMarketplaceInstall: { claimUrl: string } } | null | undefined;
    if (!data?.claimMarketplaceInstall) throw new Error(JSON.stringify(answer.errors));
    return data.claimMarketplaceInstall.claimUrl;
  }

  /** The person chooses a portal on the page of the claim; where the browser then goes. */
  async choose(browser: Browser, claimUrl: string, portal = '1234567'): Promise<Record<string, string>> {
    const response = await browser.get(`${claimUrl}&portal=${portal}`);
    const location = response.headers.get('location');
    if (location === null) throw new Error(`the page of the claim answered ${response.status}`);
    return Object.fromEntries(new URL(location).searchParams);
  }
}
