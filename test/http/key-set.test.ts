import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { isGatewayError } from '../../src/errors.ts';
import { type Authenticate, createAuthenticator } from '../../src/http/viewer.ts';
import { ManualClock } from '../../src/lib/manual-clock.ts';
import { type Loopback, respond, startLoopback } from '../helpers/loopback.ts';
import { es256, hs256, rs256 } from '../helpers/tokens.ts';

const COOL_DOWN_MS = 30_000;
const MAX_AGE_MS = 10 * 60_000;

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const next = generateKeyPairSync('rsa', { modulusLength: 2048 });
const jwk = (key: KeyObject, more: object) => ({ ...key.export({ format: 'jwk' }), ...more });
const R1 = jwk(rsa.publicKey, { kid: 'r1', alg: 'RS256', use: 'sig' });
const E1 = jwk(ec.publicKey, { kid: 'e1' });
const R2 = jwk(next.publicKey, { kid: 'r2' });

let clock: ManualClock;
let issuer: Loopback;
let authenticate: Authenticate;

beforeEach(async () => {
  clock = new ManualClock();
  issuer = await startLoopback();
  issuer.answerWith(respond(200, { keys: [R1, E1] }));
  authenticate = createAuthenticator({
    key: { kind: 'jwks', url: `${issuer.url}/.well-known/jwks.json` },
    issuer: 'https://issuer.example',
    audience: 'gateway',
    tenantClaim: 'tenant',
    permissionsClaim: undefined,
    defaultPermissions: [],
    clock,
  });
});
afterEach(() => issuer.close());

const fetches = () => issuer.received.length;

function claims() {
  const now = clock.now() / 1000;
  return { sub: 'alice', tenant: 'acme', iss: 'https://issuer.example', aud: 'gateway', exp: now + 3_600 };
}

async function accepts(token: string): Promise<boolean> {
  try {
    return (await authenticate(`Bearer ${token}`)).id === 'alice';
  } catch (error) {
    if (!isGatewayError(error, 'UNAUTHENTICATED')) throw error;
    return false;
  }
}

const byR1 = (kid: unknown = 'r1') => rs256(claims(), rsa.privateKey, { kid });

it('accepts RS256 and ES256 with the keys of the set, fetched once for all', async () => {
  const tokens = Array.from({ length: 20 }, (_, index) =>
    index % 2 ? byR1() : es256(claims(), ec.privateKey, { kid: 'e1' }),
  );
  expect(await Promise.all(tokens.map(accepts))).not.toContain(false);
  expect(issuer.received.map(({ method, url }) => `${method} ${url}`)).toEqual(['GET /.well-known/jwks.json']);
});

it('B57 B58 refuses other keys, other algorithms, and keys for other uses', async () => {
  const pem = rsa.publicKey.export({ format: 'pem', type: 'spki' }).toString();
  const secret = { kty: 'oct', k: Buffer.from(pem).toString('base64url'), kid: 'oct' };
  issuer.answerWith(respond(200, { keys: [R1, E1, secret, { ...R2, use: 'enc' }] }));
  for (const token of [
    rs256(claims(), next.privateKey, { kid: 'r1' }),
    rs256(claims(), next.privateKey, { kid: 'r2' }),
    rs256(claims(), rsa.privateKey, { kid: 'e1' }),
    rs256(claims(), rsa.privateKey, { kid: 'r1', alg: 'PS256' }),
    es256(claims(), ec.privateKey, { kid: 'r1' }),
    hs256(claims(), pem, { kid: 'r1' }),
    hs256(claims(), pem, { kid: 'oct' }),
    rs256(claims(), next.privateKey, { kid: 'r1', jwk: R2 }),
  ]) {
    expect(await accepts(token)).toBe(false);
  }
  expect(fetches()).toBe(1);
});

it.each([
  '../../etc/passwd',
  "r1' OR 1=1",
  '__proto__',
  'constructor',
  'R1',
  'r1 ',
  '',
  0,
  1,
  null,
  ['r1'],
  { kid: 'r1' },
])('B59 refuses the key id %j', async (kid) => {
  expect(await accepts(byR1(kid))).toBe(false);
});

