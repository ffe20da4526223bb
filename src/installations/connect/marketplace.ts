import { GatewayError } from '../../errors.ts';
import type { FlowCookie } from './flow-cookies.ts';
import type { FlowOwner, Flows } from './flows.ts';
import { acceptHubspotUrl, withState } from './hubspot-url.ts';
import { acceptReturnUrl } from './return-url.ts';
import type { AcceptedInstall, ClaimableInstall, UnclaimedInstalls } from './unclaimed-installs.ts';

/** An install that HubSpot's marketplace goes on with. */
export interface AuthorizedInstall {
  /** HubSpot's URL with the state of the flow. */
  readonly url: string;
  readonly expiresAt: Date;
  /** Bind the flow to this browser. */
  readonly cookies: readonly FlowCookie[];
}

/** The claim of an install that has started. */
export interface StartedClaim {
  /** URL of the gateway on which the person chooses the portal. */
  readonly claimUrl: string;
  readonly expiresAt: Date;
  /** Bind the flow to this browser. */
  readonly cookies: readonly FlowCookie[];
}

export interface MarketplaceOptions {
  readonly flows: Flows;
  readonly unclaimed: UnclaimedInstalls;
  readonly redirectUri: () => string;
  readonly returnUrls: readonly URL[];
  /** The application's page for installs; `undefined` when the app is not listed. */
  readonly installUrl: string | undefined;
  readonly authorizeUrl: string;
}

/**
 * Installs that start in HubSpot's marketplace.
 * https://developers.hubspot.com/docs/apps/developer-platform/list-apps/understand-app-install-flow
 */
export class Marketplace {
  readonly installUrl: string | undefined;
  readonly #options: MarketplaceOptions;

  constructor(options: MarketplaceOptions) {
    this.installUrl = options.installUrl;
    this.#options = options;
  }

  /** The normalised URL of HubSpot to which the browser returns; `undefined` for any other URL. */
  acceptReturnUrl(returnUrl: string): string | undefined {
    return acceptHubspotUrl(returnUrl, this.#options.authorizeUrl);
  }

  /**
   * Starts the flow of an install for a viewer who has logged in to the application.
   * @throws GatewayError BAD_USER_INPUT, RATE_LIMITED or STORAGE_UNAVAILABLE
   */
  async authorize(owner: FlowOwner, returnUrl: string): Promise<AuthorizedInstall> {
    const { flows } = this.#options;
    this.#ensureListed();
    const accepted = this.acceptReturnUrl(returnUrl);
    if (accepted === undefined || withState(accepted, '') === undefined) {
      const message = 'returnUrl is not a URL to which HubSpot returns after an install.';
      throw new GatewayError('BAD_USER_INPUT', message, { argument: 'returnUrl' });
    }
    flows.admit(owner);
    const { state, expiresAt, cookies } = await flows.start(owner, 'install', { installationId: null, returnTo: null });
    return { url: withState(accepted, state) ?? accepted, expiresAt, cookies };
  }

  /**
   * Starts the flow in which a viewer claims an install that was made in the same browser.
   * @throws GatewayError BAD_USER_INPUT, RATE_LIMITED or STORAGE_UNAVAILABLE
   */
  async claim(owner: FlowOwner, returnTo: string | undefined): Promise<StartedClaim> {
    const { flows, redirectUri, returnUrls } = this.#options;
    this.#ensureListed();
    flows.admit(owner);
    const { state, expiresAt, cookies } = await flows.start(owner, 'claim', {
      installationId: null,
      returnTo: returnTo === undefined ? null : acceptReturnUrl(returnTo, returnUrls),
    });
    const url = new URL(redirectUri());
    url.searchParams.set('step', 'claim');
    url.searchParams.set('state', state);
    return { claimUrl: url.href, expiresAt, cookies };
  }

  /** Exchanges the code of an install without a viewer. @throws GatewayError STORAGE_UNAVAILABLE */
  accept(code: string): Promise<AcceptedInstall> {
    return this.#options.unclaimed.accept(code);
  }

  /** The installs that these secrets can claim. @throws GatewayError STORAGE_UNAVAILABLE */
  claimable(claimSecrets: readonly string[]): Promise<ClaimableInstall[]> {
    return this.#options.unclaimed.find(claimSecrets);
  }

  #ensureListed(): void {
    if (this.installUrl !== undefined) return;
    const message = "The gateway takes no installs from HubSpot's marketplace. Its operator must set INSTALL_URL.";
    throw new GatewayError('BAD_USER_INPUT', message, {});
  }
}
