import { generateKeyPairSync } from 'node:crypto';
import type { ManualClock } from 'hubspot-graphql-gateway-simulator/manual-clock';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { GatewayError, isGatewayError } from '../../../src/errors.ts';
import type { Authenticate } from '../../../src/http/auth/viewer.ts';
import { jwk, startIssuer } from '../../helpers/issuer.ts';
import { type Answer, type Loopback, respond } from '../../helpers/loopback.ts';
import { es256, hs256, rs256 } from '../../helpers/tokens.ts';

const COOL_DOWN_MS = 30_000;
const REFRESH_MS = 60_000;
const DAY_MS = 24 * 60 * 60_000;

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const next = generateKeyPairSync('rsa', { modulusLength: 2048 });
const R1 = jwk(rsa.publicKey, { kid: 'r1', alg: 'RS256', use: 'sig' });
const E1 = jwk(ec.publicKey, { kid: 'e1' });
const R2 = jwk(next.publicKey, { kid: 'r2' });

let clock: ManualClock;
let issuer: Loopback;
let authenticate: Authenticate;
let logs: string[];
let claims: () => object;

beforeEach(async () => {
  ({ clock, issuer, authenticate, logs, claims } = await startIssuer());
  issuer.answerWith(respond(200, { keys: [R1, E1] }));
});
afterEach(() => issuer.close());

const fetches = () => issuer.received.length;

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

