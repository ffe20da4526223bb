import type { Kysely } from 'kysely';
import { GatewayError } from '../../errors.ts';
import type { Alert } from '../../lib/logging/alert.ts';
import type { Logger } from '../../lib/logging/logger.ts';
import type { Database } from '../database.ts';
import type { ActiveKeyTable, Tables } from '../tables.ts';
import { type AdditionalAuthenticatedData, DecryptionError, type TokenCipher } from './token-cipher.ts';

/** Another replica may have the key, and this one may soon: asked again no sooner, in milliseconds. */
const RETRY_AFTER_MS = 1_000;
/** The table has one row. */
const ROW = 1;
const PROVEN = 'active';

/** This replica lacks a key, or holds another one by its name. Nothing was changed: another replica may do it. */
export class KeyMissingError extends GatewayError<'STORAGE_UNAVAILABLE'> {
  /** One sentence for the person who runs the gateway. */
  readonly explanation: string;

  constructor(keyId: string) {
    const extensions = { retryAfterMs: RETRY_AFTER_MS };
    super('STORAGE_UNAVAILABLE', 'This replica of the gateway lacks an encryption key that it needs.', extensions);
    this.explanation = `ENCRYPTION_KEYS lacks ${keyId}, or holds another key by that name: add the one that is in use.`;
  }
}

/** Seals with one key of the ring. */
export interface Encrypter {
  readonly keyId: string;
  seal(secret: string, place: AdditionalAuthenticatedData): string;
}

/**
 * The keys of this replica, and the active one: the key that all replicas seal with, as the database tells. A replica
 * may know a newer key long before: it becomes the active one by `promote` alone, once every replica can open with it.
 */
export class EncryptionKeys {
  readonly #database: Database;
  readonly #cipher: TokenCipher;
  readonly #alert: Alert;
  /** Ids that stand for another key elsewhere. */
  readonly #wrong = new Set<string>();
  #told = '';

  constructor(database: Database, cipher: TokenCipher, alert: Alert = () => {}) {
    this.#database = database;
    this.#cipher = cipher;
    this.#alert = alert;
  }

  /** Ids of the keys that open here. */
  get ids(): readonly string[] {
    return this.#cipher.keyIds.filter((id) => !this.#wrong.has(id));
  }

  /**
   * At a start: decides which key is active in a database that has none yet, and says when another one is wanted. A
   * replica that lacks the active key starts and is not ready.
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

  /** Before something is spent or begun that ends in a seal. @throws KeyMissingError when the active key is not here */
  async ensureActive(): Promise<void> {
    await this.sealer();
  }

  /** Of the active key. @throws KeyMissingError when it is not here */
  async sealer(): Promise<Encrypter> {
    const active = await this.#active();
    if (!this.#holds(active)) throw this.lacks([active.key_id]);
    return this.#sealerOf(active.key_id);
  }

  /**
   * Of the active key, or of the first that opens here where the active one is not here: for what HubSpot has handed out, which
   * would be lost otherwise.
   */
  async lastingSealer(query: Kysely<Tables> = this.#database.query): Promise<Encrypter> {
    const active = await this.#read(query);
    return this.#sealerOf(active && this.#holds(active) ? active.key_id : this.ids[0]);
  }

  /** @throws KeyMissingError, or DecryptionError of what was altered, with an alert */
  open(record: string, place: AdditionalAuthenticatedData): string {
    try {
      return this.#cipher.decrypt(record, place);
    } catch (error) {
      if (!(error instanceof DecryptionError)) throw error;
      const { keyId, reason } = error;
      if (keyId !== undefined && (reason === 'unknown_key' || this.#wrong.has(keyId))) throw this.lacks([keyId]);
      this.#alert('decryption_failed', 'a stored secret cannot be opened', { err: error, row: place.rowId });
      throw error;
    }
  }

  /** `undefined` of what was altered, with an alert. @throws KeyMissingError */
  openIfSound(record: string, place: AdditionalAuthenticatedData): string | undefined {
    try {
      return this.open(record, place);
    } catch (error) {
      if (error instanceof DecryptionError) return undefined;
      throw error;
    }
  }

  /** Ids of keys that this ring lacks: the active one, and those that stored tokens need. */
  async missing(): Promise<string[]> {
    const active = await this.#read();
    if (active) this.#holds(active);
    const needed = new Set([...(await this.#needed()), ...(active ? [active.key_id] : [])]);
    const missing = [...needed].filter((id) => !this.ids.includes(id));
    if (missing.length === 0) this.#told = '';
    else this.lacks(missing);
    return missing;
  }

  /** Tells people once, until nothing is missing any more or something else is. */
  lacks(ids: readonly string[]): KeyMissingError {
    const names = ids.join(', ');
    if (names !== this.#told)
      this.#alert('missing_key', 'ENCRYPTION_KEYS lacks keys that stored tokens need', { missing: ids });
    this.#told = names;
    return new KeyMissingError(names);
  }

  #sealerOf(keyId = this.#cipher.firstKeyId): Encrypter {
    return { keyId, seal: (secret, place) => this.#cipher.encrypt(secret, place, keyId) };
  }

  /** True when what this replica has by that name is the key that the others have. */
  #holds({ key_id, proof }: Pick<ActiveKeyTable, 'key_id' | 'proof'>): boolean {
    if (!this.#cipher.holds(key_id)) return false;
    const isSame = isProven(this.#cipher, key_id, proof);
    if (isSame) this.#wrong.delete(key_id);
    else this.#wrong.add(key_id);
    return isSame;
  }

  /** @throws KeyMissingError when there is none yet, and the ring has none of the keys that stored tokens need */
  async #active(): Promise<ActiveKeyTable> {
    return (await this.#read()) ?? (await this.#decide());
  }

  /** The first key of this ring that stored tokens need, or the first of all where nothing is stored. */
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
 * From now on all replicas seal with the first key of this ring.
 * @throws KeyMissingError when the ring lacks the key that is active until now: then it is hardly the ring of the replicas
 */
export async function promote(database: Database, cipher: TokenCipher): Promise<void> {
  const { query } = database;
  await new EncryptionKeys(database, cipher).ensureActive();
  await query.updateTable('active_key').set(activeKey(cipher, cipher.firstKeyId)).where('id', '=', ROW).execute();
}

/** The proof lets a replica see that its key by that name is the same key. */
function activeKey(cipher: TokenCipher, keyId: string): Pick<ActiveKeyTable, 'key_id' | 'proof'> {
  return { key_id: keyId, proof: cipher.encrypt(PROVEN, proofPlace(keyId), keyId) };
}

function isProven(cipher: TokenCipher, keyId: string, proof: string): boolean {
  try {
    return cipher.decrypt(proof, proofPlace(keyId)) === PROVEN;
  } catch (error) {
    if (error instanceof DecryptionError) return false;
    throw error;
  }
}

function proofPlace(keyId: string): AdditionalAuthenticatedData {
  return { tenantId: '', rowId: keyId, column: 'active_key.proof' };
}
