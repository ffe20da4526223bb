import { HUBSPOT_LIMITS } from 'hubspot-graphql-gateway-simulator';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ALICE, type Answer, SMALL_PORTAL, type Stack, type TestViewer } from '../helpers/stack.ts';
import { UserLevel } from '../helpers/user-level.ts';

const VIEWERS: readonly TestViewer[] = [ALICE, { ...ALICE, sub: 'bob' }];
const REPLICAS = 2;
/** Queries of each viewer on each replica that are under way at any time. */
const CROWD = 12;
/** One call of HubSpot, which no other viewer shares. */
const QUERY = '{ contacts(first: 1) { nodes { id } } }';
const STEP_MS = 50;
const { max, windowMs } = HUBSPOT_LIMITS.burst;

let stack: Stack;
beforeEach(async () => {
  const simulator = { limits: {}, app: { isUserLevel: true } };
  const on = await UserLevel.start({ database: 'postgres', replicas: REPLICAS, rateLimited: true, simulator });
  stack = on.stack;
  for (const [index, viewer] of VIEWERS.entries())
    await stack.settle(on.connectAs(viewer, on.person(index, { view: 'own' })));
});
afterEach(() => stack.stop());

it('the grants of two viewers share the limit of their portal, use it up, and never exceed it', async () => {
  const answers: Answer[] = [];
  const underWay = new Map<string, number>();
  const ask = (replica: number, viewer: TestViewer) => {
    const key = `${replica} ${viewer.sub}`;
    underWay.set(key, (underWay.get(key) ?? 0) + 1);
    void stack
      .queryOn(replica, QUERY, {}, viewer)
      .then((answer) => answers.push(answer))
      .finally(() => underWay.set(key, (underWay.get(key) ?? 0) - 1));
  };
  const crowd = async (ms: number, isFull: () => boolean) => {
    for (let passed = 0; passed < ms && isFull(); passed += STEP_MS) {
      stack.clock.advance(STEP_MS);
      await quiet(answers);
    }
  };
  const fill = () => {
    for (let replica = 0; replica < REPLICAS; replica++)
      for (const viewer of VIEWERS)
        while ((underWay.get(`${replica} ${viewer.sub}`) ?? 0) < CROWD) ask(replica, viewer);
    return true;
  };
  await crowd(2 * windowMs, fill);
  stack.simulator.log.resetStatistics();
  await crowd(2 * windowMs, fill);
  const { calls, maxInWindow } = stack.simulator.log.statistics();
  await crowd(10 * windowMs, () => [...underWay.values()].some((count) => count > 0));

  expect(stack.simulator.log.count429()).toBe(0);
  expect(maxInWindow[SMALL_PORTAL.hubId]).toBeLessThanOrEqual(max);
  expect(calls.burst).toBeGreaterThanOrEqual(0.9 * 2 * max);
  expect(answers.filter(({ errors }) => errors)).toEqual([]);
}, 60_000);

/** Sockets and statements take real time; virtual time stands still until they have nothing more to do. */
async function quiet(answers: readonly Answer[]): Promise<void> {
  const state = () => `${stack.simulator.log.statistics().calls.burst} ${answers.length}`;
  let before: string;
  do {
    before = state();
    await new Promise((resolve) => setTimeout(resolve, 3));
  } while (state() !== before);
}
