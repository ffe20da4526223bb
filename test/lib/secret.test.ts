import { describe, expect, it } from 'vitest';
import { randomSecret, secretEquals, sha256 } from '../../src/lib/secret.ts';

describe('randomSecret', () => {
  it('is 32 bytes in 43 characters that need no escaping in a URL', () => {
    const secret = randomSecret();
    expect(secret).toMatch(/^[\w-]{43}$/);
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
  });

  it('never comes twice', () => {
    expect(new Set(Array.from({ length: 10_000 }, randomSecret)).size).toBe(10_000);
  });
});

describe('sha256', () => {
  // The example of RFC 7636, appendix B: what makes it fit for a PKCE challenge.
  it('is the S256 transformation of RFC 7636', () => {
    expect(sha256('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk')).toBe('E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM');
  });

  it('reads its text as UTF-8', () => {
    expect(sha256('')).toBe('47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU');
    expect(sha256('ü')).toBe('YHR0ykdalyTXNgq6caVtXfd-YTUOP3JM-h9G6Ffi2F8');
  });
});

describe('secretEquals', () => {
  it.each([
    ['', ''],
    ['abc', 'abc'],
    ['ü€😀', 'ü€😀'],
  ])('is true for %j and %j', (a, b) => {
    expect(secretEquals(a, b)).toBe(true);
  });

  it.each([
    ['abc', 'abd'],
    ['abc', 'Abc'],
    ['abc', 'abcd'],
    ['abc', 'ab'],
    ['abc', ''],
    ['', 'abc'],
    ['é', 'e\u0301'], // the same letter, other bytes
    ['ab', 'ü'], // both two bytes
  ])('is false for %j and %j', (a, b) => {
    expect(secretEquals(a, b)).toBe(false);
  });
});
