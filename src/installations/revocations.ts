import { isGatewayError } from '../errors.ts';
import type { HubspotApi } from '../hubspot/client.ts';
import { uninstallApp } from '../hubspot/oauth/app-installs.ts';
import { type OAuthClient, OAuthError } from '../hubspot/oauth/oauth-client.ts';
import type { Logger } from '../lib/logging/logger.ts';
import type { Clock } from '../lib/time/clock.ts';
import type { Revocation, RevocationStore } from '../storage/revocation-store.ts';
import { backoffMs } from './refresh-policy.ts';

/** Both calls of one revocation together may take so long; then another replica may try. */
const LEASE_MS = 30_000;
/** What was postponed, or left by a replica that died, is looked for so often. */
const SWEEP_MS = 30_000;
/** A token that was altered is looked at again, and told, so often: somebody may restore it. */
const UNREADABLE_PAUSE_MS = 60 * 60 * 1000;

export interface RevocationsOptions {
  readonly store: RevocationStore;
  readonly oauth: OAuthClient;
  readonly api: HubspotApi;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Tells HubSpot about disconnected installations, in the background and until it worked. */
export class Revocations {
  readonly #options: RevocationsOptions;
  #running: Promise<void> | undefined;
  #again = false;
  #cancelSweep: (() => void) | undefined;
  #closed = false;

  constructor(options: RevocationsOptions) {
    this.#options = options;
  }

  /** Works off what is due, now and from time to time. Never throws. */
  start(): void {
    if (this.#closed) return;
    this.#cancelSweep?.();
    this.#cancelSweep = this.#options.clock.schedule(() => this.start(), SWEEP_MS);
    this.#again = this.#running !== undefined;
    this.#running ??= this.#workOff().finally(() => {
      this.#running = undefined;
      if (this.#again) this.start();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelSweep?.();
    await this.#running;
  }

  async #workOff(): Promise<void> {
    const { store, logger } = this.#options;
    try {
      for (let due = await store.claimDue(LEASE_MS); due && !this.#closed; due = await store.claimDue(LEASE_MS)) {
        await this.#revoke(due);
      }
    } catch (err) {
      // An outage of the database has a line of its own.
      const level = isGatewayError(err, 'STORAGE_UNAVAILABLE') ? 'debug' : 'warn';
      logger[level]({ err }, 'revocations could not be worked off, trying again later');
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
          'HubSpot was not told of a disconnect yet',
        );
        const failure = error instanceof OAuthError ? error : new OAuthError('unavailable', { status: 500 });
        return store.postpone(revocation.id, backoffMs(failure, revocation.attempts + 1));
      }
      // The grant is over already: nothing is left to revoke.
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
