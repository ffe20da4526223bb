import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AdditionalAuthenticatedData,
  DecryptionError,
  TokenCipher,
} from '../../../src/storage/encryption/token-cipher.ts';

const PLACE: AdditionalAuthenticatedData = {
  tenantId: 'acme',
  rowId: 'Installation:1',
  column: 'installation_tokens.access_token',
};
const SECRET = 'canary-token';
const IV_BYTES = 12;
const TAG_BYTES = 16;

const K1 = { id: 'k1', key: randomBytes(32) };
const K2 = { id: 'k2', key: randomBytes(32) };
const cipher = new TokenCipher([K1]);
const record = cipher.encrypt(SECRET, PLACE);
const payload = Buffer.from(record.split('.')[2] ?? '', 'base64url');

const withPayload = (bytes: Uint8Array) => `v1.k1.${Buffer.from(bytes).toString('base64url')}`;

describe('TokenCipher', () => {
  it.each(['a', SECRET, 'ü€😀', ' \n', 'x'.repeat(4_096)])('decrypts what it encrypted (%j)', (secret) => {
    expect(cipher.decrypt(cipher.encrypt(secret, PLACE), PLACE)).toBe(secret);
  });

  it('writes the format, the id of the key, and nothing readable', () => {
    expect(record).toMatch(/^v1\.k1\.[\w-]+$/);
    expect(payload).toHaveLength(IV_BYTES + SECRET.length + TAG_BYTES);
    expect(payload.toString('latin1')).not.toContain(SECRET);
  });

  it('never uses an initialisation vector twice', () => {
    const vectors = Array.from({ length: 10_000 }, () => {
      const [, , encoded = ''] = cipher.encrypt(SECRET, PLACE).split('.');
      return Buffer.from(encoded, 'base64url').toString('hex', 0, IV_BYTES);
    });
    expect(new Set(vectors).size).toBe(10_000);
  });

  it('needs a key', () => {
    expect(() => new TokenCipher([])).toThrow(TypeError);
  });
});

describe('a ring of keys', () => {
  it('decrypts with an older key, and encrypts with the newest', () => {
    const rotated = new TokenCipher([K2, K1]);
    expect(rotated.decrypt(record, PLACE)).toBe(SECRET);
    expect(rotated.encrypt(SECRET, PLACE)).toMatch(/^v1\.k2\./);
  });

  it('does not decrypt with a key that it lacks', () => {
    expect(refusal(new TokenCipher([K2]), record).reason).toBe('unknown_key');
  });

  it('does not decrypt with another key of the same id', () => {
    expect(refusal(new TokenCipher([{ id: 'k1', key: K2.key }]), record).reason).toBe('not_authentic');
  });

  it('does not decrypt under another id, even with the same key', () => {
    const twice = new TokenCipher([K1, { id: 'k9', key: K1.key }]);
    expect(refusal(twice, record.replace('.k1.', '.k9.')).reason).toBe('not_authentic');
  });
});

