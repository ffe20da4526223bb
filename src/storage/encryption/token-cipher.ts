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

/** Where an encrypted value is stored. It is authenticated, so a value that was moved elsewhere cannot be decrypted. */
export interface AdditionalAuthenticatedData {
  readonly tenantId: string;
  /** The installation id; for flows, which have none yet, the hash that identifies the row. */
  readonly rowId: string;
  readonly column: string;
}

/** A stored secret cannot be decrypted: it was moved, altered or truncated, is in clear, or needs a missing key. */
export class DecryptionError extends Error {
  override readonly name = 'DecryptionError';
  readonly reason: 'format' | 'unknown_key' | 'not_authentic';
  /** The key id in the value; `undefined` when it has none. */
  readonly keyId: string | undefined;

  constructor(reason: DecryptionError['reason'], location: AdditionalAuthenticatedData, keyId?: string) {
    super(`The stored value of column ${location.column} cannot be decrypted (${reason}).`);
    this.reason = reason;
    this.keyId = keyId;
  }
}

/**
 * Encrypts secrets for storage with AES-256-GCM. Each key of a ring can encrypt and decrypt.
 * The format is `v1.<key id>.<base64url of IV, ciphertext and tag>`.
 */
export class TokenCipher {
  /** The first key of the ring, which is to become the active one. */
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

  /** True when the ring has this key. */
  holds(keyId: string): boolean {
    return this.#keys.has(keyId);
  }

  /** @param keyId of a key that the ring holds */
  encrypt(secret: string, location: AdditionalAuthenticatedData, keyId = this.firstKeyId): string {
    const key = this.#keys.get(keyId);
    if (!key) throw new TypeError(`TokenCipher has no key ${keyId}`);
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES });
    cipher.setAAD(additionalData(keyId, location));
    const payload = Buffer.concat([iv, cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return `${FORMAT}.${keyId}.${payload.toString('base64url')}`;
  }

  /** @throws DecryptionError and no other error */
  decrypt(record: string, location: AdditionalAuthenticatedData): string {
    const { keyId, payload } = parse(record, location);
    const key = this.#keys.get(keyId);
    if (!key) throw new DecryptionError('unknown_key', location, keyId);
    const decipher = createDecipheriv(ALGORITHM, key, payload.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAAD(additionalData(keyId, location));
    decipher.setAuthTag(payload.subarray(-TAG_BYTES));
    try {
      return decipher.update(payload.subarray(IV_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
    } catch {
      throw new DecryptionError('not_authentic', location, keyId);
    }
  }
}

function parse(record: string, location: AdditionalAuthenticatedData): { keyId: string; payload: Buffer } {
  const [format, keyId, encoded, ...rest] = record.split('.');
  if (format !== FORMAT || !keyId || !encoded || rest.length > 0) throw new DecryptionError('format', location);
  const payload = Buffer.from(encoded, 'base64url');
  // A lenient decoder accepts several encodings of the same bytes. Only the canonical one is valid here.
  if (payload.length <= IV_BYTES + TAG_BYTES || payload.toString('base64url') !== encoded) {
    throw new DecryptionError('format', location);
  }
  return { keyId, payload };
}

/** Length-prefixed, so that no two locations have the same bytes. */
function additionalData(keyId: string, { tenantId, rowId, column }: AdditionalAuthenticatedData): Buffer {
  const parts = [FORMAT, keyId, tenantId, rowId, column];
  return Buffer.from(parts.map((part) => `${Buffer.byteLength(part)}:${part}`).join(''));
}