it('B59 fetches once per cool-down during a flood of unknown key ids', async () => {
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

/** How long clients are to wait because nobody can check the token; fails for any other answer. */
async function retryAfterMs(token: string): Promise<number> {
  const error: unknown = await Promise.resolve(authenticate(`Bearer ${token}`)).catch((reason: unknown) => reason);
  if (!(error instanceof GatewayError)) throw new TypeError('the token was accepted');
  expect(error.code).toBe('AUTHENTICATION_UNAVAILABLE');
  return (error as GatewayError<'AUTHENTICATION_UNAVAILABLE'>).extensions.retryAfterMs;
}

/** Tokens of their own, so that no verdict is remembered. */
let serial = 0;
const anotherByR1 = () => rs256({ ...claims(), jti: String(serial++) }, rsa.privateKey, { kid: 'r1' });

/** Waits for what a background fetch brought. */
const fetched = (count: number) => vi.waitFor(() => expect(fetches()).toBe(count));

describe('a key that the issuer withdrew', () => {
  it('refuses tokens two minutes later while the set is in use', async () => {
    expect(await accepts(anotherByR1())).toBe(true);
    const seen = byR1();
    clock.advance(REFRESH_MS - 1);
    expect(await accepts(seen)).toBe(true);
    issuer.answerWith(respond(200, { keys: [E1, R2] }));
    clock.advance(1);
    expect(await accepts(anotherByR1())).toBe(true);
    await fetched(2);
    await vi.waitFor(async () => expect(await accepts(anotherByR1())).toBe(false));
    clock.advance(REFRESH_MS - 1);
    expect(await accepts(seen)).toBe(false);
  });

  it('refuses tokens after a pause of two minutes', async () => {
    expect(await accepts(anotherByR1())).toBe(true);
    issuer.answerWith(respond(200, { keys: [E1, R2] }));
    clock.advance(2 * REFRESH_MS);
    expect(await accepts(anotherByR1())).toBe(false);
  });
});

it('does not keep anybody waiting while a set in use is fetched anew', async () => {
  expect(await accepts(anotherByR1())).toBe(true);
  issuer.answerWith(() => {});
  clock.advance(REFRESH_MS);
  for (let index = 0; index < 20; index += 1) expect(await accepts(anotherByR1())).toBe(true);
  await fetched(2);
});

describe('while the issuer is away', () => {
  const AWAY: Record<string, Answer> = {
    'an error': respond(500, 'no'),
    'something that is not JSON': respond(200, '<html>'),
    null: respond(200, 'null'),
    'no list': respond(200, { keys: { r1: R1 } }),
    'a list of nonsense': respond(200, { keys: [1, 'x'] }),
    'a redirect': respond(302, '', { location: 'http://127.0.0.1:9/jwks.json' }),
    'nothing, and hangs up': (response) => response.destroy(),
    'half of it, and hangs up': (response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('{"keys":[', () => response.destroy());
    },
    'more keys than anybody needs': respond(200, { keys: Array.from({ length: 101 }, () => R1) }),
  };

  it.each(Object.entries(AWAY))(
    'and answers %s, all clients are asked to retry, and it recovers',
    async (_name, answer) => {
      issuer.answerWith(answer);
      for (let index = 0; index < 20; index += 1) expect(await retryAfterMs(byR1())).toBe(1_000);
      expect(fetches()).toBe(1);
      issuer.answerWith(respond(200, { keys: [R1] }));
      clock.advance(1_000);
      expect(await accepts(byR1())).toBe(true);
    },
  );

  it.each([
    ['sends nothing', () => {}],
    ['stops in the middle', (response) => response.writeHead(200).write('{"keys":[')],
  ] satisfies [string, Answer][])('and %s, it is given up after 5 s', async (_name, answer) => {
    issuer.answerWith(answer);
    const waiting = Promise.all([retryAfterMs(byR1()), retryAfterMs(byR1('other'))]);
    await fetched(1);
    clock.advance(5_000);
    expect(await waiting).toEqual([1_000, 1_000]);
    expect(fetches()).toBe(1);
  });

  it('known keys serve on for as long as a token may live, and it is asked twice a minute', async () => {
    expect(await accepts(anotherByR1())).toBe(true);
    issuer.answerWith(respond(503, 'away'));
    clock.advance(DAY_MS - COOL_DOWN_MS);
    for (let index = 0; index < 20; index += 1) expect(await accepts(anotherByR1())).toBe(true);
    expect(fetches()).toBe(2);
    clock.advance(COOL_DOWN_MS - 1);
    expect(await accepts(anotherByR1())).toBe(true);
    expect(fetches()).toBe(2);
    clock.advance(1);
    expect(await retryAfterMs(anotherByR1())).toBe(1_000);
    issuer.answerWith(respond(200, { keys: [R1] }));
    clock.advance(1_000);
    expect(await accepts(anotherByR1())).toBe(true);
  });

  it('a flood of unknown key ids fetches once per cool-down, and no token is reported as invalid', async () => {
    expect(await accepts(anotherByR1())).toBe(true);
    issuer.answerWith(respond(503, 'away'));
    clock.advance(COOL_DOWN_MS);
    const flood = () => Promise.all(Array.from({ length: 100 }, (_, index) => retryAfterMs(byR1(`k${index}`))));
    expect(new Set(await flood())).toEqual(new Set([COOL_DOWN_MS]));
    clock.advance(COOL_DOWN_MS - 1_500);
    expect(new Set(await flood())).toEqual(new Set([1_500]));
    expect(fetches()).toBe(2);
    clock.advance(1_500);
    await flood();
    expect(fetches()).toBe(3);
  });

  it('the log says so once, and when it is back', async () => {
    issuer.answerWith(respond(503, 'away'));
    for (let index = 0; index < 10; index += 1) {
      await retryAfterMs(byR1());
      clock.advance(1_000);
    }
    issuer.answerWith(respond(200, { keys: [R1] }));
    clock.advance(5_000);
    expect(await accepts(byR1())).toBe(true);
    expect(logs.map((line) => JSON.parse(line))).toMatchObject([
      { msg: 'the key set cannot be read', cause: 'The key set answered HTTP 503.' },
      { msg: 'the key set can be read again', failures: 10 },
    ]);
  });
});

it('makes do with what it understands of a set', async () => {
  const strange = [{ kty: 'RSA', kid: 'broken' }, { kty: 'AKP', kid: 'future' }, { kid: 'bare' }, R1];
  issuer.answerWith(respond(200, { keys: strange }));
  expect(await accepts(byR1())).toBe(true);
  for (const kid of ['broken', 'future', 'bare']) expect(await accepts(byR1(kid))).toBe(false);
});
