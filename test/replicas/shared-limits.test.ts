import { afterEach, beforeEach, expect, it } from 'vitest';
import { HUBSPOT_LIMITS } from '../../src/simulator/limits/limits.ts';
import { type BudgetSlice, BudgetSliceStore } from '../../src/storage/budget-slice-store.ts';
import { type Answer, SMALL_PORTAL, Stack } from '../helpers/stack.ts';
import { install } from '../helpers/token-faults.ts';

const REPLICAS = 3;
/** Queries of each replica that are under way at any time. */
const CROWD = 12;
/** One call of HubSpot. */
const QUERY = '{ contacts(first: 1) { nodes { id } } }';
const STEP_MS = 50;
const { max, windowMs } = HUBSPOT_LIMITS.burst;

let stack: Stack;
beforeEach(async () => {
  stack = await Stack.start({ database: 'postgres', replicas: REPLICAS, governed: true, simulator: { limits: {} } });
  await install(stack);
});
afterEach(() => stack.stop());

let answers: Answer[];
let underWay: number[];

/** For `ms` each of `replicas` always has queries that wait for HubSpot. */
async function crowd(replicas: readonly number[], ms: number): Promise<void> {
  answers = [];
  underWay = Array(REPLICAS).fill(0);
  for (let passed = 0; passed < ms; passed += STEP_MS) {
    for (const replica of replicas) while ((underWay[replica] ?? 0) < CROWD) ask(replica);
    stack.clock.advance(STEP_MS);
    await quiet();
  }
}

function ask(replica: number): void {
  underWay[replica] = (underWay[replica] ?? 0) + 1;
  void stack.queryOn(replica, QUERY).then((answer) => {
    underWay[replica] = (underWay[replica] ?? 0) - 1;
    answers.push(answer);
  });
}

/** Sockets and statements take real time; virtual time stands still until they have nothing more to do. */
async function quiet(): Promise<void> {
  const state = () => `${stack.simulator.log.statistics().calls.burst} ${answers.length}`;
  let before: string;
  do {
    before = state();
    await new Promise((resolve) => setTimeout(resolve, 3));
  } while (state() !== before);
}

it(`keep HubSpot's limit and use it up, ${REPLICAS} replicas that all want more, without a single 429`, async () => {
  await crowd([0, 1, 2], 2 * windowMs);
  stack.simulator.log.resetStatistics();
  await crowd([0, 1, 2], 2 * windowMs);

  const { calls, maxInWindow } = stack.simulator.log.statistics();
  expect(stack.simulator.log.count429()).toBe(0);
  expect(maxInWindow[SMALL_PORTAL.hubId]).toBeLessThanOrEqual(max);
  expect(calls.burst).toBeGreaterThanOrEqual(0.9 * 2 * max);
  expect(answers.filter(({ errors }) => errors)).toEqual([]);
}, 60_000);

it('want nothing any more when they are stopped', async () => {
  await crowd([0, 1, 2], windowMs);
  expect(await wanting()).toBe(REPLICAS);
  await stack.settle(Promise.all(stack.gateways.slice(1).map((gateway) => gateway.close())));
  expect(await wanting()).toBe(1);
}, 60_000);

/** Replicas that share the general limit. */
async function wanting(): Promise<number> {
  let slices: readonly BudgetSlice[] = [];
  await new BudgetSliceStore(stack.db.database).renew(SMALL_PORTAL.hubId, 'onlooker', (ledgerOf) => {
    slices = ledgerOf('general').slices;
    return [];
  });
  return slices.filter(({ wanted }) => wanted > 0).length;
}
