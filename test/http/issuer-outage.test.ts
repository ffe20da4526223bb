import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Loopback, respond, startLoopback } from '../helpers/loopback.ts';
import { ALICE, Stack } from '../helpers/stack.ts';
import { es256 } from '../helpers/tokens.ts';

const QUERY = '{ viewer { id } }';
const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });

let issuer: Loopback;
let stack: Stack;
beforeEach(async () => {
  issuer = await startLoopback();
  stack = await Stack.start({ env: { AUTH_JWT_SECRET: '', AUTH_JWKS_URL: `${issuer.url}/keys`, LOG_LEVEL: 'info' } });
});
afterEach(async () => {
  await stack.stop();
  await issuer.close();
});

function ask(kid: string) {
  const now = stack.clock.now() / 1000;
  const claims = { ...ALICE, iss: 'https://issuer.example', aud: 'gateway', exp: now + 3_600 };
  const authorization = `Bearer ${es256(claims, keys.privateKey, { kid })}`;
  return stack.send(QUERY, {}, ALICE, { authorization, origin: 'https://app.example' });
}

it('answers 503 with Retry-After while the issuer hangs, which no client takes for a reason to log people out', async () => {
  issuer.answerWith(() => {});
  const { raw, answer } = await stack.settle(ask('e1'));
  expect(raw.status).toBe(503);
  expect(raw.headers.get('retry-after')).toBe('1');
  expect(raw.headers.get('www-authenticate')).toBe(null);
  expect(raw.headers.get('access-control-allow-origin')).toBe('https://app.example');
  expect(raw.headers.get('x-request-id')).toMatch(/^[\w-]{36}$/);
  expect(answer).toEqual({
    errors: [
      {
        message: 'The identity server does not answer, so tokens cannot be checked. Ask again later.',
        extensions: { code: 'AUTHENTICATION_UNAVAILABLE', retryAfterMs: 1_000 },
      },
    ],
  });
  expect(issuer.received).toHaveLength(1);
  const metrics = await (await fetch(`${stack.url}/metrics`)).text();
  expect(metrics).toContain('gateway_refusals_total{door="viewer",reason="no_key_set"} 1');
});

it('keeps serving the tokens of known keys, and asks others to retry', async () => {
  issuer.answerWith(respond(200, { keys: [{ ...keys.publicKey.export({ format: 'jwk' }), kid: 'e1' }] }));
  expect((await ask('e1')).answer).toEqual({ data: { viewer: { id: 'alice' } } });
  expect((await ask('e2')).raw.status).toBe(401);
  issuer.answerWith(respond(500, 'away'));
  stack.clock.advance(10 * 60_000);
  expect((await ask('e1')).answer).toEqual({ data: { viewer: { id: 'alice' } } });
  const { raw } = await ask('e2');
  expect([raw.status, raw.headers.get('retry-after')]).toEqual([503, '30']);
});
