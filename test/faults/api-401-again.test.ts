import { afterEach, describe, expect, it } from 'vitest';
import { DATABASE_KINDS } from '../helpers/databases.ts';
import { type Answer, Stack, type StackOptions } from '../helpers/stack.ts';
import { codes, install, READ, refreshes, SECOND } from '../helpers/token-faults.ts';

let stack: Stack;
afterEach(() => stack.stop());

const code = (answer: Answer) => codes(answer)[0];
const answer401 = (category: string) => ({
  kind: 'answer' as const,
  status: 401,
  body: JSON.stringify({ category }),
  headers: { 'content-type': 'application/json' },
});

async function start(options: StackOptions): Promise<void> {
  stack = await Stack.start(options);
  await install(stack);
}

describe.each(DATABASE_KINDS)('a 401 soon after another one on %s', (database) => {
  it('F33 replaces every token that is ended early, however soon after the last one, once it has served', async () => {
    await start({ database });
    for (const turn of [1, 2, 3, 4]) {
      await stack.query(READ);
      stack.simulator.grants.revokeAccessTokens();
      expect((await stack.query(READ)).errors).toBeUndefined();
      expect(refreshes(stack)).toBe(turn);
    }
  });

  it('F33 replaces a token that HubSpot calls expired before it ever served', async () => {
    await start({ database });
    await stack.query(READ);
    stack.simulator.grants.revokeAccessTokens();
    // The call that is repeated after the first refresh, and the first one of the next query.
    const { faults } = stack.simulator;
    faults.add({ match: '^GET /crm', times: 3, fault: answer401('EXPIRED_AUTHENTICATION') });
    expect(code(await stack.query(READ))).toBe('HUBSPOT_UNAUTHORIZED');
    expect((await stack.query(READ)).errors).toBeUndefined();
    expect(refreshes(stack)).toBe(2);
  });

  it.each([
    ['INVALID_AUTHENTICATION', [30, 60, 120, 240, 300, 300]],
    ['EXPIRED_AUTHENTICATION', [0, 1, 2, 4, 8, 16]],
  ])('F34 pauses longer and longer while every token is refused as %s', async (category, pauses) => {
    await start({ database });
    const refused = stack.simulator.faults.add({ match: '^GET /crm', fault: answer401(category) });
    const askThreeTimes = async () => {
      for (let turn = 0; turn < 3; turn += 1) expect(code(await stack.query(READ))).toBe('HUBSPOT_UNAUTHORIZED');
    };
    expect(code(await stack.query(READ))).toBe('HUBSPOT_UNAUTHORIZED');
    let expected = 1;
    for (const pause of pauses) {
      if (pause > 0) {
        stack.clock.advance(pause * SECOND - 1);
        await askThreeTimes();
        expect(refreshes(stack)).toBe(expected);
        stack.clock.advance(1);
      }
      expect(code(await stack.query(READ))).toBe('HUBSPOT_UNAUTHORIZED');
      expected += 1;
      expect(refreshes(stack)).toBe(expected);
    }
    await askThreeTimes();
    expect(refreshes(stack)).toBe(expected);
    // A token that serves ends it.
    refused.remove();
    expect((await stack.query(READ)).errors).toBeUndefined();
    stack.simulator.grants.revokeAccessTokens();
    expect((await stack.query(READ)).errors).toBeUndefined();
    expect(refreshes(stack)).toBe(expected + 1);
  });
});

it('F33 and F34 hold on three replicas: a token that served anywhere is replaced, a portal that takes none costs no storm', async () => {
  await start({ database: 'postgres', replicas: 3 });
  const everywhere = () => Promise.all([0, 1, 2].map((replica) => stack.queryOn(replica, READ)));
  await everywhere();
  for (const turn of [1, 2, 3]) {
    stack.simulator.grants.revokeAccessTokens();
    expect((await stack.settle(everywhere())).filter(({ errors }) => errors)).toEqual([]);
    expect(refreshes(stack)).toBe(turn);
  }
  const refused = stack.simulator.faults.add({ match: '^GET /crm', fault: answer401('INVALID_AUTHENTICATION') });
  for (let turn = 0; turn < 5; turn += 1) {
    expect(new Set((await stack.settle(everywhere())).map(code))).toEqual(new Set(['HUBSPOT_UNAUTHORIZED']));
  }
  expect(refreshes(stack)).toBe(4);
  refused.remove();
});