describe('an encrypted value', () => {
  it.each<[string, Partial<AdditionalAuthenticatedData>]>([
    ['tenant', { tenantId: 'globex' }],
    ['row', { rowId: 'Installation:2' }],
    ['column', { column: 'installation_tokens.refresh_token' }],
    ['split of the same text into tenant and row', { tenantId: 'acmeInstallation:', rowId: '1' }],
  ])('does not open in another %s', (_, moved) => {
    expect(refusal(cipher, record, { ...PLACE, ...moved }).reason).toBe('not_authentic');
  });

  it('is not decrypted when any one of its bits is flipped', () => {
    for (let bit = 0; bit < payload.length * 8; bit += 1) {
      const flipped = Buffer.from(payload);
      flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(refusal(cipher, withPayload(flipped)).reason, `bit ${bit}`).toBe('not_authentic');
    }
  });

  it.each([0, 4, 8, 12, 15])('is not decrypted when its tag is cut to %i bytes', (length) => {
    refusal(cipher, withPayload(payload.subarray(0, payload.length - TAG_BYTES + length)));
  });

  it.each([0, 1, IV_BYTES, IV_BYTES + TAG_BYTES])('is not decrypted when only %i bytes are left', (length) => {
    expect(refusal(cipher, withPayload(payload.subarray(0, length))).reason).toBe('format');
  });

  it('is not decrypted when it is longer than it was', () => {
    refusal(cipher, withPayload(Buffer.concat([payload, Buffer.alloc(1)])));
    refusal(cipher, withPayload(Buffer.concat([Buffer.alloc(1), payload])));
  });

  it.each(['', SECRET, '.', '..', 'v1', 'v1.k1', 'v1.k1.', 'v1..', 'v2.k1.AAAA', 'null'])(
    'is not the text %j',
    (text) => {
      expect(refusal(cipher, text).reason).toBe('format');
    },
  );

  it('has one spelling', () => {
    // 40 bytes: the last character carries bits that mean nothing, and a padded spelling ends in two equal signs.
    expect(payload.length % 3).toBe(1);
    const spelled = sealedWithBothSpecials();
    const others = [
      `${spelled}==`,
      `${spelled}=`,
      spelled.replaceAll('-', '+').replaceAll('_', '/'),
      spelled.slice(0, -1) + nextCharacter(spelled.at(-1) ?? ''),
      `${spelled}\n`,
      ` ${spelled}`,
      spelled.replace('v1.k1.', 'v1.k1. '),
      `${spelled.slice(0, 20)}\n${spelled.slice(20)}`,
      spelled.replace('v1', 'V1'),
      `${spelled}.`,
      `${spelled}.AAAA`,
    ];
    for (const other of others) expect(refusal(cipher, other).reason, other).toBe('format');
    expect(cipher.decrypt(spelled, PLACE)).toBe(SECRET);
  });

  it('decrypts any text or fails with a DecryptionError', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.uint8Array().map(withPayload),
      fc.tuple(fc.nat(record.length), fc.string()).map(([at, text]) => record.slice(0, at) + text + record.slice(at)),
    );
    fc.assert(
      fc.property(texts, (text) => {
        if (text !== record) refusal(cipher, text);
      }),
    );
  });
});

describe('DecryptionError', () => {
  it('tells where and why, and holds neither secret nor record nor key', () => {
    const tampered = withPayload(Buffer.concat([payload.subarray(1), payload.subarray(0, 1)]));
    const errors = [
      refusal(cipher, SECRET),
      refusal(new TokenCipher([K2]), record),
      refusal(cipher, tampered),
      refusal(cipher, record, { ...PLACE, tenantId: 'globex' }),
    ];
    for (const error of errors) {
      expect(error.message).toBe(`The stored value of column ${PLACE.column} cannot be decrypted (${error.reason}).`);
      const told = [error.stack, String(error.cause), JSON.stringify(error)].join('\n');
      for (const held of [SECRET, record, tampered, record.slice(6, 26), K1.key.toString('base64')]) {
        expect(told).not.toContain(held);
      }
    }
  });
});

/** The error with which `text` is refused; anything else fails the test. */
function refusal(ring: TokenCipher, text: string, place: AdditionalAuthenticatedData = PLACE): DecryptionError {
  try {
    ring.decrypt(text, place);
  } catch (error) {
    if (error instanceof DecryptionError) return error;
    throw error;
  }
  throw new Error(`${JSON.stringify(text)} was opened`);
}

/** A record in which both alphabets of base64 differ. */
function sealedWithBothSpecials(): string {
  const candidates = Array.from({ length: 1_000 }, () => cipher.encrypt(SECRET, PLACE));
  return candidates.find((encrypted) => encrypted.includes('-') && encrypted.includes('_')) ?? '';
}

/** Same significant bits, other idle bits: the last of 54 characters that spell 40 bytes carries two bits of six. */
function nextCharacter(character: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return alphabet.charAt(alphabet.indexOf(character) + 1);
}
