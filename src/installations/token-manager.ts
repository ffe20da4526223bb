import { LRUCache } from 'lru-cache';
import { cacheLimit } from '../lib/cache-limit.ts';
import type { Logger } from '../lib/logging/logger.ts';
import type { PromiseOrValue } from '../lib/promise-or-value.ts';
import { SingleFlight } from '../lib/single-flight.ts';
import type { Priority } from '../lib/slots.ts';
import type { Clock } from '../lib/time/clock.ts';
import type { Installation, InstallationChange } from '../storage/installation-store.ts';
import type { StoredTokens } from '../storage/token-store.ts';
import { forcedPauseMs } from './refresh-policy.ts';
import type { TokenRefresher } from './token-refresher.ts';

/** Tokens kept in memory per process; the others are read from the database again. */
const MAX_CACHED_TOKENS = 10_000;
/** A token that could not be renewed is used on, and tried again no sooner than this. */
const RETRY_PAUSE_MS = 1_000;

/** A viewer who wants a new token gets the one that is there while it is younger. */
const FORCED_AGE_MS = 60_000;

/** A token that was committed to the store before anybody saw it. */
export interface AccessToken {
  readonly value: string;
  /** Rises with every refresh. */
  readonly version: number;
}

interface CachedToken extends AccessToken {
  /** It was read when the grant had this version, or later: a token of one grant serves no call of a later one. */
  readonly grantVersion: number;
  /** All on the monotonic clock: a jump of the wall clock changes nothing. */
  readonly obtainedAt: number;
  /** When HubSpot handed it out, to whichever replica. */
  readonly issuedAt: number;
  readonly usableUntil: number;
  readonly refreshFrom: number;
}

/** A refresh that HubSpot's API forced by refusing a token before its time. */
interface ForcedRefresh {
  /** That was refused. */
  readonly version: number;
  readonly at: number;
  /** How many such refreshes before it, in a row, brought tokens that the API never took. */
  readonly futile: number;
}

/** Of which tokens are asked for. */
interface Wanted {
  /** The version of the tokens that are not good enough. */
  readonly aboveVersion: number;
  /** The version that the grant had when they were asked for, at least. */
  readonly grantVersion: number;
}

export interface TokenManagerOptions {
  readonly exchange: TokenRefresher;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * A usable access token for every call: from memory while it is fresh; used on while it is refreshed ahead of its
 * expiry; waited for only when it is over.
 */
export class TokenManager {
  readonly #options: TokenManagerOptions;
  readonly #cache = new LRUCache<string, CachedToken>(cacheLimit(MAX_CACHED_TOKENS));
  /** The latest version of grants that changed. */
  readonly #grantVersions = new LRUCache<string, number>(cacheLimit(MAX_CACHED_TOKENS));
  readonly #renewing = new SingleFlight<CachedToken>();
  readonly #forced = new LRUCache<string, ForcedRefresh>(cacheLimit(MAX_CACHED_TOKENS));
  /** Tokens that HubSpot's API took. */
  readonly #accepted = new WeakSet<AccessToken>();

  constructor(options: TokenManagerOptions) {
    this.#options = options;
  }

  /** @throws GatewayError REAUTHORIZATION_REQUIRED, NOT_CONNECTED, HUBSPOT_UNAVAILABLE or STORAGE_UNAVAILABLE */
  accessToken(installation: Installation): PromiseOrValue<AccessToken> {
    const cached = this.#cached(installation);
    const now = this.#options.clock.monotonic();
    if (cached && now < cached.refreshFrom) return cached;
    if (!cached || now >= cached.usableUntil) return this.#renew(installation, 0, 'interactive');
    this.#renewInBackground(installation);
    return cached;
  }

  /** What was read of the installation before it changed is used no more, by calls of whatever version of its grant. */
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

  /** HubSpot's API took this token: should it refuse it later, that is news. */
  accepted(token: AccessToken): void {
    this.#accepted.add(token);
  }

  /**
   * HubSpot's API refused `token` before its time. A newer one, refreshed once however many ask; `undefined` when it
   * refused the tokens of the last such refreshes, too, and another one so soon would only make a loop.
   * @param isExpired HubSpot says that it expired, which a newer one has not
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
      // One that is refused while it is new will be refused again; one near its end may just have expired on the way.
      const isNew = cached !== undefined && now < (cached.obtainedAt + cached.usableUntil) / 2;
      const isFutile = forced !== undefined && isNew && !this.#accepted.has(token);
      const futile = isFutile ? forced.futile + 1 : 0;
      if (isFutile && now < forced.at + forcedPauseMs(futile, isExpired)) return undefined;
      this.#forced.set(key, { version, at: now, futile });
    }
    return this.#renew(installation, version, 'interactive');
  }

  /** Exchanges the tokens now, unless a replica has done so within the last minute. */
  async refresh(installation: Installation): Promise<void> {
    // As it is stored: another replica may have a newer one than the cache.
    const { version, issuedAt } = await this.#renew(installation, 0, 'interactive');
    if (this.#options.clock.monotonic() - issuedAt < FORCED_AGE_MS) return;
    await this.#renew(installation, version, 'interactive');
  }

  /** Waits for exchanges that are under way: an answer that is thrown away may be the only copy of a token. */
  async close(): Promise<void> {
    await this.#renewing.settled();
  }

  #renewInBackground(installation: Installation): void {
    this.#renew(installation, 0, 'background').catch((err: unknown) =>
      this.#options.logger.debug({ err, installationId: installation.id }, 'a token was not refreshed ahead'),
    );
  }

  async #renew(installation: Installation, aboveVersion: number, priority: Priority): Promise<CachedToken> {
    const key = keyOf(installation);
    // Interactive callers never join a renewal that waits behind other portals in the background.
    const flight = `${priority} ${aboveVersion} ${installation.grantVersion} ${key}`;
    return this.#renewing.run(flight, async () => {
      for (;;) {
        const grantVersion = Math.max(installation.grantVersion, this.#grantVersions.get(key) ?? 0);
        const tokens = await this.#options.exchange.refresh(installation, aboveVersion, priority);
        // Of a grant that changed meanwhile they may have been read before.
        if (grantVersion < (this.#grantVersions.get(key) ?? 0)) continue;
        return this.#remember(key, tokens, { aboveVersion, grantVersion });
      }
    });
  }

  #remember(key: string, tokens: StoredTokens, { aboveVersion, grantVersion }: Wanted): CachedToken {
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
    // A database that was replaced by an older copy counts from an older version: what is over here goes then.
    const isGood = known && known.version > aboveVersion && now < known.usableUntil;
    if (isGood && known.version > token.version) return known;
    if (known?.version === token.version && this.#accepted.has(known)) this.#accepted.add(token);
    this.#cache.set(key, token);
    return token;
  }
}

function keyOf({ tenantId, id }: Pick<Installation, 'tenantId' | 'id'>): string {
  return `${tenantId}\n${id}`;
}
