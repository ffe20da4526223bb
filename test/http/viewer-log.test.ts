import { afterEach, beforeEach, expect, it } from 'vitest';
import { Stack } from '../helpers/stack.ts';
import { hs256 } from '../helpers/tokens.ts';

let stack: Stack;
beforeEach(async () => {
  stack = await Stack.start({ env: { LOG_LEVEL: 'info' } });
});
afterEach(() => stack.stop());

const QUERY = '{ viewer { id } }';

async function ask(authorization?: string): Promise<number> {
  const { raw } = await stack.send(QUERY, {}, undefined, { authorization: authorization ?? '' });
  return raw.status;
}

/** What the log says of viewers who were refused, less time and message. */
function refusals(): object[] {
  const lines = stack.logs.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'no valid viewer');
  return lines.map(({ time: _time, msg: _msg, ...line }) => line);
}

it('says once why a token was refused, and nothing of the token', async () => {
  await stack.query(QUERY);
  const tokens = [
    stack.token(undefined, { aud: 'account' }),
    stack.token(undefined, { iss: 'https://other.example' }),
    stack.token(undefined, { tenant: undefined }),
    hs256({ sub: 'alice' }, 'another secret than the one of the gateway'),
  ];
  for (const token of tokens) expect(await ask(`Bearer ${token}`)).toBe(401);
  expect(await ask()).toBe(401);
  expect(await ask('Basic YWxpY2U6c2VjcmV0')).toBe(401);
  expect(refusals()).toEqual([
    { level: 'info', reason: 'other_audience', found: '"account"' },
    { level: 'info', reason: 'other_issuer', found: '"https://other.example"' },
    { level: 'info', reason: 'no_tenant', claim: 'tenant' },
    { level: 'info', reason: 'bad_signature' },
    { level: 'info', reason: 'no_token' },
    { level: 'info', reason: 'malformed_token' },
  ]);
  for (const part of tokens.flatMap((token) => token.split('.'))) expect(stack.logs.join('')).not.toContain(part);
});

it('says when a token expired', async () => {
  const at = stack.clock.now() - 60_000;
  expect(await ask(`Bearer ${stack.token(undefined, { iat: 0, exp: at / 1000 })}`)).toBe(401);
  expect(refusals()).toEqual([{ level: 'info', reason: 'expired', expiredAt: new Date(at).toISOString() }]);
});

it('gives a flood of one kind ten lines a minute, and counts it', async () => {
  for (let times = 0; times < 30; times += 1) await ask();
  await ask('Bearer x.y.z');
  expect(refusals()).toHaveLength(11);
  const metrics = await (await fetch(`${stack.url}/metrics`)).text();
  expect(metrics).toContain('gateway_refusals_total{door="viewer",reason="no_token"} 30');
});
