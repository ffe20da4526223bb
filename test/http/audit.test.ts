import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Stack } from '../helpers/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start();
});
afterAll(() => stack.stop());

/**
 * The working group's audit asks for the rules of the drafts. Since the first edition (September 2026), a request that is
 * not well formed, and variables that do not fit, have status 422 instead of 400.
 */
const DRAFTS_400 =
  /^(MAY use 400 status code (on (missing|object|number|boolean|string|array) \{|if parameters are invalid)|SHOULD use a status code of 400 on variable coercion failure when accepting application\/graphql-response\+json)/;

const audits = serverAudits({
  url: () => `${stack.url}/graphql`,
  fetchFn: (url: string, init: RequestInit = {}) =>
    fetch(url, { ...init, headers: { ...init.headers, authorization: `Bearer ${stack.token()}` } }),
});

it.each(audits.map((audit) => [audit.id, audit.name, audit] as const))('%s %s', async (_id, name, audit) => {
  const result = await audit.fn();
  if (!DRAFTS_400.test(name)) {
    const { status, ...rest } = result;
    return expect({ status, reason: 'reason' in rest ? rest.reason : undefined }).toEqual({ status: 'ok' });
  }
  expect(result.status).not.toBe('ok');
  expect('response' in result && result.response.status).toBe(422);
});

it('differs from the drafts in nineteen places', () => {
  expect(audits.filter(({ name }) => DRAFTS_400.test(name))).toHaveLength(19);
});
