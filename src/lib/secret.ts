import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 bits from the CSPRNG as 43 base64url characters (RFC 6749 § 10.10 asks for 160 or more). */
export function randomSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** SHA-256 as base64url. The gateway stores and compares it in place of a one-time secret. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/** Compares two strings in a time that does not depend on where they differ. */
export function secretEquals(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
