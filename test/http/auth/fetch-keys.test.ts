import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Authenticate } from '../../../src/http/auth/viewer.ts';
import { jwk, startIssuer } from '../../helpers/issuer.ts';
import { type Loopback, respond } from '../../helpers/loopback.ts';
import { rs256 } from '../../helpers/tokens.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const next = generateKeyPairSync('rsa', { modulusLength: 2048 });
const R1 = jwk(rsa.publicKey, { kid: 'r1' });

let issuer: Loopback;
let authenticate: Authenticate;
let logs: string[];
let claims: () => object;
beforeEach(async () => {
  ({ issuer, authenticate, logs, claims } = await startIssuer());
});
afterEach(() => issuer.close());

/** The viewer, or why there is none. */
async function judge(token: string): Promise<unknown> {
  return Promise.resolve(authenticate(`Bearer ${token}`)).catch((error: Error) => error.cause);
}

const byR1 = () => rs256(claims(), rsa.privateKey, { kid: 'r1' });

describe('a set that never ends', () => {
  /** Sends 64 kB again and again, for as long as somebody reads; counts them. */
  function endless(headers: Record<string, string>) {
    const sent = { bytes: 0, closed: false };
    issuer.answerWith((response) => {
      response.on('close', () => {
        sent.closed = true;
      });
      response.writeHead(200, headers);
      const chunk = Buffer.alloc(65_536, ' ');
      const more = () => {
        while (!sent.closed && response.write(chunk)) sent.bytes += chunk.length;
      };
      response.on('drain', more);
      more();
    });
    return sent;
  }

  it.each([
    ['with its length', { 'content-length': String(400 * 1024 * 1024) }],
    ['in chunks', {}],
  ])('is not read on, %s', async (_name, headers) => {
    const sent = endless(headers as Record<string, string>);
    expect(await judge(byR1())).toMatchObject({ reason: 'no_key_set' });
    await vi.waitFor(() => expect(sent.closed).toBe(true));
    // What the sockets of both sides hold stands in for what was read.
    expect(sent.bytes).toBeLessThan(20 * 1024 * 1024);
    expect(JSON.parse(logs[0] ?? '')).toMatchObject({ cause: 'The key set is larger than 1000000 bytes.' });
  });
});

describe('a key that no token is to be trusted by is none', () => {
  const WEAK = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const CURVE = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const HUGE = { kty: 'RSA', n: Buffer.alloc(2_048, 255).toString('base64url'), e: 'AQAB', kid: 'weak' };
  const SLOW = { ...jwk(next.publicKey, { kid: 'weak' }), e: Buffer.alloc(8, 255).toString('base64url') };
  it.each([
    ['RSA of 1,024 bits', jwk(WEAK.publicKey, { kid: 'weak' }), WEAK.privateKey],
    ['RSA of 16,384 bits', HUGE, next.privateKey],
    ['RSA with a large exponent', SLOW, next.privateKey],
    ['P-384', jwk(CURVE.publicKey, { kid: 'weak' }), next.privateKey],
    ['a private key', jwk(next.privateKey, { kid: 'weak' }), next.privateKey],
  ])('%s', async (_name, key, privateKey) => {
    issuer.answerWith(respond(200, { keys: [key, R1] }));
    const refusal = await Promise.resolve(authenticate(`Bearer ${rs256(claims(), privateKey, { kid: 'weak' })}`)).catch(
      (error: Error) => error.cause,
    );
    expect(refusal).toMatchObject({ reason: 'unsupported_key', facts: { keyId: 'weak' } });
    expect(await judge(byR1())).toMatchObject({ id: 'alice' });
    expect(await judge(rs256(claims(), rsa.privateKey))).toMatchObject({ id: 'alice' });
  });
});
