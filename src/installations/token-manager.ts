import { LRUCache } from 'lru-cache';
import { cacheLimit } from '../lib/cache-limit.ts';
import type { Logger } from '../lib/logging/logger.ts';
import type { PromiseOrValue } from '../lib/promise-or-value.ts';
import type { Priority } from '../lib/semaphore.ts';
import { SingleFlight } from '../lib/single-flight.ts';
import type { Clock } from '../lib/time/clock.ts';
import type { Installation, InstallationChange } from '../storage/installation.ts';
import type { StoredTokens } from '../storage/token-store.ts';
import { forcedPauseMs } from './refresh-policy.ts';
import type { TokenRefresher } from './token-refresher.ts';

/** Tokens kept in memory per process; the others are read from the database again. */
const MAX_CACHED_TOKENS = 10_000;
/** Time between two attempts to refresh a token that is still usable. */
const RETRY_PAUSE_MS = 1_000;

/** A forced refresh returns the present token while it is younger. */
const FORCED_AGE_MS = 60_000;

/** An access token. It was stored before its first use. */
export interface AccessToken {
  readonly value: string;
  /** Rises with every refresh. */
  readonly version: number;
}

interface CachedToken extends AccessToken {
  /** The grant version, or a later one, when the token was read. Calls under a later version do not use the token. */
  readonly grantVersion: number;
  /** All on the monotonic clock, which does not jump. */
  readonly obtainedAt: number;
  /** When HubSpot issued it to this or another replica. */
  readonly issuedAt: number;
  readonly usableUntil: number;
  readonly refreshFrom: number;
}

/** A refresh after HubSpot's API had refused a token that was not due. */
interface ForcedRefresh {
  /** Of the refused token. */
  readonly version: number;
  readonly at: number;
  /** Consecutive forced refreshes before it whose tokens the API never accepted. */
  readonly futile: number;
}

/** The conditions for requested tokens. */
interface RequestedTokens {
  /** Only newer versions are acceptable. */
  readonly aboveVersion: number;
  /** The least grant version at the time of the request. */
  readonly grantVersion: number;
}

export interface TokenManagerOptions {
  readonly refresher: TokenRefresher;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Provides access tokens for calls. A fresh token comes from memory. A token near its expiry is used while it is refreshed
 * in the background. Calls wait for a refresh only when no usable token is left.
 */
export class TokenManager {
  readonly #options: TokenManagerOptions;
  readonly #cache = new LRUCache<string, CachedToken>(cacheLimit(MAX_CACHED_TOKENS));
  /** The latest versions of changed grants. */
  readonly #grantVersions = new LRUCache<string, number>(cacheLimit(MAX_CACHED_TOKENS));
  readonly #refreshing = new SingleFlight<CachedToken>();
  readonly #forced = new LRUCache<string, ForcedRefresh>(cacheLimit(MAX_CACHED_TOKENS));
  /** Tokens that HubSpot's API has accepted. */
  readonly #accepted = new WeakSet<AccessToken>();

  constructor(options: TokenManagerOptions) {
    this.#options = options;
  }

  /** @throws GatewayError REAUTHORIZATION_REQUIRED, NOT_CONNECTED, HUBSPOT_UNAVAILABLE or STORAGE_UNAVAILABLE */
  accessToken(installation: Installation): PromiseOrValue<AccessToken> {
    const cached = this.#cached(installation);
    const now = this.#options.clock.monotonic();
    if (cached && now < cached.refreshFrom) return cached;
    if (!cached || now >= cached.usableUntil) return this.#refresh(installation, 0, 'interactive');
    this.#refreshInBackground(installation);
    return cached;
  }

