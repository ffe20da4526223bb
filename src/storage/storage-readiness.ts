import type { Alarm } from '../lib/alarm.ts';
import type { Hindrance } from '../lib/readiness.ts';
import type { Database } from './database.ts';
import { missingKeys } from './key-rotation.ts';
import { StorageUnavailable } from './storage-failure.ts';
import type { TokenCipher } from './token-cipher.ts';

/** Readiness depends on the database and the keys, not on HubSpot. Keys that are missing raise the alarm once. */
export function storageReadiness(
  database: Database,
  cipher: TokenCipher,
  alarm: Alarm,
): () => Promise<Hindrance | undefined> {
  let missing = '';
  return async () => {
    try {
      const ids = await missingKeys(database, cipher);
      if (ids.length > 0 && ids.join() !== missing)
        alarm('missing_key', 'ENCRYPTION_KEYS lacks keys that stored tokens need', { missing: ids });
      missing = ids.join();
      return ids.length === 0 ? undefined : { kind: 'keys', reason: `ENCRYPTION_KEYS lacks ${ids.join(', ')}.` };
    } catch (error) {
      return { kind: 'database', reason: error instanceof StorageUnavailable ? error.explanation : String(error) };
    }
  };
}
