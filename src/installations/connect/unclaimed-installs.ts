import { Allowance } from '../../lib/allowance.ts';
import type { Logger } from '../../lib/logging/logger.ts';
import { sha256 } from '../../lib/secret.ts';
import type { Clock } from '../../lib/time/clock.ts';
import type { Installation } from '../../storage/installation.ts';
import type { MarketplaceInstallStore, UnclaimedInstall } from '../../storage/marketplace-install-store.ts';
import type { InstallationCache } from '../installation-cache.ts';
import { scheduleOf } from '../refresh-policy.ts';
import type { FlowCookie } from './flow-cookies.ts';
import type { FlowOwner, Flows } from './flows.ts';
import type { GrantSaver } from './grant-saver.ts';

/** Time for the person to sign up at the application. */
const CLAIM_TTL_MS = 24 * 60 * 60 * 1000;
/** How long a code is remembered after its grant was claimed. HubSpot's codes are valid for minutes only. */
const REMEMBER_MS = 60 * 60 * 1000;
/** Codes that this process exchanges in a minute. Anybody can send one, and each costs two HubSpot calls. */
const MAX_CODES = 120;
const CODES_WINDOW_MS = 60_000;
/** Exchanges at the same time in this process, so that a flood leaves HubSpot's connections to others. */
const MAX_IN_FLIGHT = 10;
const IN_FLIGHT_RETRY_MS = 1_000;
/** Time from a code to the stored grant. The browser shows a blank page meanwhile. */
const ACCEPT_MS = 9_000;

/** The result of a code. `cookie` proves that the install was made in this browser. */
export type AcceptedInstall =
  | { readonly kind: 'kept'; readonly cookie: FlowCookie }
  | { readonly kind: 'used' }
  | { readonly kind: 'full' }
  | { readonly kind: 'busy'; readonly retryAfterMs: number }
  | { readonly kind: 'failed'; readonly reason: 'exchange_failed' | 'hubspot_error' };

/** An install that this browser can claim. */
export type ClaimableInstall = Pick<UnclaimedInstall, 'hubId' | 'hubDomain' | 'installedBy'> & {
  readonly claimSecret: string;
};

export interface UnclaimedInstallsOptions {
  readonly flows: Flows;
  readonly grants: GrantSaver;
  readonly store: MarketplaceInstallStore;
  readonly installationCache: InstallationCache;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Grants of installs from HubSpot's marketplace, which come without a viewer, until a viewer claims them. */
export class UnclaimedInstalls {
  readonly #options: UnclaimedInstallsOptions;
  readonly #codes: Allowance;
  #inFlight = 0;

  constructor(options: UnclaimedInstallsOptions) {
    this.#options = options;
    this.#codes = new Allowance({ clock: options.clock, max: MAX_CODES, windowMs: CODES_WINDOW_MS });
  }

  /** Exchanges a code once, and keeps the grant. @throws GatewayError STORAGE_UNAVAILABLE */
  async accept(code: string): Promise<AcceptedInstall> {
    if (this.#inFlight >= MAX_IN_FLIGHT) return { kind: 'busy', retryAfterMs: IN_FLIGHT_RETRY_MS };
    const retryAfterMs = this.#codes.take('');
    if (retryAfterMs > 0) return { kind: 'busy', retryAfterMs };
    this.#inFlight += 1;
    return this.#accept(code).finally(() => {
      this.#inFlight -= 1;
    });
  }

  async #accept(code: string): Promise<AcceptedInstall> {
    const { flows, grants, store, clock, logger } = this.#options;
    const giveUpAt = clock.monotonic() + ACCEPT_MS;
    const codeHash = sha256(code);
    const cookie = flows.cookies.create(codeHash, CLAIM_TTL_MS, 'claim');
    const reserved = await flows.retryStorage(() => store.reserve(code, cookie.value, CLAIM_TTL_MS));
    if (reserved === 'used' || reserved === 'full') return { kind: reserved };
    const redeemed = await grants.redeem(code, undefined);
    if ('failure' in redeemed) {
      if (!redeemed.mayBeDone) await flows.retryStorage(() => store.release(code), giveUpAt);
      return { kind: 'failed', reason: redeemed.failure };
    }
    const { identity, accessToken, refreshToken, expiresInMs } = redeemed;
    const { hubId, hubDomain, user: installedBy, userId, scopes: grantedScopes } = identity;
    const facts = { codeHash, hubId, hubDomain, installedBy, userId, grantedScopes };
    const keep = async () => {
      const isUserLevel = await grants.isUserLevel(identity);
      return store.keep({ ...facts, isUserLevel, accessToken, refreshToken, expiresInMs });
    };
    await flows.retryStorage(keep, giveUpAt).catch((err: unknown) => {
      logger.error({ err, hubId }, 'the tokens of an install could not be saved');
      throw err;
    });
    logger.info({ hubId }, "the app was installed from HubSpot's marketplace: a viewer can claim it");
    return { kind: 'kept', cookie };
  }

  /** The installs that these secrets can claim: the newest one of each portal. @throws GatewayError STORAGE_UNAVAILABLE */
  async find(claimSecrets: readonly string[]): Promise<ClaimableInstall[]> {
    const { flows, store } = this.#options;
    const found = await flows.retryStorage(() => store.find(claimSecrets));
    return [...new Map(found.map((install) => [install.hubId, install])).values()];
  }

  /**
   * Connects the portal of an install for a tenant, or for the viewer in a user-level app, like a consent. `undefined` when
   * the install is unknown, claimed or expired.
   * @throws GatewayError STORAGE_UNAVAILABLE
   */
  async claim({ tenantId, viewerId }: FlowOwner, claimSecret: string): Promise<Installation | undefined> {
    const { flows, store, installationCache, logger } = this.#options;
    const installation = await flows.retryStorage(async () => {
      const [install] = await store.find([claimSecret]);
      if (!install) return undefined;
      const { codeHash, hubId, hubDomain, installedBy, userId, isUserLevel, grantedScopes } = install;
      const { accessToken, refreshToken } = install;
      const tokens = { ...scheduleOf(install.expiresInMs), accessToken, refreshToken };
      const holder = { tenantId, viewerId: isUserLevel ? viewerId : null };
      const grant = { ...holder, hubId, hubDomain, installedBy, userId, grantedScopes, tokens };
      return store.claim(codeHash, grant, REMEMBER_MS);
    });
    if (!installation) return undefined;
    installationCache.changed(installation);
    const { id: installationId, hubId } = installation;
    logger.info({ tenantId, installationId, hubId }, 'portal connected');
    return installation;
  }
}
