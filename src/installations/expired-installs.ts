import type { Logger } from '../lib/logging/logger.ts';
import type { Clock } from '../lib/time/clock.ts';
import type { ExpiredInstall, MarketplaceInstallStore } from '../storage/marketplace-install-store.ts';
import { endGrant, type HubspotGrants } from './end-grant.ts';
import { backoffMs } from './refresh-policy.ts';
import { Sweep } from './sweep.ts';

/** Time for the calls of an uninstall. After it, another replica can claim the install. */
const LEASE_MS = 30_000;
const SWEEP_MS = 5 * 60 * 1000;
/** After this many attempts the grant is deleted here without an answer of HubSpot. */
const MAX_ATTEMPTS = 20;

export interface ExpiredInstallsOptions extends HubspotGrants {
  readonly store: MarketplaceInstallStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Ends installs from HubSpot's marketplace that no viewer has claimed in time: uninstalls the app, and deletes the tokens. */
export class ExpiredInstalls {
  readonly #options: ExpiredInstallsOptions;
  readonly #sweep: Sweep<ExpiredInstall>;

  constructor(options: ExpiredInstallsOptions) {
    this.#options = options;
    this.#sweep = new Sweep({
      ...options,
      everyMs: SWEEP_MS,
      failed: 'expired installs could not be processed and will be repeated',
      claim: () => options.store.claimExpired(LEASE_MS),
      process: (due) => this.#end(due),
    });
  }

  /** Processes expired installs now and at intervals. Never throws. */
  start(): void {
    this.#sweep.start();
  }

  close(): Promise<void> {
    return this.#sweep.close();
  }

  async #end({ codeHash, hubId, refreshToken, isUserLevel, isConnected, attempts }: ExpiredInstall): Promise<void> {
    const { store, logger } = this.#options;
    // An uninstall would end the connection of every tenant. HubSpot does not document whether a revocation would, too.
    if (!isConnected && refreshToken !== undefined && attempts < MAX_ATTEMPTS) {
      const failure = await endGrant(this.#options, refreshToken, !isUserLevel);
      if (failure) {
        logger.warn({ err: failure, hubId }, 'an expired install could not be ended at HubSpot yet');
        return store.postpone(codeHash, backoffMs(failure, attempts + 1));
      }
    }
    await store.done(codeHash);
    logger.info({ hubId, uninstalled: !isConnected && !isUserLevel }, 'an install that nobody claimed has ended');
  }
}
