import type { Kysely } from 'kysely';
import { GatewayError } from '../../errors.ts';
import type { Alert } from '../../lib/logging/alert.ts';
import type { Logger } from '../../lib/logging/logger.ts';
import type { Database } from '../database.ts';
import type { ActiveKeyTable, Tables } from '../tables.ts';
import { type AdditionalAuthenticatedData, DecryptionError, type TokenCipher } from './token-cipher.ts';

/** `retryAfterMs` of a missing key: another replica may have it, and this one may get it soon. */
const RETRY_AFTER_MS = 1_000;
/** The table has one row. */
const ROW = 1;
const PROOF_TEXT = 'active';

/** This replica lacks a key, or has a different key with the same id. Nothing was changed, and another replica may succeed. */
export class KeyMissingError extends GatewayError<'STORAGE_UNAVAILABLE'> {
  /** One sentence for the operator. */
  readonly explanation: string;

  constructor(keyId: string) {
    const extensions = { retryAfterMs: RETRY_AFTER_MS };
    super('STORAGE_UNAVAILABLE', 'This replica of the gateway lacks an encryption key that it needs.', extensions);
    this.explanation = `ENCRYPTION_KEYS lacks ${keyId}, or has a different key with that id: add the key that is in use.`;
  }
}

/** Encrypts with one key of the ring. */
export interface Encrypter {
  readonly keyId: string;
  encrypt(secret: string, location: AdditionalAuthenticatedData): string;
}

/**
 * The keys of this replica. The database stores which key is active: all replicas encrypt with it. A newer key can be in
 * the ring long before `promote` makes it the active one, when every replica has it.
 */
export class EncryptionKeys {
  readonly #database: Database;
  readonly #cipher: TokenCipher;
  readonly #alert: Alert;
  /** Ids of keys that differ from the key with the same id on other replicas. */
  readonly #mismatched = new Set<string>();
  #reported = '';

  constructor(database: Database, cipher: TokenCipher, alert: Alert = () => {}) {
    this.#database = database;
    this.#cipher = cipher;
    this.#alert = alert;
  }

  /** Ids of the keys that this replica can use. */
  get ids(): readonly string[] {
    return this.#cipher.keyIds.filter((id) => !this.#mismatched.has(id));
  }

  /**
   * Called at the start: selects the active key of a new database, and logs when the first key of the ring is not active
   * yet. A replica that lacks the active key starts, but is not ready.
   */
  async start(logger: Logger): Promise<void> {
    try {
      const { key_id: active } = await this.#active();
      const wanted = this.#cipher.firstKeyId;
      if (active !== wanted)
        logger.info(
          { active, wanted },
          'the first of ENCRYPTION_KEYS is not in use yet: run rotate-keys once every replica has it',
        );
    } catch (error) {
      if (!(error instanceof KeyMissingError)) throw error;
    }
  }

  /** Called before work whose result must be encrypted. @throws KeyMissingError when this replica lacks the active key */
  async ensureActive(): Promise<void> {
    await this.encrypter();
  }

