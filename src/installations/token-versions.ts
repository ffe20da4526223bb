import { LRUCache } from 'lru-cache';
import { cacheLimit } from '../lib/cache-limit.ts';
import type { Logger } from '../lib/logging/logger.ts';
import type { InstallationKey } from '../storage/token-store.ts';

const MAX_INSTALLATIONS = 10_000;

interface SeenVersion {
  readonly version: number;
  readonly isLogged: boolean;
}

/**
 * The newest version of each installation's tokens that this replica has seen. A lower version shows that the database
 * was restored from a backup, or has failed over to a standby that lagged behind.
 */
export class TokenVersions {
  readonly #logger: Logger;
  readonly #seen = new LRUCache<string, SeenVersion>(cacheLimit(MAX_INSTALLATIONS));

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** True when the database has lost a newer version than the one that it returned. Logged once. */
  isOlder(installation: InstallationKey, version: number): boolean {
    const seen = this.#seen.get(keyOf(installation));
    if (seen === undefined || version >= seen.version) {
      this.#seen.set(keyOf(installation), { version, isLogged: false });
      return false;
    }
    if (!seen.isLogged) {
      const facts = { installationId: installation.id, version, lost: seen.version };
      this.#logger.warn(facts, 'the database has lost a token refresh: it is older than it was');
      this.#seen.set(keyOf(installation), { ...seen, isLogged: true });
    }
    return true;
  }

  /** This replica has saved a version, which is the newest now. */
  saved(installation: InstallationKey, version: number): void {
    this.#seen.set(keyOf(installation), { version, isLogged: false });
  }
}

function keyOf({ tenantId, id }: InstallationKey): string {
  return `${tenantId}\n${id}`;
}
