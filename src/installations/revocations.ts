import type { Logger } from '../lib/logging/logger.ts';
import type { Clock } from '../lib/time/clock.ts';
import type { Revocation, RevocationStore } from '../storage/revocation-store.ts';
import { endGrant, type HubspotGrants } from './end-grant.ts';
import { backoffMs } from './refresh-policy.ts';
import { Sweep } from './sweep.ts';

/** Time for both calls of a revocation. After it, another replica can claim the revocation. */
const LEASE_MS = 30_000;
/** Time between two searches for due revocations: postponed ones, and those of replicas that have crashed. */
const SWEEP_MS = 30_000;
/** Time between two attempts and alerts for a token that was altered, since an operator may restore it. */
const UNREADABLE_PAUSE_MS = 60 * 60 * 1000;

export interface RevocationsOptions extends HubspotGrants {
  readonly store: RevocationStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Revokes the grants of disconnected installations at HubSpot, in the background and with retries. */
export class Revocations {
  readonly #options: RevocationsOptions;
  readonly #sweep: Sweep<Revocation>;

  constructor(options: RevocationsOptions) {
    this.#options = options;
    this.#sweep = new Sweep({
      ...options,
      everyMs: SWEEP_MS,
      failed: 'revocations could not be processed and will be repeated',
      claim: () => options.store.claimDue(LEASE_MS),
      process: (due) => this.#revoke(due),
    });
  }

  /** Processes due revocations now and at intervals. Never throws. */
  start(): void {
    this.#sweep.start();
  }

  close(): Promise<void> {
    return this.#sweep.close();
  }

  async #revoke(revocation: Revocation): Promise<void> {
    const { store, logger } = this.#options;
    const { id, installationId, refreshToken, uninstall, user } = revocation;
    if (refreshToken === undefined) return store.postpone(id, UNREADABLE_PAUSE_MS);
    if (user && (await store.isInUse(user))) {
      await store.done(id);
      logger.info(
        { installationId },
        'a grant was not revoked at HubSpot: another viewer is connected as the same user of HubSpot',
      );
      return;
    }
    const failure = await endGrant(this.#options, refreshToken, uninstall);
    if (failure) {
      logger.warn({ err: failure, installationId }, 'a grant could not be revoked at HubSpot yet');
      return store.postpone(id, backoffMs(failure, revocation.attempts + 1));
    }
    await store.done(id);
    logger.info({ installationId, uninstall }, 'grant revoked at HubSpot');
  }
}
