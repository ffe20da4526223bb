import type { Hubspot } from '../hubspot/hubspot.ts';
import type { Stores } from '../storage/stores.ts';
import { ConnectFlow, type ConnectOptions } from './connect/connect.ts';
import { Flows } from './connect/flows.ts';
import { GrantSaver } from './connect/grant-saver.ts';
import { Marketplace, type MarketplaceOptions } from './connect/marketplace.ts';
import { UnclaimedInstalls } from './connect/unclaimed-installs.ts';
import { ExpiredInstalls } from './expired-installs.ts';
import { GrantMonitor } from './grant-monitor.ts';
import { InstallationCache } from './installation-cache.ts';
import { InstallationLifecycle } from './lifecycle.ts';
import { Revocations } from './revocations.ts';
import { TokenManager } from './token-manager.ts';
import { TokenRefresher, type TokenRefresherOptions } from './token-refresher.ts';

type ConnectSettings = Pick<
  ConnectOptions,
  'clientId' | 'authorizeUrl' | 'redirectUri' | 'registeredScopes' | 'returnUrls'
> &
  Pick<MarketplaceOptions, 'installUrl'>;

export interface InstallationsOptions extends Pick<TokenRefresherOptions, 'clock' | 'logger' | 'metrics' | 'alert'> {
  readonly stores: Stores;
  readonly hubspot: Hubspot;
  readonly connect: ConnectSettings;
}

/** The parts that manage OAuth grants. */
export interface Installations {
  readonly installationCache: InstallationCache;
  readonly grants: GrantMonitor;
  readonly tokens: TokenManager;
  readonly connect: ConnectFlow;
  readonly marketplace: Marketplace;
  readonly lifecycle: InstallationLifecycle;
  readonly revocations: Revocations;
  readonly expiredInstalls: ExpiredInstalls;
  /** Prepares for a shutdown: see `TokenRefresher.stopSoon`. */
  stopSoon(): void;
  /** Ends the background work. Close `tokens` first, because refreshes can still need the parts that this closes. */
  close(): Promise<void>;
}

export function createInstallations(options: InstallationsOptions): Installations {
  const { stores, hubspot, clock, logger, metrics, alert } = options;
  const { installations, defaults } = stores;
  const { oauth, api } = hubspot;
  const installationCache = new InstallationCache({ installations, defaults, clock, logger });
  const grants = new GrantMonitor({ installations, installationCache, oauth, clock, logger });
  const refresher = new TokenRefresher({ tokens: stores.tokens, grants, oauth, clock, logger, metrics, alert });
  const tokens = new TokenManager({ refresher, clock, logger });
  const revocations = new Revocations({ store: stores.revocations, oauth, api, clock, logger });
  const requests = stores.authorizationRequests;
  const { redirectUri } = options.connect;
  const flows = new Flows({ requests, redirectUri, clock, logger });
  const saver = new GrantSaver({ flows, redirectUri, oauth, installations, installationCache, clock, logger });
  const installs = stores.marketplaceInstalls;
  const unclaimed = new UnclaimedInstalls({
    ...{ flows, grants: saver, store: installs, installationCache, clock, logger },
  });
  const expiredInstalls = new ExpiredInstalls({ store: installs, oauth, api, clock, logger });
  installationCache.onChange((change) => tokens.changed(change));
  return {
    installationCache,
    grants,
    tokens,
    connect: new ConnectFlow({
      ...options.connect,
      ...{ flows, grants: saver, unclaimed, installations, requests, clock, logger },
    }),
    marketplace: new Marketplace({ ...options.connect, flows, unclaimed }),
    lifecycle: new InstallationLifecycle({ installations, installationCache, tokens, revocations, logger }),
    revocations,
    expiredInstalls,
    stopSoon: () => refresher.stopSoon(),
    async close() {
      await Promise.all([revocations.close(), expiredInstalls.close(), installationCache.close()]);
    },
  };
}