it('B59 refuses a key id of 1 MB without looking for it', async () => {
  expect(await accepts(byR1('x'.repeat(1_000_000)))).toBe(false);
  expect(fetches()).toBe(0);
});

it('B59 needs a key id where the set has several keys, and none where it has one', async () => {
  expect(await accepts(rs256(claims(), rsa.privateKey))).toBe(false);
  issuer.answerWith(respond(200, { keys: [R1] }));
  clock.advance(COOL_DOWN_MS);
  expect(await accepts(rs256(claims(), rsa.privateKey))).toBe(true);
});

it('B59 asks once per cool-down, whatever flood of unknown key ids arrives', async () => {
  const flood = (count: number) =>
    Promise.all(Array.from({ length: count }, (_, index) => accepts(hs256(claims(), 'x', { kid: `k${index}` }))));
  expect(await flood(500)).not.toContain(true);
  for (let index = 0; index < 50; index += 1) await flood(1);
  expect(fetches()).toBe(1);
  clock.advance(COOL_DOWN_MS - 1);
  await flood(100);
  expect(fetches()).toBe(1);
  clock.advance(1);
  await flood(100);
  expect(fetches()).toBe(2);
});

it('B59 accepts a new key after the cool-down, flood or not', async () => {
  expect(await accepts(byR1())).toBe(true);
  issuer.answerWith(respond(200, { keys: [R1, R2] }));
  const renewed = () => rs256(claims(), next.privateKey, { kid: 'r2' });
  expect(await accepts(renewed())).toBe(false);
  clock.advance(COOL_DOWN_MS);
  expect(await Promise.all([accepts(byR1('unknown')), accepts(renewed()), accepts(byR1())])).toEqual([
    false,
    true,
    true,
  ]);
  expect(fetches()).toBe(2);
});

it('ends with a key that the issuer withdrew', async () => {
  expect(await accepts(byR1())).toBe(true);
  issuer.answerWith(respond(200, { keys: [E1, R2] }));
  clock.advance(MAX_AGE_MS - 1);
  expect(await accepts(byR1())).toBe(true);
  clock.advance(1);
  expect(await accepts(byR1())).toBe(false);
});

it('serves on with known keys while the issuer is away, and asks now and then', async () => {
  expect(await accepts(byR1())).toBe(true);
  issuer.answerWith(respond(503, 'away'));
  clock.advance(24 * 60 * 60_000);
  for (let index = 0; index < 20; index += 1) expect(await accepts(byR1())).toBe(true);
  expect(fetches()).toBe(2);
  clock.advance(COOL_DOWN_MS);
  expect(await accepts(byR1())).toBe(true);
  expect(fetches()).toBe(3);
});

it.each([
  ['an error', respond(500, 'no')],
  ['something that is not JSON', respond(200, '<html>')],
  ['null', respond(200, 'null')],
  ['no list', respond(200, { keys: { r1: R1 } })],
  ['a list of nonsense', respond(200, { keys: [1, 'x'] })],
  ['a redirect', respond(302, '', { location: 'http://127.0.0.1:9/jwks.json' })],
  ['nothing, and hangs up', (response: { destroy: () => void }) => response.destroy()],
  [
    'half of it, and hangs up',
    (response: Parameters<ReturnType<typeof respond>>[0]) => {
      response.writeHead(200, { 'content-length': '1000' }).write('{"keys":[', () => response.destroy());
    },
  ],
])('refuses everybody while the issuer answers %s, and recovers a second after', async (_name, answer) => {
  issuer.answerWith(answer);
  for (let index = 0; index < 20; index += 1) expect(await accepts(byR1())).toBe(false);
  expect(fetches()).toBe(1);
  issuer.answerWith(respond(200, { keys: [R1] }));
  clock.advance(1_000);
  expect(await accepts(byR1())).toBe(true);
});

it('makes do with what it understands of a set', async () => {
  const strange = [{ kty: 'RSA', kid: 'broken' }, { kty: 'AKP', kid: 'future' }, { kid: 'bare' }, R1];
  issuer.answerWith(respond(200, { keys: strange }));
  expect(await accepts(byR1())).toBe(true);
  for (const kid of ['broken', 'future', 'bare']) expect(await accepts(byR1(kid))).toBe(false);
});