  /** Drops a token that was read before the change of the installation. */
  changed(change: InstallationChange): void {
    const key = keyOf(change);
    if (change.grantVersion <= (this.#grantVersions.get(key) ?? 0)) return;
    this.#grantVersions.set(key, change.grantVersion);
    const cached = this.#cache.get(key);
    if (cached && cached.grantVersion < change.grantVersion) this.#cache.delete(key);
  }

  #cached(installation: Installation): CachedToken | undefined {
    const cached = this.#cache.get(keyOf(installation));
    return cached && cached.grantVersion >= installation.grantVersion ? cached : undefined;
  }

  /** HubSpot's API has accepted this token, so a later refusal justifies a refresh. */
  accepted(token: AccessToken): void {
    this.#accepted.add(token);
  }

  /**
   * Resolves with a newer token after HubSpot's API has refused `token` early. Concurrent calls share one refresh.
   * `undefined` when the API also refused the tokens of the last such refreshes, so that an immediate refresh would loop.
   * @param isExpired HubSpot reports that the token has expired
   */
  async replacement(
    installation: Installation,
    token: AccessToken,
    isExpired: boolean,
  ): Promise<AccessToken | undefined> {
    const key = keyOf(installation);
    const { version } = token;
    const cached = this.#cached(installation);
    if (cached && cached.version > version) return cached;
    const now = this.#options.clock.monotonic();
    const forced = this.#forced.get(key);
    if (forced?.version !== version) {
      // A refused token that is new will probably be refused again. One near its end may have expired in transit.
      const isNew = cached !== undefined && now < (cached.obtainedAt + cached.usableUntil) / 2;
      const isFutile = forced !== undefined && isNew && !this.#accepted.has(token);
      const futile = isFutile ? forced.futile + 1 : 0;
      if (isFutile && now < forced.at + forcedPauseMs(futile, isExpired)) return undefined;
      this.#forced.set(key, { version, at: now, futile });
    }
    return this.#refresh(installation, version, 'interactive');
  }

  /** Refreshes the tokens now, unless a replica has done so within the last minute. */
  async refresh(installation: Installation): Promise<void> {
    // Reads the stored token, because another replica can have saved a newer one than the cached one.
    const { version, issuedAt } = await this.#refresh(installation, 0, 'interactive');
    if (this.#options.clock.monotonic() - issuedAt < FORCED_AGE_MS) return;
    await this.#refresh(installation, version, 'interactive');
  }

  /** Waits for refreshes in flight, because a lost answer can be the only copy of a token. */
  async close(): Promise<void> {
    await this.#refreshing.settled();
  }

  #refreshInBackground(installation: Installation): void {
    this.#refresh(installation, 0, 'background').catch((err: unknown) =>
      this.#options.logger.debug({ err, installationId: installation.id }, 'a token was not refreshed ahead'),
    );
  }

  async #refresh(installation: Installation, aboveVersion: number, priority: Priority): Promise<CachedToken> {
    const key = keyOf(installation);
    // Interactive callers do not join a background refresh, which can wait behind those of other portals.
    const flight = `${priority} ${aboveVersion} ${installation.grantVersion} ${key}`;
    return this.#refreshing.run(flight, async () => {
      for (;;) {
        const grantVersion = Math.max(installation.grantVersion, this.#grantVersions.get(key) ?? 0);
        const tokens = await this.#options.refresher.refresh(installation, aboveVersion, priority);
        // The tokens can be older than a change of the grant that happened meanwhile.
        if (grantVersion < (this.#grantVersions.get(key) ?? 0)) continue;
        return this.#remember(key, tokens, { aboveVersion, grantVersion });
      }
    });
  }

  #remember(key: string, tokens: StoredTokens, { aboveVersion, grantVersion }: RequestedTokens): CachedToken {
    const now = this.#options.clock.monotonic();
    const pause = Math.max(tokens.refreshInMs, tokens.retryInMs, RETRY_PAUSE_MS);
    const token = {
      value: tokens.accessToken,
      version: tokens.version,
      grantVersion,
      obtainedAt: now,
      issuedAt: now - tokens.ageMs,
      usableUntil: now + tokens.usableForMs,
      refreshFrom: now + (tokens.refreshInMs > 0 ? tokens.refreshInMs : Math.min(pause, tokens.usableForMs)),
    };
    const known = this.#cache.get(key);
    // After a restore from a backup, stored versions are lower. An expired token does not block them.
    const isUsable = known && known.version > aboveVersion && now < known.usableUntil;
    if (isUsable && known.version > token.version) return known;
    if (known?.version === token.version && this.#accepted.has(known)) this.#accepted.add(token);
    this.#cache.set(key, token);
    return token;
  }
}

function keyOf({ tenantId, id }: Pick<Installation, 'tenantId' | 'id'>): string {
  return `${tenantId}\n${id}`;
}
