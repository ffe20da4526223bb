import type { Hindrance } from '../lib/readiness.ts';
import { type EncryptionKeys, KeyMissingError } from './encryption/encryption-keys.ts';
import { StorageUnavailableError } from './storage-failure.ts';

/** Readiness depends on the database and the keys, not on HubSpot. */
export function storageReadiness(keys: Pick<EncryptionKeys, 'missing'>): () => Promise<Hindrance | undefined> {
  return async () => {
    try {
      const ids = await keys.missing();
      return ids.length === 0 ? undefined : { kind: 'keys', reason: new KeyMissingError(ids.join(', ')).explanation };
    } catch (error) {
      return { kind: 'database', reason: error instanceof StorageUnavailableError ? error.explanation : String(error) };
    }
  };
}
