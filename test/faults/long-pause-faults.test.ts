import { FAULTS, type Fault, HUBSPOT_LIMITS } from 'hubspot-graphql-gateway-simulator';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Stack } from '../helpers/stack.ts';
import { codes, install, READ, SECOND } from '../helpers/token-faults.ts';

const DAY_S = 24 * 60 * 60;
const limited = (headers: Record<string, string>): Fault => ({
  ...FAULTS.tenSecondly,
  headers: { ...FAULTS.tenSecondly.headers, ...headers },
});

let stack: Stack;
beforeEach(async () => {
  stack = await Stack.start({ rateLimited: true, simulator: { limits: HUBSPOT_LIMITS } });
  await install(stack);
  stack.simulator.log.clear();
});
afterEach(() => stack.stop());

async function pausedUntil(): Promise<string | null> {
  const { data } = await stack.query('{ installation { pausedUntil } }');
  return (data as unknown as { installation: { pausedUntil: string | null } }).installation.pausedUntil;
}

async function pausedPortals(): Promise<string | undefined> {
  const text = await (await fetch(`${stack.url}/metrics`)).text();
  return /^gateway_hubspot_portals_paused (\d+)$/m.exec(text)?.[1];
}

/** One query in each of so many minutes. */
async function ask(minutes: number): Promise<unknown[]> {
  const outcomes: unknown[] = [];
  for (let minute = 0; minute < minutes; minute += 1) {
    stack.clock.advance(60 * SECOND);
    outcomes.push(...codes(await stack.settle(stack.query(READ))));
  }
  return outcomes;
}

describe.each<[string, Fault, string]>([
  ['a 429 that asks for a day', limited({ 'retry-after': String(DAY_S) }), 'RATE_LIMITED'],
  ['a 477 that asks for a day', FAULTS.migrating(DAY_S), 'HUBSPOT_UNAVAILABLE'],
])('%s', (_case, fault, code) => {
  it('stops the calls, is told in the installation and the metrics, and is tried once a minute', async () => {
    expect([await pausedUntil(), await pausedPortals()]).toEqual([null, '0']);
    stack.simulator.faults.add({ match: '^GET /crm', fault });
    for (let query = 0; query < 5; query += 1) {
      const { errors } = await stack.query(READ);
      expect(errors?.[0]?.extensions).toMatchObject({ code, retryAfterMs: DAY_S * SECOND });
    }
    expect(stack.simulator.log.crm()).toHaveLength(1);
    expect(await pausedUntil()).toBe(new Date(stack.clock.now() + DAY_S * SECOND).toISOString());
    expect(await pausedPortals()).toBe('1');
    expect(await ask(5)).toEqual(Array(5).fill(code));
    expect(stack.simulator.log.crm()).toHaveLength(6);
  });

  it('is over within a minute after HubSpot answers again, for everybody', async () => {
    stack.simulator.faults.add({ match: '^GET /crm', times: 1, fault });
    expect(codes(await stack.query(READ))).toEqual([code]);
    stack.clock.advance(59 * SECOND);
    expect(codes(await stack.query(READ))).toEqual([code]);
    expect(await ask(1)).toEqual([]);
    expect(codes(await stack.query(READ))).toEqual([]);
    expect([await pausedUntil(), await pausedPortals()]).toEqual([null, '0']);
  });
});

it('a 477 that asks for seconds is waited for without probes', async () => {
  stack.simulator.faults.add({ match: '^GET /crm', times: 1, fault: FAULTS.migrating(10) });
  expect(codes(await stack.query(READ))).toEqual(['HUBSPOT_UNAVAILABLE']);
  expect(await pausedUntil()).toBeNull();
  stack.clock.advance(10 * SECOND);
  const answers = await Promise.all([stack.query(READ), stack.query('{ deals(first: 1) { nodes { id } } }')]);
  expect(answers.flatMap(codes)).toEqual([]);
});
