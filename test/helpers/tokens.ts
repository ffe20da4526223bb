import { createHmac, type KeyObject, sign } from 'node:crypto';

/** JWTs as a library would never make them: any header, any payload, any key. */
export function hs256(payload: unknown, secret: string | Buffer, header: object = {}): string {
  const input = signingInput({ alg: 'HS256', typ: 'JWT', ...header }, payload);
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}

export function rs256(payload: unknown, privateKey: KeyObject, header: object = {}): string {
  const input = signingInput({ alg: 'RS256', typ: 'JWT', ...header }, payload);
  return `${input}.${sign('sha256', Buffer.from(input), privateKey).toString('base64url')}`;
}

export function es256(payload: unknown, privateKey: KeyObject, header: object = {}): string {
  const input = signingInput({ alg: 'ES256', typ: 'JWT', ...header }, payload);
  // RFC 7518 § 3.4: the two numbers side by side, not DER.
  const key = { key: privateKey, dsaEncoding: 'ieee-p1363' } as const;
  return `${input}.${sign('sha256', Buffer.from(input), key).toString('base64url')}`;
}

/** Header and payload as they are signed. */
export function signingInput(header: object, payload: unknown): string {
  return [header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
}
