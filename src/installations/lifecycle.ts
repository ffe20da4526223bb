import { GatewayError } from '../errors.ts';
import type { Logger } from '../lib/logging/logger.ts';
import type { ViewerId } from '../storage/default-installation-store.ts';
import type { Installation } from '../storage/installation.ts';
import type { InstallationStore } from '../storage/installation-store.ts';
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
   * @throws GatewayError BAD_USER_INPUT for the uninstallation of a viewer's own installation
   */
  async disconnect(installation: Installation, uninstall: boolean): Promise<Installation> {
    if (uninstall && installation.viewerId !== null) throw notOneViewersToUninstall();
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
    const all = await this.#options.installationCache.list(installation);
    return all.find(({ id }) => id === installation.id) ?? installation;
  }
}

/** HubSpot's call removes the app from the portal, so it would end the grants of all other people, too. */
function notOneViewersToUninstall(): GatewayError<'BAD_USER_INPUT'> {
  const message =
    'Each person has an own installation of this app, and an uninstallation would end all of them. Disconnect yours without `uninstall`. An admin of the portal can uninstall the app in HubSpot.';
  return new GatewayError('BAD_USER_INPUT', message, { argument: 'uninstall' });
}
