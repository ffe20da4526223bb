import { GatewayError, isGatewayError } from '../errors.ts';
import { type OAuthClient, OAuthError, type TokenAnswer } from '../hubspot/oauth/oauth-client.ts';
import { CircuitBreaker } from '../lib/circuit-breaker.ts';
import type { Alert } from '../lib/logging/alert.ts';
import type { Logger } from '../lib/logging/logger.ts';
import type { Metrics } from '../lib/metrics.ts';
import { type Priority, Semaphore } from '../lib/semaphore.ts';
import { type Clock, sleep } from '../lib/time/clock.ts';
import { repeat } from '../lib/time/repeat.ts';
import { DecryptionError } from '../storage/encryption/token-cipher.ts';
import type { Installation } from '../storage/installation.ts';
import type { IssuedTokens, StoredTokens, TokenStore } from '../storage/token-store.ts';
import { type GrantMonitor, tokensUnreadable } from './grant-monitor.ts';
import { RefreshLease } from './refresh-lease.ts';
import { backoffMs, scheduleOf } from './refresh-policy.ts';
import { revokeWithRetry } from './retrying-oauth.ts';
import { TokenVersions } from './token-versions.ts';

/** Timeout of the wait for another replica's refresh. */
const WAIT_MS = 25_000;
const POLL_MS = { from: 20, to: 100 };
/** Concurrent token requests per replica. */
const MAX_CALLS = 10;
/** Retries of a failed save last this long. The tokens stay in memory meanwhile. */
const COMMIT_RETRY_MS = 45_000;
const COMMIT_PAUSE_MS = 250;
/** The same during a shutdown, which a database that hangs must not delay. */
const LAST_COMMIT_RETRY_MS = 4_000;
/** Retries of the revocation of tokens that are not stored last this long. */
const DISCARD_RETRY_MS = 3_000;
/** The next attempt after an answer with tokens of another portal. */
const SUSPICIOUS_PAUSE_MS = 60_000;
/** The replica raises an alert after this many consecutive invalid answers. */
const ALERT_AFTER = 3;

export interface TokenRefresherOptions {
  readonly tokens: TokenStore;
  readonly grants: GrantMonitor;
  readonly oauth: OAuthClient;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'tokenRefreshes' | 'watchTokenRefreshes'>;
  readonly alert: Alert;
}

/** The tokens to refresh, and the lease on their refresh. */
interface ClaimedTokens extends StoredTokens {
  readonly lease: RefreshLease;
}

/**
 * Refreshes tokens once for all replicas: the replica that claims the lease calls HubSpot, and the others wait and read
 * the tokens again. No transaction is open during the call. No call uses a token before it is saved.
 */
export class TokenRefresher {
  readonly #options: TokenRefresherOptions;
  readonly #permits = new Semaphore(MAX_CALLS);
  readonly #breaker: CircuitBreaker;
  #stoppingSince: number | undefined;
  readonly #versions: TokenVersions;

