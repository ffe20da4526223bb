import { type OAuthClient, OAuthError } from '../../hubspot/oauth/oauth-client.ts';
import type { Logger } from '../../lib/logging/logger.ts';
import type { Clock } from '../../lib/time/clock.ts';
import type { Installation } from '../../storage/installation.ts';
import type { InstallationStore } from '../../storage/installation-store.ts';
import type { InstallationCache } from '../installation-cache.ts';
import { scheduleOf } from '../refresh-policy.ts';
import { AppLevel } from './app-level.ts';
import type { FlowOwner, Flows } from './flows.ts';
import { type RedeemedCode, redeemCode } from './redeem-code.ts';

/** Why a code brought no usable tokens. */
export interface RedemptionFailure {
  readonly failure: 'exchange_failed' | 'hubspot_error';
  /** False when HubSpot certainly has not exchanged the code. */
  readonly mayBeDone: boolean;
}

export interface GrantSaverOptions {
  readonly flows: Flows;
  /** Identical in the authorization and the token request, and never built from a Host header. */
  readonly redirectUri: () => string;
  readonly oauth: OAuthClient;
  readonly installations: InstallationStore;
  readonly installationCache: InstallationCache;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Redeems the codes of consents, and saves their tokens as installations. */
export class GrantSaver {
  readonly #options: GrantSaverOptions;
  readonly #level: AppLevel;

  constructor(options: GrantSaverOptions) {
    this.#options = options;
    this.#level = new AppLevel(options.installations);
  }

  /**
   * @param codeVerifier of flows with PKCE
   * @param tenantId for the log; `undefined` when no tenant is known yet
   */
  async redeem(
    code: string,
    codeVerifier: string | undefined,
    tenantId?: string,
  ): Promise<RedeemedCode | RedemptionFailure> {
    try {
      return (
        (await redeemCode(this.#options, { code, codeVerifier })) ?? { failure: 'exchange_failed', mayBeDone: true }
      );
    } catch (error) {
      if (!(error instanceof OAuthError)) throw error;
      this.#options.logger.warn({ err: error, tenantId }, 'HubSpot did not exchange the authorization code');
      const isRefused = error.kind === 'invalid_grant' || error.kind === 'refused';
      return { failure: isRefused ? 'exchange_failed' : 'hubspot_error', mayBeDone: error.mayBeDone };
    }
  }

  /** Whether the grant is that of one person. @throws GatewayError STORAGE_UNAVAILABLE */
  isUserLevel(identity: RedeemedCode['identity']): Promise<boolean> {
    return this.#level.isUserLevel(identity);
  }

  /**
   * Saves the tokens, with retries until `giveUpAt`, because a code cannot be redeemed again. The grant of a user-level app
   * belongs to the viewer, any other to the tenant.
   */
  async save(owner: FlowOwner, redeemed: RedeemedCode, giveUpAt: number): Promise<Installation> {
    const { tenantId } = owner;
    const { flows, installations, installationCache, logger } = this.#options;
    const { identity, accessToken, refreshToken, expiresInMs } = redeemed;
    const { hubId, hubDomain, user: installedBy, userId, scopes: grantedScopes } = identity;
    const tokens = { ...scheduleOf(expiresInMs), accessToken, refreshToken };
    const facts = { tenantId, hubId, hubDomain, installedBy, userId, grantedScopes, tokens };
    const connect = async () => {
      const viewerId = (await this.isUserLevel(identity)) ? owner.viewerId : null;
      return installations.connect({ ...facts, viewerId });
    };
    const installation = await flows.retryStorage(connect, giveUpAt).catch((err: unknown) => {
      logger.error({ err, tenantId, hubId }, 'the tokens of a consent could not be saved');
      throw err;
    });
    installationCache.changed(installation);
    const { viewerId } = installation;
    logger.info(
      { tenantId, ...(viewerId !== null && { viewerId }), installationId: installation.id, hubId },
      'portal connected',
    );
    return installation;
  }
}
