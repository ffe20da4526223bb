import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Stack } from '../helpers/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start();
});
afterAll(() => stack.stop());

/** The working group's own questions to a server, by the drafts before the first edition. There is no exception to name. */
const audits = serverAudits({
  url: () => `${stack.url}/graphql`,
  fetchFn: (url: string, init: RequestInit = {}) =>
    fetch(url, { ...init, headers: { ...init.headers, authorization: `Bearer ${stack.token()}` } }),
});

it.each(audits.map((audit) => [audit.id, audit.name, audit] as const))('%s %s', async (_id, _name, audit) => {
  const { status, ...result } = await audit.fn();
  expect({ status, reason: 'reason' in result ? result.reason : undefined }).toEqual({ status: 'ok' });
});
