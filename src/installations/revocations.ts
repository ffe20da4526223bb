import { isGatewayError } from '../errors.ts';
import type { HubspotApi } from '../hubspot/client.ts';
import { uninstallApp } from '../hubspot/oauth/app-installs.ts';
import { type OAuthClient, OAuthError } from '../hubspot/oauth/oauth-client.ts';
import type { Logger } from '../lib/logging/logger.ts';
import type { Clock } from '../lib/time/clock.ts';
import type { Revocation, RevocationStore } from '../storage/revocation-store.ts';
import { backoffMs } from './refresh-policy.ts';

/** Time for both calls of a revocation. After it, another replica can claim the revocation. */
const LEASE_MS = 30_000;
/** Time between two searches for due revocations: postponed ones, and those of replicas that have crashed. */
const SWEEP_MS = 30_000;
/** Time between two attempts and alerts for a token that was altered, since an operator may restore it. */
const UNREADABLE_PAUSE_MS = 60 * 60 * 1000;

export interface RevocationsOptions {
  readonly store: RevocationStore;
  readonly oauth: OAuthClient;
  readonly api: HubspotApi;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Revokes the grants of disconnected installations at HubSpot, in the background and with retries. */
export class Revocations {
  readonly #options: RevocationsOptions;
  #running: Promise<void> | undefined;
  #again = false;
  #cancelSweep: (() => void) | undefined;
  #closed = false;

  constructor(options: RevocationsOptions) {
    this.#options = options;
  }

  /** Processes due revocations now and at intervals. Never throws. */
  start(): void {
    if (this.#closed) return;
    this.#cancelSweep?.();
    this.#cancelSweep = this.#options.clock.schedule(() => this.start(), SWEEP_MS);
    this.#again = this.#running !== undefined;
    this.#running ??= this.#process().finally(() => {
      this.#running = undefined;
      if (this.#again) this.start();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelSweep?.();
    await this.#running;
  }

  async #process(): Promise<void> {
    const { store, logger } = this.#options;
    try {
      for (let due = await store.claimDue(LEASE_MS); due && !this.#closed; due = await store.claimDue(LEASE_MS)) {
        await this.#revoke(due);
      }
    } catch (err) {
      // The log has a line of its own for an outage of the database.
      const level = isGatewayError(err, 'STORAGE_UNAVAILABLE') ? 'debug' : 'warn';
      logger[level]({ err }, 'revocations could not be processed and will be repeated');
    }
  }

  async #revoke(revocation: Revocation): Promise<void> {
    const { store, oauth, logger } = this.#options;
    const { refreshToken: stored, uninstall } = revocation;
    if (stored === undefined) return store.postpone(revocation.id, UNREADABLE_PAUSE_MS);
    try {
      await oauth.revoke(uninstall ? await this.#uninstall(stored) : stored);
    } catch (error) {
      if (!(error instanceof OAuthError || isGatewayError(error))) throw error;
      if (!(error instanceof OAuthError) || error.kind !== 'invalid_grant') {
        logger.warn(
          { err: error, installationId: revocation.installationId },
          'a grant could not be revoked at HubSpot yet',
        );
        const failure = error instanceof OAuthError ? error : new OAuthError('unavailable', { status: 500 });
        return store.postpone(revocation.id, backoffMs(failure, revocation.attempts + 1));
      }
      // The grant has already ended, so there is nothing to revoke.
    }
    await store.done(revocation.id);
    logger.info({ installationId: revocation.installationId, uninstall }, 'grant revoked at HubSpot');
  }

  async #uninstall(refreshToken: string): Promise<string> {
    const answer = await this.#options.oauth.refresh(refreshToken);
    await uninstallApp(this.#options.api, answer.accessToken);
    return answer.refreshToken ?? refreshToken;
  }
}
