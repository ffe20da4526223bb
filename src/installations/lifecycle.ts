import type { Logger } from '../lib/logging/logger.ts';
import type { ViewerId } from '../storage/default-installation-store.ts';
import type { Installation, InstallationStore } from '../storage/installation-store.ts';
import { notConnected } from './grant-monitor.ts';
import type { InstallationCache } from './installation-cache.ts';
import type { Revocations } from './revocations.ts';
import type { TokenManager } from './token-manager.ts';

export interface LifecycleOptions {
  readonly installations: InstallationStore;
  readonly installationCache: InstallationCache;
  readonly tokens: TokenManager;
  readonly revocations: Revocations;
  readonly logger: Logger;
}

/** The operations of viewers on an existing installation. */
export class InstallationLifecycle {
  readonly #options: LifecycleOptions;

  constructor(options: LifecycleOptions) {
    this.#options = options;
  }

  /**
   * Refreshes the access token now, at most once a minute.
   * @throws GatewayError REAUTHORIZATION_REQUIRED, NOT_CONNECTED, HUBSPOT_UNAVAILABLE or STORAGE_UNAVAILABLE
   */
  async refresh(installation: Installation): Promise<Installation> {
    await this.#options.tokens.refresh(installation);
    return this.#current(installation);
  }

  /**
   * Erases the tokens at once, for all replicas, and revokes them at HubSpot in the background. Calls in flight under the
   * grant are cancelled: on this replica before the promise resolves, on other replicas when they read the change.
   * @param uninstall also removes the app from the portal, for every tenant that connected the portal
   */
  async disconnect(installation: Installation, uninstall: boolean): Promise<Installation> {
    const { installations, installationCache, revocations, logger } = this.#options;
    const erased = await installations.disconnect(installation, uninstall);
    installationCache.changed({
      ...installation,
      status: 'DISCONNECTED',
      statusReason: 'DISCONNECTED_BY_VIEWER',
      grantVersion: installation.grantVersion + 1,
    });
    if (erased) {
      logger.info(
        { tenantId: installation.tenantId, installationId: installation.id, uninstall },
        'portal disconnected',
      );
      revocations.start();
    }
    return this.#current(installation);
  }

  /**
   * Sets the installation for operations of this viewer that name none; `undefined` removes the choice.
   * @throws GatewayError NOT_CONNECTED for a disconnected installation, or STORAGE_UNAVAILABLE
   */
  async setDefault(viewer: ViewerId, installation: Installation | undefined): Promise<void> {
    if (installation?.status === 'DISCONNECTED') throw notConnected(installation.id);
    await this.#options.installationCache.saveDefault(viewer, installation?.id);
  }

  async #current(installation: Installation): Promise<Installation> {
    const all = await this.#options.installationCache.list(installation.tenantId);
    return all.find(({ id }) => id === installation.id) ?? installation;
  }
}
