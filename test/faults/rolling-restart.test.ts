import { afterEach, beforeEach, expect, it } from 'vitest';
import { Fleet, type GatewayProcess } from '../../scripts/bench/fleet.ts';
import { createPostgresDatabase } from '../helpers/databases.ts';
import { SMALL_PORTAL } from '../helpers/stack.ts';

const REPLICAS = 3;
const TENANTS = 6;
const CLIENTS = 2;
const QUERY = '{ contact(id: "100001") { email } }';

let fleet: Fleet;
let database: Awaited<ReturnType<typeof createPostgresDatabase>>;
beforeEach(async () => {
  database = await createPostgresDatabase();
  // In production a replica says that it is leaving for some seconds before it leaves.
  const env = { NODE_ENV: 'production' };
  const simulator = { portals: [SMALL_PORTAL] };
  fleet = await Fleet.start({ databaseUrl: database.url, replicas: REPLICAS, tenants: TENANTS, simulator, env });
});
afterEach(async () => {
  await fleet.stop();
  await database.drop();
});

const isReady = async ({ url }: GatewayProcess) => (await fetch(`${url}/health/ready`)).status === 200;

it('F46 three replicas are replaced one after the other, and no request fails meanwhile', async () => {
  // What a load balancer sends requests to.
  const balanced = new Set(fleet.processes);
  const failed: unknown[] = [];
  let served = 0;
  let isOver = false;
  const clients = Array.from({ length: CLIENTS }, async (_, client) => {
    for (let turn = client; !isOver; turn += 1) {
      const gateways = [...balanced];
      const gateway = gateways[turn % gateways.length];
      const answer = gateway && (await fleet.ask(gateway, turn % TENANTS, QUERY));
      if (!answer || answer.errors) failed.push(answer ?? 'no answer');
      served += 1;
    }
  });
  const serve = (count: number) => expect.poll(() => served, { timeout: 60_000 }).toBeGreaterThan(served + count);

  for (const leaving of fleet.processes) {
    const joined = await fleet.join();
    expect(await isReady(joined)).toBe(true);
    balanced.add(joined);
    await serve(20);
    const left = fleet.leave(leaving);
    // It serves on until the load balancer has noticed.
    await expect.poll(() => isReady(leaving)).toBe(false);
    await serve(20);
    balanced.delete(leaving);
    expect(await left).toBe(0);
  }
  await serve(20);
  isOver = true;
  await Promise.all(clients);
  expect(failed).toEqual([]);
  expect(fleet.processes).toHaveLength(REPLICAS);
  // Tokens that were valid throughout were left alone.
  expect(fleet.simulator.log.tokenCalls('refresh_token')).toEqual([]);
}, 300_000);