  constructor(options: TokenRefresherOptions) {
    this.#options = options;
    this.#versions = new TokenVersions(options.logger);
    this.#breaker = new CircuitBreaker(options.clock);
    options.metrics.watchTokenRefreshes(this.#permits);
  }

  /** The process will end soon: shortens the retries of failed saves. */
  stopSoon(): void {
    this.#stoppingSince ??= this.#options.clock.monotonic();
  }

  /**
   * Resolves with fresh tokens newer than `aboveVersion`. While HubSpot cannot refresh them, it resolves with tokens that
   * are due but still usable.
   * @throws GatewayError REAUTHORIZATION_REQUIRED, HUBSPOT_UNAVAILABLE or STORAGE_UNAVAILABLE
   */
  async refresh(installation: Installation, aboveVersion: number, priority: Priority): Promise<StoredTokens> {
    const { clock } = this.#options;
    const giveUpAt = clock.monotonic() + WAIT_MS;
    for (;;) {
      const outcome = await this.#permits.run(priority, () =>
        this.#attempt(installation, aboveVersion).catch((error: unknown) => {
          throw error instanceof DecryptionError ? tokensUnreadable(installation) : error;
        }),
      );
      if (typeof outcome !== 'number') return outcome;
      if (clock.monotonic() >= giveUpAt) throw notRefreshed(outcome);
      await sleep(clock, POLL_MS.from + Math.random() * (POLL_MS.to - POLL_MS.from));
    }
  }

  /** Tokens, or the remaining milliseconds of another replica's lease. */
  async #attempt(installation: Installation, aboveVersion: number): Promise<StoredTokens | number> {
    const { tokens, grants } = this.#options;
    const stored = await tokens.read(installation);
    if (!stored) throw await grants.lost(installation);
    const isOlder = this.#versions.isOlder(installation, stored.version);
    if (stored.version > aboveVersion && stored.refreshInMs > 0) return stored;
    // A lost grant keeps its tokens and their last lease, so it is checked before the lease.
    const over = await grants.over(installation);
    if (over) throw over;

    const fallback = stored.version > aboveVersion && stored.usableForMs > 0 ? stored : undefined;
    if (stored.retryInMs > 0) return orElse(fallback, stored.retryInMs);
    if (stored.leasedForMs > 0) return fallback ?? stored.leasedForMs;
    const breakerMs = this.#breaker.tryPass();
    if (breakerMs > 0) return orElse(fallback, breakerMs);
    const lease = await this.#claim(installation, stored, fallback);
    if (!lease) {
      this.#breaker.notCalled();
      return fallback ?? POLL_MS.from;
    }
    // HubSpot may have replaced the refresh token in a refresh that the database has lost.
    const claimed = { ...stored, lease, inDoubt: stored.inDoubt || isOlder };
    const outcome = await this.#request(installation, claimed, stored.refreshToken).finally(() => lease.end());
    if (outcome === 'outdated') return this.#attempt(installation, aboveVersion);
    return typeof outcome === 'number' ? orElse(fallback, outcome) : outcome;
  }

  /** Also `undefined` when the database accepts no writes and `fallback` is usable. */
  async #claim(
    installation: Installation,
    { version }: StoredTokens,
    fallback: StoredTokens | undefined,
  ): Promise<RefreshLease | undefined> {
    try {
      return await RefreshLease.claim(installation, version, this.#options);
    } catch (error) {
      this.#breaker.notCalled();
      if (!fallback || !isGatewayError(error, 'STORAGE_UNAVAILABLE')) throw error;
      return undefined;
    }
  }

  /** New tokens, the milliseconds until the next attempt, or `outdated` when another replica has saved tokens meanwhile. */
  async #request(
    installation: Installation,
    stored: ClaimedTokens,
    refreshToken: string,
  ): Promise<StoredTokens | number | 'outdated'> {
    const { oauth, clock, metrics, tokens, grants, logger, alert } = this.#options;
    const startedAt = clock.monotonic();
    let answer: TokenAnswer;
    try {
      answer = await oauth.refresh(refreshToken);
    } catch (error) {
      if (!(error instanceof OAuthError)) throw error;
      metrics.tokenRefreshes.inc({ outcome: error.kind });
      return this.#failed(installation, stored, refreshToken, error);
    }
    this.#breaker.succeeded();
    if (answer.hubId !== undefined && answer.hubId !== installation.hubId) {
      metrics.tokenRefreshes.inc({ outcome: 'other_portal' });
      alert('other_portal', 'HubSpot refreshed a token for another portal', { installationId: installation.id });
      return this.#release(installation, stored, SUSPICIOUS_PAUSE_MS, true);
    }
    metrics.tokenRefreshes.inc({ outcome: 'success' });
    const rotated = answer.refreshToken !== undefined && answer.refreshToken !== refreshToken;
    const pair = { accessToken: answer.accessToken, refreshToken: answer.refreshToken ?? refreshToken };
    // The time for the request and the save counts against the lifetime of the token.
    const issued = (): IssuedTokens => ({
      ...scheduleOf(answer.expiresInMs - (clock.monotonic() - startedAt)),
      ...pair,
    });
    const saved = await this.#commit(installation, () =>
      tokens.save(installation, stored.version, issued, rotated ? refreshToken : undefined),
    );
    if (!saved) {
      if (rotated) await this.#discard(installation, pair.refreshToken);
      return 'outdated';
    }
    this.#versions.saved(installation, stored.version + 1);
    // Another replica may have marked the grant as lost, since this lease can expire unnoticed.
    await this.#commit(installation, () => grants.recovered(installation));
    grants.noticeScopes(installation, answer.scopes, pair.accessToken);
    logger.debug({ installationId: installation.id, version: stored.version + 1 }, 'access token refreshed');
    return { ...stored, ...issued(), ageMs: 0, version: stored.version + 1 };
  }

  async #failed(
    installation: Installation,
    stored: ClaimedTokens,
    refreshToken: string,
    error: OAuthError,
  ): Promise<StoredTokens | number | 'outdated'> {
    const { tokens, grants, logger, alert } = this.#options;
    const facts = { err: error, installationId: installation.id };
    if (error.kind === 'invalid_grant') {
      this.#breaker.succeeded();
      const current = await tokens.read(installation);
      if (current?.version !== stored.version) return 'outdated';
      // HubSpot may still know the previous refresh token.
      const previous = stored.previousRefreshToken;
      if (previous !== undefined && previous !== refreshToken) return this.#request(installation, stored, previous);
      const lost = await grants.expire(installation, stored.version, stored.inDoubt ? 'LOST_ROTATION' : 'REVOKED');
      if (!lost) return 'outdated';
      throw lost;
    }
    if (error.kind === 'invalid_client') {
      this.#breaker.open();
      alert('app_credentials', "HubSpot does not accept the app's own credentials", facts);
      return this.#release(installation, stored, 0, stored.inDoubt);
    }
    if (error.kind === 'unavailable') this.#breaker.failed();
    else this.#breaker.notCalled();
    const failures = stored.failures + 1;
    if (error.kind === 'refused' || (error.isUnreadable && failures >= ALERT_AFTER)) {
      alert('bad_token_answer', 'HubSpot answers token refreshes with invalid answers', { ...facts, failures });
    } else logger.warn({ ...facts, failures }, 'HubSpot did not refresh a token');
    return this.#release(installation, stored, backoffMs(error, failures), stored.inDoubt || error.mayBeDone);
  }

  /** Revokes tokens that could not be saved because the installation was disconnected meanwhile. */
  async #discard(installation: Installation, refreshToken: string): Promise<void> {
    const { tokens, oauth, clock, logger } = this.#options;
    if (await tokens.read(installation)) return;
    const retryOptions = { oauth, clock, giveUpAt: clock.monotonic() + DISCARD_RETRY_MS };
    await revokeWithRetry(retryOptions, refreshToken).catch((err: unknown) => {
      logger.warn({ err, installationId: installation.id }, 'tokens of a disconnected installation were not revoked');
    });
  }

  async #release(
    installation: Installation,
    { version, lease }: ClaimedTokens,
    retryInMs: number,
    inDoubt: boolean,
  ): Promise<number> {
    await this.#options.tokens.fail(installation, version, lease.owner, { retryInMs, inDoubt });
    return Math.max(retryInMs, 1_000);
  }

  /** Retries only the save, never the refresh: the answer can be the only copy of the tokens. */
  #commit<T>(installation: Installation, save: () => Promise<T>): Promise<T> {
    const { clock, logger } = this.#options;
    const startedAt = clock.monotonic();
    return repeat(clock, save, (err) => {
      if (clock.monotonic() >= this.#giveUpAt(startedAt)) {
        logger.error(
          { err, installationId: installation.id },
          'the outcome of a token refresh could not be saved in time',
        );
        return undefined;
      }
      if (!isGatewayError(err, 'STORAGE_UNAVAILABLE'))
        logger.warn({ err }, 'refreshed tokens could not be saved: the gateway tries again');
      return COMMIT_PAUSE_MS;
    });
  }

  /** The end of the retries of a save that started at `startedAt`. */
  #giveUpAt(startedAt: number): number {
    const giveUpAt = startedAt + COMMIT_RETRY_MS;
    if (this.#stoppingSince === undefined) return giveUpAt;
    return Math.min(giveUpAt, Math.max(startedAt, this.#stoppingSince) + LAST_COMMIT_RETRY_MS);
  }
}

function orElse(fallback: StoredTokens | undefined, retryAfterMs: number): StoredTokens {
  if (fallback) return fallback;
  throw notRefreshed(retryAfterMs);
}

function notRefreshed(retryAfterMs: number): GatewayError<'HUBSPOT_UNAVAILABLE'> {
  const extensions = { retryAfterMs: Math.ceil(retryAfterMs) };
  return new GatewayError('HUBSPOT_UNAVAILABLE', 'The access token for HubSpot could not be refreshed.', extensions);
}
