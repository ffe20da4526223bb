import type { Database } from '../../src/storage/database.ts';
import { DefaultInstallationStore } from '../../src/storage/default-installation-store.ts';
import { EncryptionKeys } from '../../src/storage/encryption/encryption-keys.ts';
import type { TokenCipher } from '../../src/storage/encryption/token-cipher.ts';
import { InstallationStore } from '../../src/storage/installation-store.ts';
import { RevocationStore } from '../../src/storage/revocation-store.ts';
import { type IssuedTokens, TokenStore } from '../../src/storage/token-store.ts';

/** The stores of one database, as the gateway puts them together. */
export function openStores(database: Database, cipher: TokenCipher) {
  const keys = new EncryptionKeys(database, cipher);
  const tokens = new TokenStore(database, keys);
  const revocations = new RevocationStore(database, keys);
  const installations = new InstallationStore(database, tokens, revocations);
  return { tokens, revocations, installations, defaults: new DefaultInstallationStore(database) };
}

/** Tokens that live for `expiresInMs` and are refreshed in their last fifth. */
export function issued(accessToken: string, refreshToken: string, expiresInMs = 30 * 60 * 1000): IssuedTokens {
  return { accessToken, refreshToken, expiresInMs, usableForMs: expiresInMs - 5_000, refreshInMs: expiresInMs * 0.8 };
}
