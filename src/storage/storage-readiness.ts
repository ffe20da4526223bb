import type { Hindrance } from '../lib/readiness.ts';
import { type EncryptionKeys, KeyMissing } from './encryption-keys.ts';
import { StorageUnavailable } from './storage-failure.ts';

/** Readiness depends on the database and the keys, not on HubSpot. */
export function storageReadiness(keys: Pick<EncryptionKeys, 'missing'>): () => Promise<Hindrance | undefined> {
  return async () => {
    try {
      const ids = await keys.missing();
      return ids.length === 0 ? undefined : { kind: 'keys', reason: new KeyMissing(ids.join(', ')).explanation };
    } catch (error) {
      return { kind: 'database', reason: error instanceof StorageUnavailable ? error.explanation : String(error) };
    }
  };
}
