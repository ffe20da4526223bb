import { GatewayError, isGatewayError } from '../errors.ts';
import { type OAuthClient, OAuthError, type TokenAnswer } from '../hubspot/oauth/oauth-client.ts';
import { CircuitBreaker } from '../lib/circuit-breaker.ts';
import type { Alert } from '../lib/logging/alert.ts';
import type { Logger } from '../lib/logging/logger.ts';
import type { Metrics } from '../lib/metrics.ts';
import { type Priority, Slots } from '../lib/slots.ts';
import { type Clock, sleep } from '../lib/time/clock.ts';
import { repeat } from '../lib/time/repeat.ts';
import { DecryptionError } from '../storage/encryption/token-cipher.ts';
import type { Installation } from '../storage/installation-store.ts';
import type { IssuedTokens, StoredTokens, TokenStore } from '../storage/token-store.ts';
import { type GrantMonitor, tokensUnreadable } from './grant-monitor.ts';
import { RefreshLease } from './refresh-lease.ts';
import { backoffMs, scheduleOf } from './refresh-policy.ts';
import { revokeWithRetry } from './retrying-oauth.ts';
import { TokenVersions } from './token-versions.ts';

/** Whoever waits for another replica's exchange gives up then. */
const WAIT_MS = 25_000;
const POLL_MS = { from: 20, to: 100 };
/** Token calls at once per replica. */
const MAX_CALLS = 10;
/** Tokens that cannot be saved are kept in memory so long, while saving them is tried again. */
const COMMIT_PATIENCE_MS = 45_000;
const COMMIT_PAUSE_MS = 250;
/** The same when the process is about to end, which a database that hangs must not hold up. */
const LAST_COMMIT_PATIENCE_MS = 4_000;
/** Tokens that nobody keeps are revoked, and that is tried again for so long. */
const DISCARD_PATIENCE_MS = 3_000;
/** Tokens of another portal, or of a misconfigured server: not worth asking again soon. */
const SUSPICIOUS_PAUSE_MS = 60_000;
/** So many nonsensical answers in a row are somebody's problem. */
const ALARM_AFTER = 3;

export interface TokenRefresherOptions {
  readonly tokens: TokenStore;
  readonly grants: GrantMonitor;
  readonly oauth: OAuthClient;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'tokenRefreshes' | 'watchTokenSlots'>;
  readonly alert: Alert;
}

/** The tokens that are about to be exchanged, and the claim on them. */
interface ClaimedTokens extends StoredTokens {
  readonly lease: RefreshLease;
}

/**
 * Exchanges a refresh token once, on however many replicas it is wanted: whoever claims the lease asks HubSpot, the
 * others wait and read again. No transaction is open during the call, and nobody sees a token before it is saved.
 */
export class TokenRefresher {
  readonly #options: TokenRefresherOptions;
  readonly #slots = new Slots(MAX_CALLS);
  readonly #breaker: CircuitBreaker;
  #stoppingSince: number | undefined;
  readonly #versions: TokenVersions;

