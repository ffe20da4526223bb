import type { Alert } from '../lib/logging/alert.ts';
import { AuthorizationRequestStore } from './authorization-request-store.ts';
import type { Database } from './database.ts';
import { DefaultInstallationStore } from './default-installation-store.ts';
import { EncryptionKeys } from './encryption/encryption-keys.ts';
import type { TokenCipher } from './encryption/token-cipher.ts';
import { InstallationStore } from './installation-store.ts';
import { MarketplaceInstallStore } from './marketplace-install-store.ts';
import { QuotaLeaseStore } from './quota-lease-store.ts';
import { RevocationStore } from './revocation-store.ts';
import { TokenStore } from './token-store.ts';

/** One store for each table of the gateway. */
export interface Stores {
  /** `keys.start` must resolve before a secret can be read. */
  readonly keys: EncryptionKeys;
  readonly installations: InstallationStore;
  readonly tokens: TokenStore;
  readonly revocations: RevocationStore;
  readonly defaults: DefaultInstallationStore;
  readonly authorizationRequests: AuthorizationRequestStore;
  readonly marketplaceInstalls: MarketplaceInstallStore;
  readonly quotaLeases: QuotaLeaseStore;
}

/** Secrets in the stores are encrypted with `cipher`. */
export function createStores(database: Database, cipher: TokenCipher, alert: Alert): Stores {
  const keys = new EncryptionKeys(database, cipher, alert);
  const tokens = new TokenStore(database, keys);
  const revocations = new RevocationStore(database, keys);
  const installations = new InstallationStore(database, tokens, revocations);
  return {
    keys,
    installations,
    tokens,
    revocations,
    defaults: new DefaultInstallationStore(database),
    authorizationRequests: new AuthorizationRequestStore(database, keys),
    marketplaceInstalls: new MarketplaceInstallStore(database, keys, installations),
    quotaLeases: new QuotaLeaseStore(database),
  };
}
