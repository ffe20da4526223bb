import { REFRESH } from 'hubspot-graphql-gateway-simulator';
import { expect, it } from 'vitest';
import { DATABASE_KINDS } from '../helpers/databases.ts';
import { Stack } from '../helpers/stack.ts';
import { codes, EXPIRED, install, READ, refreshes, SECOND, statuses, tokenRow } from '../helpers/token-faults.ts';

// The deadline of a token call is a real timer: each of these tests takes 8 s, all of them together as well.
const OPTIONS = { timeout: 40_000 };
/** A busy machine is late. */
const DEADLINE = { from: 7.9 * SECOND, to: 14 * SECOND };

it.concurrent.each(DATABASE_KINDS)(
  'F21 ends a refresh that is never answered at 8 s, on %s',
  OPTIONS,
  async (database) => {
    const stack = await Stack.start({ database, replicas: database === 'postgres' ? 2 : 1 });
    try {
      const installation = await install(stack);
      stack.clock.advance(EXPIRED);
      const silence = stack.simulator.faults.add({ ...REFRESH, times: 1, fault: { kind: 'hold' } });
      await inRealTime(stack, async () => {
        const holder = timed(stack.query(READ));
        await silence.reached(1);
        const { lease_owner, lease_until } = await tokenRow(stack, installation);
        const waiters = [timed(stack.query(READ)), timed(stack.queryOn(stack.gateways.length - 1, READ))];
        const impatient = await timed(queryWithin(stack, SECOND));
        expect(impatient).toMatchObject({ value: 'TimeoutError' });
        expect(impatient.ms).toBeLessThan(5 * SECOND);
        await expect
          .poll(async () => (await tokenRow(stack, installation)).lease_until)
          .toBeGreaterThan(lease_until ?? Number.POSITIVE_INFINITY);
        expect(await tokenRow(stack, installation)).toMatchObject({ lease_owner });

        for (const { value, ms } of await Promise.all([holder, ...waiters])) {
          expect(codes(value)).toEqual(['HUBSPOT_UNAVAILABLE']);
          expect(ms).toBeLessThan(DEADLINE.to);
        }
        expect((await holder).ms).toBeGreaterThanOrEqual(DEADLINE.from);
      });
      expect(silence.hits).toBe(1);
      expect(refreshes(stack)).toBe(0);
      expect(await tokenRow(stack, installation)).toMatchObject({
        version: 1,
        failures: 1,
        lease_owner: null,
        in_doubt_since: expect.any(Number),
      });
      await expectRecovery(stack);
    } finally {
      await stack.stop();
    }
  },
);

it.concurrent.each(DATABASE_KINDS)(
  'F22 ends a refresh that drips by a deadline for the whole, on %s',
  OPTIONS,
  async (database) => {
    const stack = await Stack.start({ database });
    try {
      const installation = await install(stack);
      const before = await tokenRow(stack, installation);
      stack.clock.advance(EXPIRED);
      stack.simulator.faults.add({ ...REFRESH, times: 1, fault: { kind: 'drip', bytesPerSecond: 1 } });
      const { value, ms } = await timed(stack.query(READ));
      expect(codes(value)).toEqual(['HUBSPOT_UNAVAILABLE']);
      expect(ms).toBeGreaterThanOrEqual(DEADLINE.from);
      expect(ms).toBeLessThan(DEADLINE.to);
      expect(refreshes(stack)).toBe(1);
      expect(await tokenRow(stack, installation)).toMatchObject({
        version: 1,
        access_token: before.access_token,
        refresh_token: before.refresh_token,
        lease_owner: null,
        in_doubt_since: expect.any(Number),
      });
      await expectRecovery(stack);
    } finally {
      await stack.stop();
    }
  },
);

/** Two seconds are the longest pause after one failure. */
async function expectRecovery(stack: Stack): Promise<void> {
  stack.simulator.faults.clear();
  stack.clock.advance(2 * SECOND);
  expect((await stack.query(READ)).errors).toBeUndefined();
  expect(refreshes(stack)).toBe(2);
  expect(await statuses(stack)).toEqual([{ status: 'ACTIVE', status_reason: null }]);
}

/** Lets the clock of `stack` keep pace with real time during `work`. */
async function inRealTime(stack: Stack, work: () => Promise<void>): Promise<void> {
  let shownUntil = performance.now();
  const timer = setInterval(() => {
    const ms = Math.floor(performance.now() - shownUntil);
    shownUntil += ms;
    stack.clock.advance(ms);
  }, 10);
  await work().finally(() => clearInterval(timer));
}

/** A client with a deadline of its own: the name of the error that ends it. */
async function queryWithin(stack: Stack, ms: number): Promise<string> {
  const request = fetch(`${stack.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${stack.token()}` },
    body: JSON.stringify({ query: READ }),
    signal: AbortSignal.timeout(ms),
  });
  return request.then(
    () => 'answered',
    (error: unknown) => (error instanceof Error ? error.name : ''),
  );
}

async function timed<T>(work: Promise<T>): Promise<{ value: T; ms: number }> {
  const startedAt = performance.now();
  const value = await work;
  return { value, ms: performance.now() - startedAt };
}