  /** Encrypts with the active key. @throws KeyMissingError when this replica lacks it */
  async encrypter(): Promise<Encrypter> {
    const active = await this.#active();
    if (!this.#holds(active)) throw this.lacks([active.key_id]);
    return this.#encrypterOf(active.key_id);
  }

  /**
   * Encrypts with the active key, or with the first key of this replica if it lacks the active one. It is for tokens that
   * HubSpot has issued, which would otherwise be lost.
   */
  async encrypterOrFallback(query: Kysely<Tables> = this.#database.query): Promise<Encrypter> {
    const active = await this.#read(query);
    return this.#encrypterOf(active && this.#holds(active) ? active.key_id : this.ids[0]);
  }

  /** @throws KeyMissingError, or DecryptionError and an alert when the record was altered */
  decrypt(record: string, location: AdditionalAuthenticatedData): string {
    try {
      return this.#cipher.decrypt(record, location);
    } catch (error) {
      if (!(error instanceof DecryptionError)) throw error;
      const { keyId, reason } = error;
      if (keyId !== undefined && (reason === 'unknown_key' || this.#mismatched.has(keyId))) throw this.lacks([keyId]);
      this.#alert('decryption_failed', 'a stored secret cannot be decrypted', { err: error, row: location.rowId });
      throw error;
    }
  }

  /** Returns `undefined` and raises an alert when the record was altered. @throws KeyMissingError */
  tryDecrypt(record: string, location: AdditionalAuthenticatedData): string | undefined {
    try {
      return this.decrypt(record, location);
    } catch (error) {
      if (error instanceof DecryptionError) return undefined;
      throw error;
    }
  }

  /** Ids of the keys that this replica lacks, of the active key and those that stored tokens need. */
  async missing(): Promise<string[]> {
    const active = await this.#read();
    if (active) this.#holds(active);
    const needed = new Set([...(await this.#needed()), ...(active ? [active.key_id] : [])]);
    const missing = [...needed].filter((id) => !this.ids.includes(id));
    if (missing.length === 0) this.#reported = '';
    else this.lacks(missing);
    return missing;
  }

  /** Raises an alert once for each set of missing keys. */
  lacks(ids: readonly string[]): KeyMissingError {
    const names = ids.join(', ');
    if (names !== this.#reported)
      this.#alert('missing_key', 'ENCRYPTION_KEYS lacks keys that stored tokens need', { missing: ids });
    this.#reported = names;
    return new KeyMissingError(names);
  }

  #encrypterOf(keyId = this.#cipher.firstKeyId): Encrypter {
    return { keyId, encrypt: (secret, location) => this.#cipher.encrypt(secret, location, keyId) };
  }

  /** True when this replica has the same key with this id as the replica that wrote the proof. */
  #holds({ key_id, proof }: Pick<ActiveKeyTable, 'key_id' | 'proof'>): boolean {
    if (!this.#cipher.holds(key_id)) return false;
    const isSame = isProven(this.#cipher, key_id, proof);
    if (isSame) this.#mismatched.delete(key_id);
    else this.#mismatched.add(key_id);
    return isSame;
  }

  /** @throws KeyMissingError when no key is active yet, and the ring has none of the keys that stored tokens need */
  async #active(): Promise<ActiveKeyTable> {
    return (await this.#read()) ?? (await this.#decide());
  }

  /** Selects the first key of the ring that stored tokens need, or the first key of the ring if no tokens are stored. */
  async #decide(): Promise<ActiveKeyTable> {
    const needed = await this.#needed();
    const [lost] = needed;
    const candidates = lost === undefined ? await this.#usedByFlows() : needed;
    const { keyIds, firstKeyId } = this.#cipher;
    const found = keyIds.find((id) => candidates.includes(id)) ?? (lost === undefined ? firstKeyId : undefined);
    if (found === undefined) throw this.lacks(needed);
    const decided = { id: ROW, ...activeKey(this.#cipher, found) };
    await this.#database.query
      .insertInto('active_key')
      .values(decided)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    return (await this.#read()) ?? decided;
  }

  #read(query: Kysely<Tables> = this.#database.query): Promise<ActiveKeyTable | undefined> {
    return query.selectFrom('active_key').selectAll().executeTakeFirst();
  }

  async #needed(): Promise<string[]> {
    const { query } = this.#database;
    const rows = await query
      .selectFrom('installation_tokens')
      .select('key_id')
      .where('access_token', 'is not', null)
      .union(query.selectFrom('revocations').select('key_id'))
      .union(query.selectFrom('marketplace_installs').select('key_id').where('refresh_token', 'is not', null))
      .execute();
    return rows.map(({ key_id }) => key_id);
  }

  async #usedByFlows(): Promise<string[]> {
    const { query } = this.#database;
    const rows = await query
      .selectFrom('authorization_requests')
      .select('key_id')
      .union(query.selectFrom('pending_connections').select('key_id'))
      .execute();
    return rows.map(({ key_id }) => key_id);
  }
}

/**
 * Makes the first key of this ring the active one of all replicas.
 * @throws KeyMissingError when the ring lacks the present active key, and so is not the ring of the replicas
 */
export async function promote(database: Database, cipher: TokenCipher): Promise<void> {
  const { query } = database;
  await new EncryptionKeys(database, cipher).ensureActive();
  await query.updateTable('active_key').set(activeKey(cipher, cipher.firstKeyId)).where('id', '=', ROW).execute();
}

/** With the proof, a replica can verify that its key with this id is the same key. */
function activeKey(cipher: TokenCipher, keyId: string): Pick<ActiveKeyTable, 'key_id' | 'proof'> {
  return { key_id: keyId, proof: cipher.encrypt(PROOF_TEXT, proofLocation(keyId), keyId) };
}

function isProven(cipher: TokenCipher, keyId: string, proof: string): boolean {
  try {
    return cipher.decrypt(proof, proofLocation(keyId)) === PROOF_TEXT;
  } catch (error) {
    if (error instanceof DecryptionError) return false;
    throw error;
  }
}

function proofLocation(keyId: string): AdditionalAuthenticatedData {
  return { tenantId: '', rowId: keyId, column: 'active_key.proof' };
}
