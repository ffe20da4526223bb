import { afterEach, describe, expect, it } from 'vitest';
import { faultsOf } from '../helpers/broken-replica.ts';
import { DATABASE_KINDS } from '../helpers/databases.ts';
import { SMALL_PORTAL, Stack } from '../helpers/stack.ts';
import { codes, install, READ, SECOND } from '../helpers/token-faults.ts';

const HUB = SMALL_PORTAL.hubId;

describe('the log tells of outages', () => {
  let stack: Stack;
  afterEach(() => stack.stop());

  /** Lines of `msg`, without what every line has. */
  function told(...messages: string[]): unknown[] {
    const lines = stack.logs.map((line): Record<string, unknown> => JSON.parse(line));
    return lines.filter(({ msg }) => messages.includes(String(msg))).map(({ time, ...line }) => line);
  }
  const OF_PORTAL = ['HubSpot fails for a portal', 'HubSpot serves a portal again'];
  const OF_STORAGE = ['the database is not available', 'the database is available again'];
  const OF_READINESS = ['not ready', 'ready again'];
  const ready = async () => (await fetch(`${stack.url}/health/ready`)).status;

  it('of HubSpot, once for each portal, with what failed and how often', async () => {
    stack = await Stack.start();
    await install(stack);
    const fault = stack.simulator.faults.add({
      match: '^GET /crm/',
      fault: { kind: 'answer', status: 503, body: '{}' },
    });
    for (let query = 0; query < 3; query += 1) {
      expect(codes(await stack.settle(stack.query(READ)))).toEqual(['HUBSPOT_UNAVAILABLE']);
    }
    const begun = { level: 'warn', hubId: HUB, code: 'HUBSPOT_UNAVAILABLE', call: 'contacts.list', status: 503 };
    expect(told(...OF_PORTAL)).toMatchObject([begun]);

    fault.remove();
    stack.clock.advance(6 * SECOND);
    for (let query = 0; query < 2; query += 1) expect(codes(await stack.settle(stack.query(READ)))).toEqual([]);
    expect(told(...OF_PORTAL)).toMatchObject([begun, { level: 'info', hubId: HUB, failures: 3 }]);
  });

  it('of HubSpot, as one although a call succeeds in between', async () => {
    stack = await Stack.start();
    await install(stack);
    for (let round = 0; round < 3; round += 1) {
      const fault = stack.simulator.faults.add({
        match: '^GET /crm/',
        fault: { kind: 'answer', status: 502, body: '{}' },
      });
      await stack.settle(stack.query(READ));
      fault.remove();
      expect(codes(await stack.settle(stack.query(READ)))).toEqual([]);
    }
    expect(told(...OF_PORTAL)).toHaveLength(1);
  });

  it('not of a portal that refuses, nor of a call that succeeds when it is repeated', async () => {
    stack = await Stack.start();
    await install(stack);
    const once = { match: '^GET /crm/', times: 1 };
    stack.simulator.faults.add({ ...once, fault: { kind: 'answer', status: 503, body: '{}' } });
    expect(codes(await stack.settle(stack.query(READ)))).toEqual([]);
    stack.simulator.faults.add({ ...once, fault: { kind: 'answer', status: 403, body: '{}' } });
    expect(codes(await stack.settle(stack.query(READ)))).toEqual(['HUBSPOT_FORBIDDEN']);
    expect(told(...OF_PORTAL)).toEqual([]);
  });

  it.each(DATABASE_KINDS)('of the database, once, and counts what failed (%s)', async (database) => {
    stack = await Stack.start({ database });
    const faults = faultsOf(stack);
    faults.before = () => {
      throw Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:5432'), { code: 'ECONNREFUSED' });
    };
    for (let query = 0; query < 3; query += 1) {
      expect(codes(await stack.query('{ installations { id } }'))).toEqual(['STORAGE_UNAVAILABLE']);
    }
    const begun = {
      level: 'warn',
      reason: 'unreachable',
      explanation: 'The database cannot be reached: connect ECONNREFUSED 10.0.0.1:5432.',
    };
    expect(told(...OF_STORAGE)).toMatchObject([begun]);
    const metrics = await (await fetch(`${stack.url}/metrics`)).text();
    expect(metrics).toMatch(/^gateway_storage_failures_total\{reason="unreachable"\} [3-9]$/m);

    faults.clear();
    stack.clock.advance(6 * SECOND);
    expect(codes(await stack.query('{ installations { id } }'))).toEqual([]);
    await expect.poll(() => told(...OF_STORAGE)).toMatchObject([begun, { level: 'info' }]);
  });

  it('of readiness, once for each change, with its reason', async () => {
    stack = await Stack.start();
    const faults = faultsOf(stack);
    expect(await ready()).toBe(200);
    faults.before = () => {
      throw Object.assign(new Error('database or disk is full'), { errcode: 13 });
    };
    for (let probe = 0; probe < 3; probe += 1) expect(await ready()).toBe(503);
    faults.clear();
    expect(await ready()).toBe(200);
    stack.gateway.drain();
    expect(await ready()).toBe(503);
    expect(told(...OF_READINESS)).toEqual([
      { level: 'warn', reason: 'The database has no space left: database or disk is full.', msg: 'not ready' },
      { level: 'info', msg: 'ready again' },
      { level: 'info', reason: 'The process is being stopped.', msg: 'not ready' },
    ]);
  });

  it('of keys that are missing, once, and raises the alert once', async () => {
    stack = await Stack.start();
    await install(stack);
    await stack.db.database.query.updateTable('installation_tokens').set({ key_id: 'k0' }).execute();
    for (let probe = 0; probe < 3; probe += 1) expect(await ready()).toBe(503);
    expect(told('not ready', 'ENCRYPTION_KEYS lacks keys that stored tokens need')).toEqual([
      expect.objectContaining({ level: 'error', alert: 'missing_key', missing: ['k0'] }),
      { level: 'warn', reason: expect.stringContaining('ENCRYPTION_KEYS lacks k0'), msg: 'not ready' },
    ]);
  });
});
