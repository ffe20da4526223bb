import { LRUCache } from 'lru-cache';
import { GatewayError } from '../errors.ts';
import { type OAuthClient, OAuthError, type TokenAnswer } from '../hubspot/oauth.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { Metrics } from '../lib/metrics.ts';
import { SingleFlight } from '../lib/single-flight.ts';
import type { Installation, InstallationStore, StoredTokens } from '../storage/installation-store.ts';

/** An access token is not used in its last seconds: it would expire on the way. */
const SAFETY_MARGIN_MS = 5_000;
/** Refreshing begins when this share of the known life is left, spread by jitter so that portals do not queue up. */
const REFRESH_AHEAD = { from: 0.2, to: 0.1 };
/** Tokens kept in memory per process; the others are read from the database again. */
const MAX_CACHED_TOKENS = 10_000;

/** A token that was committed to the store before anybody saw it. */
export interface AccessToken {
  readonly value: string;
  /** Rises with every refresh. */
  readonly version: number;
}

interface CachedToken extends AccessToken {
  /** On the monotonic clock. */
  readonly usableUntil: number;
  readonly refreshFrom: number;
}

export interface TokenManagerOptions {
  readonly installations: InstallationStore;
  readonly oauth: OAuthClient;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'tokenRefreshes'>;
}

/** A usable access token for every call: served from memory, refreshed ahead of its expiry, once however many ask. */
export class TokenManager {
  readonly #options: TokenManagerOptions;
  readonly #cache = new LRUCache<string, CachedToken>({ max: MAX_CACHED_TOKENS });
  readonly #refreshing = new SingleFlight<CachedToken>();

  constructor(options: TokenManagerOptions) {
    this.#options = options;
  }

  /** @throws GatewayError REAUTHORIZATION_REQUIRED or HUBSPOT_UNAVAILABLE */
  async accessToken(installation: Installation): Promise<AccessToken> {
    const key = cacheKey(installation);
    const cached = this.#cache.get(key);
    const now = this.#options.clock.monotonic();
    if (cached && now < cached.refreshFrom) return cached;
    const refreshed = this.#refreshing.run(key, () => this.#renew(installation, key));
    if (!cached || now >= cached.usableUntil) return refreshed;
    refreshed.catch((err: unknown) =>
      this.#options.logger.warn({ err, installationId: installation.id }, 'refresh failed'),
    );
    return cached;
  }

  /** Waits for exchanges that are under way: an answer that is thrown away may be the only copy of a token. */
  async close(): Promise<void> {
    await this.#refreshing.settled();
  }

  async #renew(installation: Installation, key: string): Promise<CachedToken> {
    const stored = await this.#options.installations.tokens(installation);
    if (!stored) throw reauthorizationRequired(installation);
    const known = this.#remember(key, stored);
    // Another process may have been here first: what is stored can be fresher than what is in memory.
    if (this.#options.clock.monotonic() < known.refreshFrom) return known;
    return this.#remember(key, await this.#exchange(installation, stored));
  }

  async #exchange(installation: Installation, stored: StoredTokens): Promise<StoredTokens> {
    const { installations, logger } = this.#options;
    const answer = await this.#refresh(installation, stored.refreshToken);
    const tokens = { ...answer, refreshToken: answer.refreshToken ?? stored.refreshToken };
    if (await installations.saveTokens(installation, stored.version, tokens)) {
      logger.debug({ installationId: installation.id, version: stored.version + 1 }, 'access token refreshed');
      return { ...tokens, version: stored.version + 1 };
    }
    // Somebody saved before us: theirs is the truth, ours is dropped.
    const winner = await installations.tokens(installation);
    if (!winner) throw reauthorizationRequired(installation);
    return winner;
  }

  async #refresh(installation: Installation, refreshToken: string): Promise<TokenAnswer> {
    const { oauth, metrics } = this.#options;
    try {
      const answer = await oauth.refresh(refreshToken);
      metrics.tokenRefreshes.inc({ outcome: 'success' });
      return answer;
    } catch (error) {
      if (!(error instanceof OAuthError)) throw error;
      metrics.tokenRefreshes.inc({ outcome: error.kind });
      if (error.kind === 'invalid_grant') throw reauthorizationRequired(installation, error);
      throw new GatewayError(
        'HUBSPOT_UNAVAILABLE',
        'HubSpot did not renew the access token.',
        error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs },
        { cause: error },
      );
    }
  }

  #remember(key: string, { accessToken, version, expiresInMs }: StoredTokens): CachedToken {
    const now = this.#options.clock.monotonic();
    const share = REFRESH_AHEAD.from + Math.random() * (REFRESH_AHEAD.to - REFRESH_AHEAD.from);
    const usableUntil = now + expiresInMs - SAFETY_MARGIN_MS;
    const token = {
      value: accessToken,
      version,
      usableUntil,
      refreshFrom: Math.min(usableUntil, now + expiresInMs * (1 - share)),
    };
    this.#cache.set(key, token);
    return token;
  }
}

/** A token of one grant never serves a call that was decided under another: after a step-up it would lack the scope. */
function cacheKey({ tenantId, id, grantVersion }: Installation): string {
  return `${tenantId}\n${id}\n${grantVersion}`;
}

export function reauthorizationRequired(installation: Installation, cause?: unknown): GatewayError {
  return new GatewayError(
    'REAUTHORIZATION_REQUIRED',
    'HubSpot does not accept the consent for this portal any more. Connect it again.',
    {
      installationId: installation.id,
      reason: installation.statusReason,
      remedy: {
        mutation: 'connectHubSpot',
        input: { installationId: installation.id, scopes: installation.grantedScopes },
      },
    },
    { cause },
  );
}
