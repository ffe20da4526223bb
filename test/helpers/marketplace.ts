import type { Browser } from './browser.ts';
import { ALICE, type Stack, type TestViewer } from './stack.ts';

/** The application's page for installs. */
export const INSTALL_URL = 'https://app.example/install?from=hubspot';
export const RETURN_URL = 'https://app-eu1.hubspot.com/app-install/1160452?portalId=1234567';

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
}
