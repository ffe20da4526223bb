import { HUBSPOT_LIMITS } from 'hubspot-graphql-gateway-simulator';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { QuotaLeaseStore, type StoredQuotaLease } from '../../src/storage/quota-lease-store.ts';
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
  stack = await Stack.start({ database: 'postgres', replicas: REPLICAS, rateLimited: true, simulator: { limits: {} } });
  await install(stack);
});
afterEach(() => stack.stop());

let answers: Answer[] = [];
/** Queries whose connection was cut before their answer, as may happen to those that a stopped replica still has. */
let cut: unknown[] = [];
let underWay: number[] = [];
beforeEach(() => {
  [answers, cut, underWay] = [[], [], Array(REPLICAS).fill(0)];
});

/** For `ms` each replica always has queries that wait for HubSpot. */
async function crowd(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += STEP_MS) {
    for (let replica = 0; replica < REPLICAS; replica++) while ((underWay[replica] ?? 0) < CROWD) ask(replica);
    await step();
  }
}

/** Nobody asks any more; what is under way comes to its end. */
async function crowdLeaves(): Promise<void> {
  while (underWay.some((count) => count > 0)) await step();
}

async function step(): Promise<void> {
  stack.clock.advance(STEP_MS);
  await quiet();
}

function ask(replica: number): void {
  underWay[replica] = (underWay[replica] ?? 0) + 1;
  stack
    .queryOn(replica, QUERY)
    .then(
      (answer) => answers.push(answer),
      (error) => cut.push(error),
    )
    .finally(() => {
      underWay[replica] = (underWay[replica] ?? 0) - 1;
    });
}

/** Sockets and statements take real time; virtual time stands still until they have nothing more to do. */
async function quiet(): Promise<void> {
  const state = () => `${stack.simulator.log.statistics().calls.burst} ${answers.length} ${cut.length}`;
  let before: string;
  do {
    before = state();
    await new Promise((resolve) => setTimeout(resolve, 3));
  } while (state() !== before);
}

it(`keep HubSpot's limit and use it up, ${REPLICAS} replicas that all want more, without a single 429`, async () => {
  await crowd(2 * windowMs);
  stack.simulator.log.resetStatistics();
  await crowd(2 * windowMs);
  const { calls, maxInWindow } = stack.simulator.log.statistics();
  await crowdLeaves();

  expect(stack.simulator.log.count429()).toBe(0);
  expect(maxInWindow[SMALL_PORTAL.hubId]).toBeLessThanOrEqual(max);
  expect(calls.burst).toBeGreaterThanOrEqual(0.9 * 2 * max);
  expect(answers.filter(({ errors }) => errors)).toEqual([]);
  expect(cut).toEqual([]);
}, 60_000);

it('want nothing any more when they are stopped', async () => {
  await crowd(windowMs);
  expect(await wanting()).toBe(REPLICAS);
  await stack.settle(Promise.all(stack.gateways.slice(1).map((gateway) => gateway.close())));
  expect(await wanting()).toBe(1);
  await crowdLeaves();
}, 60_000);

/** Replicas that share the general limit. */
async function wanting(): Promise<number> {
  let leases: readonly StoredQuotaLease[] = [];
  await new QuotaLeaseStore(stack.db.database).renew(SMALL_PORTAL.hubId, 'onlooker', (ledgerOf) => {
    leases = ledgerOf('general').leases;
    return [];
  });
  return leases.filter(({ wanted }) => wanted > 0).length;
}
