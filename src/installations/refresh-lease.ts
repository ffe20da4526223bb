import { randomUUID } from 'node:crypto';
import type { Logger } from '../lib/logging/logger.ts';
import type { Clock } from '../lib/time/clock.ts';
import type { InstallationKey, TokenStore } from '../storage/token-store.ts';

/** Others take over so soon after a holder died; a database that is slow for two renewals costs a holder nothing. */
const LEASE_MS = 3_000;
const RENEW_MS = 1_000;

export interface ExchangeLeaseOptions {
  readonly tokens: Pick<TokenStore, 'claim' | 'renewClaim'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * The claim on the exchange of one version of an installation's tokens, renewed every second until `end`. Who loses it,
 * because the process stood still or the database did, goes on all the same: the version alone decides who may save.
 */
export class RefreshLease {
  /** Of this claim, not of the process: a later claim of ours is none of this one's business. */
  readonly owner = randomUUID();
  readonly #key: InstallationKey;
  readonly #version: number;
  readonly #options: ExchangeLeaseOptions;
  #cancelRenewal: (() => void) | undefined;
  #isRenewing = false;
  #isOver = false;

  private constructor(key: InstallationKey, version: number, options: ExchangeLeaseOptions) {
    this.#key = key;
    this.#version = version;
    this.#options = options;
  }

  /** `undefined` when somebody else has the claim, HubSpot is being left alone, or `version` is over. */
  static async claim(
    key: InstallationKey,
    version: number,
    options: ExchangeLeaseOptions,
  ): Promise<RefreshLease | undefined> {
    const lease = new RefreshLease(key, version, options);
    if (!(await options.tokens.claim(key, version, lease.owner, LEASE_MS))) return undefined;
    lease.#schedule();
    return lease;
  }

  /** It is renewed no more. What was saved, or given back, ends it for others at once. */
  end(): void {
    this.#isOver = true;
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
      if (!isOurs && !this.#isOver) {
        this.end();
        logger.warn(facts, 'the claim on a token exchange was lost');
      }
    } catch (err) {
      logger.debug({ ...facts, err }, 'the claim on a token exchange could not be renewed');
    } finally {
      this.#isRenewing = false;
    }
  }
}
