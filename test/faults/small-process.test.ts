import { createSimulator, DEFAULT_APP, NO_LIMITS, REFRESH, type Simulator } from 'hubspot-graphql-gateway-simulator';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Deployment } from '../../scripts/bench/deployment.ts';
import { GatewayProcess } from '../../scripts/bench/fleet.ts';
import { createPostgresDatabase } from '../helpers/databases.ts';
import { SMALL_PORTAL } from '../helpers/stack.ts';
import { READ } from '../helpers/token-faults.ts';

const MEMORY_MB = 256;
const BLOCKED_MS = 500;
/** Well within the lease of an exchange: others may take over only when it has run out. */
const SAFE_MS = 2_000;
const LARGE =
  '{ contacts(first: 100) { nodes { id email firstName lastName phone city createdAt deals(first: 10) { nodes { id name amount } } } } }';

let simulator: Simulator;
let database: Awaited<ReturnType<typeof createPostgresDatabase>>;
let deployment: Deployment;
let gateways: readonly GatewayProcess[];
beforeEach(async () => {
  simulator = createSimulator({ portals: [SMALL_PORTAL], limits: NO_LIMITS, rotation: 'strict' });
  database = await createPostgresDatabase();
  deployment = new Deployment(await simulator.listen(), { DATABASE_URL: database.url });
  const [portal] = simulator.portals;
  if (!portal) throw new TypeError('the simulator has no portal');
  const { accessToken, refreshToken } = simulator.grants.issueTokens({ portal, scopes: DEFAULT_APP.requiredScopes });
  const tokens = { accessToken: accessToken.token, refreshToken, lifeMs: 0 };
  await deployment.install([{ tenantId: 'acme', hubId: portal.hubId, ...tokens }]);
  const env = { ...deployment.env, NODE_OPTIONS: `--max-old-space-size=${MEMORY_MB}` };
  gateways = await Promise.all([1, 2].map(() => GatewayProcess.start(env, () => {})));
});
afterEach(async () => {
  simulator.faults.clear();
  await Promise.all(gateways.map((gateway) => gateway.stop('SIGKILL')));
  await simulator.close();
  await database.drop();
});

async function ask(replica: number, query: string): Promise<unknown> {
  const response = await fetch(`${gateways[replica]?.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: deployment.authorization('acme') },
    body: JSON.stringify({ query }),
  });
  return response.json();
}

const refreshes = () => simulator.log.tokenCalls('refresh_token').length;
const READ_ANSWER = { data: { contacts: { nodes: [{ hubspotId: expect.any(String) }] } } };

it(`F49 a replica that stands still for ${BLOCKED_MS} ms as it refreshes is not ready meanwhile, and keeps its claim`, async () => {
  const hold = simulator.faults.add({ ...REFRESH, times: 1, fault: { kind: 'hold', processed: true } });
  const first = ask(0, READ);
  await hold.reached(1);
  const second = ask(1, READ);
  const probe = (ms: number) => fetch(`${gateways[0]?.url}/health/ready`, { signal: AbortSignal.timeout(ms) });
  expect((await probe(10_000)).status).toBe(200);

  const from = performance.now();
  process.kill(gateways[0]?.pid ?? 0, 'SIGSTOP');
  await expect(probe(BLOCKED_MS)).rejects.toThrow();
  process.kill(gateways[0]?.pid ?? 0, 'SIGCONT');
  expect((await probe(10_000)).status).toBe(200);
  const stoodStillMs = performance.now() - from;
  hold.remove();

  expect(await Promise.all([first, second])).toEqual([READ_ANSWER, READ_ANSWER]);
  // On a machine that had other things to do, the lease may have run out.
  if (stoodStillMs < SAFE_MS) expect(refreshes()).toBe(1);
  expect(await deployment.withStores(({ installations }) => installations.list('acme'))).toMatchObject([
    { status: 'ACTIVE', statusReason: null },
  ]);
}, 120_000);

it(`F49 a replica with ${MEMORY_MB} MB answers a crowd that wants large answers, and goes on`, async () => {
  for (let round = 0; round < 2; round += 1) {
    const answers = await Promise.all(Array.from({ length: 40 }, () => ask(0, LARGE)));
    expect(answers.filter((answer) => (answer as { errors?: unknown }).errors !== undefined)).toEqual([]);
  }
  expect(await ask(0, READ)).toEqual(READ_ANSWER);
  expect(refreshes()).toBe(1);
}, 120_000);