  constructor(options: TokenRefresherOptions) {
    this.#options = options;
    this.#versions = new TokenVersions(options.logger);
    this.#breaker = new CircuitBreaker(options.clock);
    options.metrics.watchTokenSlots(this.#slots);
  }

  /** The process is about to end: tokens that the database does not take are given up sooner. */
  stopSoon(): void {
    this.#stoppingSince ??= this.#options.clock.monotonic();
  }

  /**
   * Tokens newer than `aboveVersion`, and fresh. Tokens that are due but still usable come back as they are while
   * HubSpot cannot renew them.
   * @throws GatewayError REAUTHORIZATION_REQUIRED, HUBSPOT_UNAVAILABLE or STORAGE_UNAVAILABLE
   */
  async refresh(installation: Installation, aboveVersion: number, priority: Priority): Promise<StoredTokens> {
    const { clock } = this.#options;
    const giveUpAt = clock.monotonic() + WAIT_MS;
    for (;;) {
      const outcome = await this.#slots.run(priority, () =>
        this.#attempt(installation, aboveVersion).catch((error: unknown) => {
          throw error instanceof DecryptionError ? tokensUnreadable(installation) : error;
        }),
      );
      if (typeof outcome !== 'number') return outcome;
      if (clock.monotonic() >= giveUpAt) throw notRenewed(outcome);
      await sleep(clock, POLL_MS.from + Math.random() * (POLL_MS.to - POLL_MS.from));
    }
  }

  /** Tokens, or the milliseconds that somebody else's lease still runs. */
  async #attempt(installation: Installation, aboveVersion: number): Promise<StoredTokens | number> {
    const { tokens, grants } = this.#options;
    const stored = await tokens.read(installation);
    if (!stored) throw await grants.lost(installation);
    const isOlder = this.#versions.isOlder(installation, stored.version);
    if (stored.version > aboveVersion && stored.refreshInMs > 0) return stored;
    // A lost grant keeps its tokens and the last lease on them: nobody waits for that one, or asks HubSpot again.
    const over = await grants.over(installation);
    if (over) throw over;

    const fallback = stored.version > aboveVersion && stored.usableForMs > 0 ? stored : undefined;
    if (stored.retryInMs > 0) return orElse(fallback, stored.retryInMs);
    if (stored.leasedForMs > 0) return fallback ?? stored.leasedForMs;
    const breakerMs = this.#breaker.tryPass();
    if (breakerMs > 0) return orElse(fallback, breakerMs);
    const lease = await this.#claim(installation, stored, fallback);
    if (!lease) {
      this.#breaker.abandoned();
      return fallback ?? POLL_MS.from;
    }
    // HubSpot may have replaced the refresh token in a refresh that the database has lost.
    const claimed = { ...stored, lease, inDoubt: stored.inDoubt || isOlder };
    const outcome = await this.#exchange(installation, claimed, stored.refreshToken).finally(() => lease.end());
    if (outcome === 'outdated') return this.#attempt(installation, aboveVersion);
    return typeof outcome === 'number' ? orElse(fallback, outcome) : outcome;
  }

  /** Nothing also when the claim could not be written and `fallback` serves: a database may take no writes for a while. */
  async #claim(
    installation: Installation,
    { version }: StoredTokens,
    fallback: StoredTokens | undefined,
  ): Promise<RefreshLease | undefined> {
    try {
      return await RefreshLease.claim(installation, version, this.#options);
    } catch (error) {
      this.#breaker.abandoned();
      if (!fallback || !isGatewayError(error, 'STORAGE_UNAVAILABLE')) throw error;
      return undefined;
    }
  }

  /** New tokens, the milliseconds to wait before the next try, or `outdated` when somebody saved meanwhile. */
  async #exchange(
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
      return this.#giveBack(installation, stored, SUSPICIOUS_PAUSE_MS, true);
    }
    metrics.tokenRefreshes.inc({ outcome: 'success' });
    const rotated = answer.refreshToken !== undefined && answer.refreshToken !== refreshToken;
    const pair = { accessToken: answer.accessToken, refreshToken: answer.refreshToken ?? refreshToken };
    // What asking and saving takes is gone from the token's life.
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
    // Whether somebody gave the grant up meanwhile, our clock cannot tell: the lease may have run out unnoticed.
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
      // The token before this one may be the one that HubSpot still knows.
      const previous = stored.previousRefreshToken;
      if (previous !== undefined && previous !== refreshToken) return this.#exchange(installation, stored, previous);
      const lost = await grants.expire(installation, stored.version, stored.inDoubt ? 'LOST_ROTATION' : 'REVOKED');
      if (!lost) return 'outdated';
      throw lost;
    }
    if (error.kind === 'invalid_client') {
      this.#breaker.open();
      alert('app_credentials', "HubSpot does not accept the app's own credentials", facts);
      return this.#giveBack(installation, stored, 0, stored.inDoubt);
    }
    if (error.kind === 'unavailable') this.#breaker.failed();
    else this.#breaker.abandoned();
    const failures = stored.failures + 1;
    if (error.kind === 'refused' || (error.isUnreadable && failures >= ALARM_AFTER)) {
      alert('bad_token_answer', 'HubSpot answers refreshes with what cannot be right', { ...facts, failures });
    } else logger.warn({ ...facts, failures }, 'HubSpot did not refresh a token');
    return this.#giveBack(installation, stored, backoffMs(error, failures), stored.inDoubt || error.mayBeDone);
  }

  /** Nobody keeps these tokens. When the installation was disconnected meanwhile, HubSpot must not keep them either. */
  async #discard(installation: Installation, refreshToken: string): Promise<void> {
    const { tokens, oauth, clock, logger } = this.#options;
    if (await tokens.read(installation)) return;
    const patience = { oauth, clock, giveUpAt: clock.monotonic() + DISCARD_PATIENCE_MS };
    await revokeWithRetry(patience, refreshToken).catch((err: unknown) => {
      logger.warn({ err, installationId: installation.id }, 'tokens of a disconnected installation were not revoked');
    });
  }

  async #giveBack(
    installation: Installation,
    { version, lease }: ClaimedTokens,
    retryInMs: number,
    inDoubt: boolean,
  ): Promise<number> {
    await this.#options.tokens.fail(installation, version, lease.owner, { retryInMs, inDoubt });
    return Math.max(retryInMs, 1_000);
  }

  /** Tries again to save, never to exchange: the answer in our hands may be the only copy. */
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
        logger.warn({ err }, 'refreshed tokens could not be saved, trying again');
      return COMMIT_PAUSE_MS;
    });
  }

  /** When a commit that began at `startedAt` is given up. */
  #giveUpAt(startedAt: number): number {
    const giveUpAt = startedAt + COMMIT_PATIENCE_MS;
    if (this.#stoppingSince === undefined) return giveUpAt;
    return Math.min(giveUpAt, Math.max(startedAt, this.#stoppingSince) + LAST_COMMIT_PATIENCE_MS);
  }
}

function orElse(fallback: StoredTokens | undefined, retryAfterMs: number): StoredTokens {
  if (fallback) return fallback;
  throw notRenewed(retryAfterMs);
}

function notRenewed(retryAfterMs: number): GatewayError<'HUBSPOT_UNAVAILABLE'> {
  const extensions = { retryAfterMs: Math.ceil(retryAfterMs) };
  return new GatewayError('HUBSPOT_UNAVAILABLE', 'The access token for HubSpot could not be renewed.', extensions);
}
