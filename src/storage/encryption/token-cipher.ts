import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const FORMAT = 'v1';
const ALGORITHM = 'aes-256-gcm';
/** NIST SP 800-38D § 8.2: 96 random bits per encryption. */
const IV_BYTES = 12;
/** Never shorter: a truncated tag can be forged. */
const TAG_BYTES = 16;

/** One key of the ring; `key` has 32 bytes. */
export interface CipherKey {
  readonly id: string;
  readonly key: Buffer;
}

/** Where a sealed value lives. It is authenticated with it, so a value moved elsewhere does not open. */
export interface AdditionalAuthenticatedData {
  readonly tenantId: string;
  /** Installation id; for flows that have none yet, the hash that names the row. */
  readonly rowId: string;
  readonly column: string;
}

/** A stored secret that cannot be opened: moved, altered, cut, in clear, or sealed with a key that is not here. */
export class DecryptionError extends Error {
  override readonly name = 'DecryptionError';
  readonly reason: 'format' | 'unknown_key' | 'not_authentic';
  /** The key that the value names; `undefined` when it names none. */
  readonly keyId: string | undefined;

  constructor(reason: DecryptionError['reason'], place: AdditionalAuthenticatedData, keyId?: string) {
    super(`The stored value of column ${place.column} cannot be opened (${reason}).`);
    this.reason = reason;
    this.keyId = keyId;
  }
}

/**
 * Seals secrets for storage with AES-256-GCM under a ring of keys: one of them seals, all open.
 * A record reads `v1.<key id>.<base64url of IV, ciphertext and tag>`.
 */
export class TokenCipher {
  /** The first of the ring, which is wanted as the active one. */
  readonly firstKeyId: string;
  readonly #keys: ReadonlyMap<string, Buffer>;

  constructor(keys: readonly CipherKey[]) {
    const [first] = keys;
    if (!first) throw new TypeError('TokenCipher needs at least one key');
    this.firstKeyId = first.id;
    this.#keys = new Map(keys.map(({ id, key }) => [id, key]));
  }

  /** In the order of the ring. */
  get keyIds(): readonly string[] {
    return [...this.#keys.keys()];
  }

  /** True when what is sealed with this key can be opened here. */
  holds(keyId: string): boolean {
    return this.#keys.has(keyId);
  }

  /** @param keyId of a key that the ring holds */
  encrypt(secret: string, place: AdditionalAuthenticatedData, keyId = this.firstKeyId): string {
    const key = this.#keys.get(keyId);
    if (!key) throw new TypeError(`TokenCipher has no key ${keyId}`);
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES });
    cipher.setAAD(additionalData(keyId, place));
    const sealed = Buffer.concat([iv, cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return `${FORMAT}.${keyId}.${sealed.toString('base64url')}`;
  }

  /** @throws DecryptionError and never anything else */
  decrypt(record: string, place: AdditionalAuthenticatedData): string {
    const { keyId, payload } = parse(record, place);
    const key = this.#keys.get(keyId);
    if (!key) throw new DecryptionError('unknown_key', place, keyId);
    const decipher = createDecipheriv(ALGORITHM, key, payload.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAAD(additionalData(keyId, place));
    decipher.setAuthTag(payload.subarray(-TAG_BYTES));
    try {
      return decipher.update(payload.subarray(IV_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
    } catch {
      throw new DecryptionError('not_authentic', place, keyId);
    }
  }
}

function parse(record: string, place: AdditionalAuthenticatedData): { keyId: string; payload: Buffer } {
  const [format, keyId, encoded, ...rest] = record.split('.');
  if (format !== FORMAT || !keyId || !encoded || rest.length > 0) throw new DecryptionError('format', place);
  const payload = Buffer.from(encoded, 'base64url');
  // Re-encoding refuses the many other spellings of the same bytes that a lenient decoder accepts.
  if (payload.length <= IV_BYTES + TAG_BYTES || payload.toString('base64url') !== encoded) {
    throw new DecryptionError('format', place);
  }
  return { keyId, payload };
}

/** Length-prefixed, so that no two places can spell the same bytes. */
function additionalData(keyId: string, { tenantId, rowId, column }: AdditionalAuthenticatedData): Buffer {
  const parts = [FORMAT, keyId, tenantId, rowId, column];
  return Buffer.from(parts.map((part) => `${Buffer.byteLength(part)}:${part}`).join(''));
}
