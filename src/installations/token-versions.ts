import { LRUCache } from 'lru-cache';
import { cacheLimit } from '../lib/cache-limit.ts';
import type { Logger } from '../lib/logging/logger.ts';
import type { InstallationKey } from '../storage/token-store.ts';

const MAX_INSTALLATIONS = 10_000;

interface SeenVersion {
  readonly version: number;
  readonly isTold: boolean;
}

/**
 * The newest version of each installation's tokens that this replica has seen. Versions rise, unless the database goes
 * back in time: to a backup, or by a failover to a standby that lagged behind.
 */
export class TokenVersions {
  readonly #logger: Logger;
  readonly #seen = new LRUCache<string, SeenVersion>(cacheLimit(MAX_INSTALLATIONS));

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** True when the database has lost a newer version than the one that was just read from it. Logged once. */
  isOlder(installation: InstallationKey, version: number): boolean {
    const seen = this.#seen.get(keyOf(installation));
    if (seen === undefined || version >= seen.version) {
      this.#seen.set(keyOf(installation), { version, isTold: false });
      return false;
    }
    if (!seen.isTold) {
      const facts = { installationId: installation.id, version, lost: seen.version };
      this.#logger.warn(facts, 'the database has lost a token refresh: it is older than it was');
      this.#seen.set(keyOf(installation), { ...seen, isTold: true });
    }
    return true;
  }

  /** What this replica saved is the newest again. */
  saved(installation: InstallationKey, version: number): void {
    this.#seen.set(keyOf(installation), { version, isTold: false });
  }
}

function keyOf({ tenantId, id }: InstallationKey): string {
  return `${tenantId}\n${id}`;
}
