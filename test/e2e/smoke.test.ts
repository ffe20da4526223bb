import { afterAll, beforeAll, expect, it } from 'vitest';
import { Stack } from '../helpers/stack.ts';

let stack: Stack;
beforeAll(async () => { stack = await Stack.start(); });
afterAll(() => stack.stop());

it('works', async () => {
  console.log(await stack.connect());
  const a = await stack.query('{ viewer { id tenantId permissions } installation { id hubId grantedScopes status accessTokenExpiresAt missingScopes } contacts(first: 3) { totalCount edges { cursor node { id email firstName createdAt lastContactedAt deals(first: 2) { nodes { name amount closeDate } } } } pageInfo { hasNextPage endCursor } } }');
  console.log(JSON.stringify(a, null, 1));
  console.log(stack.simulator.log.all().map((r) => `${r.method} ${r.path} ${JSON.stringify(r.query)} ${JSON.stringify(r.body)} ${r.status}`).join('\n'));
  console.log(stack.logs.join(''));
  expect(a.errors).toBeUndefined();
});
