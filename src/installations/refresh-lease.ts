import { randomUUID } from 'node:crypto';
import type { Logger } from '../lib/logging/logger.ts';
import type { Clock } from '../lib/time/clock.ts';
import type { InstallationKey, TokenStore } from '../storage/token-store.ts';

/** After a crash of the holder, another replica takes over within this time. A holder may miss two renewals. */
const LEASE_MS = 3_000;
const RENEW_MS = 1_000;

export interface RefreshLeaseOptions {
  readonly tokens: Pick<TokenStore, 'claim' | 'renewClaim'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * The lease on the refresh of one version of an installation's tokens. It is renewed every second until `end`. A replica
 * that loses it, after a pause of the process or the database, continues: only the version decides which replica saves.
 */
export class RefreshLease {
  /** Identifies this lease, not the process, so that it cannot renew a later lease of the same replica. */
  readonly owner = randomUUID();
  readonly #key: InstallationKey;
  readonly #version: number;
  readonly #options: RefreshLeaseOptions;
  #cancelRenewal: (() => void) | undefined;
  #isRenewing = false;
  #hasEnded = false;

  private constructor(key: InstallationKey, version: number, options: RefreshLeaseOptions) {
    this.#key = key;
    this.#version = version;
    this.#options = options;
  }

  /** `undefined` when another replica holds the lease, the next attempt is not due, or `version` is outdated. */
  static async claim(
    key: InstallationKey,
    version: number,
    options: RefreshLeaseOptions,
  ): Promise<RefreshLease | undefined> {
    const lease = new RefreshLease(key, version, options);
    if (!(await options.tokens.claim(key, version, lease.owner, LEASE_MS))) return undefined;
    lease.#schedule();
    return lease;
  }

  /** Stops the renewals. The lease ends for other replicas when the tokens are saved or the failure is stored. */
  end(): void {
    this.#hasEnded = true;
    this.#cancelRenewal?.();
  }

  #schedule(): void {
    this.#cancelRenewal = this.#options.clock.schedule(() => {
      this.#schedule();
      void this.#renew();
    }, RENEW_MS);
  }

  async #renew(): Promise<void> {
    if (this.#isRenewing) return;
    this.#isRenewing = true;
    const { tokens, logger } = this.#options;
    const facts = { installationId: this.#key.id, version: this.#version };
    try {
      const isOurs = await tokens.renewClaim(this.#key, this.#version, this.owner, LEASE_MS);
      if (!isOurs && !this.#hasEnded) {
        this.end();
        logger.warn(facts, 'the lease on a token refresh was lost');
      }
    } catch (err) {
      logger.debug({ ...facts, err }, 'the lease on a token refresh could not be renewed');
    } finally {
      this.#isRenewing = false;
    }
  }
}
