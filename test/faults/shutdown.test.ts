import { type ActiveFault, createSimulator, REFRESH, type Simulator } from 'hubspot-graphql-gateway-simulator';
import jwt from 'jsonwebtoken';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { GatewayProcess } from '../../scripts/bench/fleet.ts';
import { loadConfig } from '../../src/config.ts';
import { systemClock } from '../../src/lib/time/clock.ts';
import { type Database, openDatabase } from '../../src/storage/database.ts';
import { TokenCipher } from '../../src/storage/encryption/token-cipher.ts';
import type { Installation } from '../../src/storage/installation.ts';
import { createPostgresDatabase } from '../helpers/databases.ts';
import { ALICE, JWT_SECRET, SMALL_PORTAL, testEnv } from '../helpers/stack.ts';
import { issued, openStores } from '../helpers/stores.ts';
import { startTcpProxy } from '../helpers/tcp-proxy.ts';
import { READ } from '../helpers/token-faults.ts';

/** What an orchestrator waits before it kills. */
const GRACE_MS = 30_000;
/** The request that waits for the database, 5 s, then whatever else the database has to be told. */
const HANGING_EXIT_MS = 10_000;
const LONG = { timeout: 60_000 };
const READ_ANSWER = { data: { contacts: { nodes: [{ hubspotId: expect.any(String) }] } } };

let simulator: Simulator;
let dropDatabase: () => Promise<void>;
let database: Database;
let installation: Installation;
let env: Record<string, string>;
let gateway: GatewayProcess | undefined;
let hold: ActiveFault;

beforeEach(async () => {
  simulator = createSimulator({ portals: [SMALL_PORTAL], rotation: 'strict' });
  const { url, drop } = await createPostgresDatabase();
  dropDatabase = drop;
  env = { ...testEnv(await simulator.listen()), DATABASE_URL: url };
  database = openDatabase({ url, dataDir: '', clock: systemClock });
  await database.migrate();
  installation = await installExpired();
  hold = simulator.faults.add({ ...REFRESH, times: 1, fault: { kind: 'hold', processed: true } });
});

afterEach(async () => {
  await gateway?.stop('SIGKILL');
  gateway = undefined;
  simulator.faults.clear();
  await simulator.close();
  await database.close();
  await dropDatabase();
});

it.each([
  ['in production', 'production'],
  ['in development', ''],
])('F7 says that it is not ready, then commits the refresh, answers and exits (%s)', LONG, async (_title, NODE_ENV) => {
  const { url, answer, terminate } = await startRefreshing({ NODE_ENV });
  const exited = terminate();
  await expect.poll(async () => (await fetch(`${url}/health/ready`)).status, { timeout: 5_000 }).toBe(503);
  const alive = await fetch(`${url}/health/live`);
  expect([alive.status, alive.headers.get('connection')]).toEqual([200, 'close']);
  expect(await tokenRow()).toMatchObject({ version: 1 });

  hold.remove();
  expect(await answer).toEqual(READ_ANSWER);
  expect(await exited).toBe(0);
  await expectCommitted();
});

it('F7 answers who was waiting when it stopped listening, and exits', LONG, async () => {
  const { url, answer, terminate } = await startRefreshing({});
  const exited = terminate();
  await untilRefused(url);
  expect(await tokenRow()).toMatchObject({ version: 1 });

  hold.remove();
  expect(await answer).toEqual(READ_ANSWER);
  expect(await exited).toBe(0);
  await expectCommitted();
});

it('F7 commits the refresh although nobody waits for an answer any more', LONG, async () => {
  const { url, answer, hangUp, terminate } = await startRefreshing({});
  hangUp();
  await expect(answer).rejects.toThrow();
  const exited = terminate();
  await untilRefused(url);
  expect(await tokenRow()).toMatchObject({ version: 1 });

  hold.remove();
  expect(await exited).toBe(0);
  await expectCommitted();
});

it('F7 gives the tokens up, and exits, when the database hangs meanwhile', LONG, async () => {
  const proxy = await startTcpProxy(env.DATABASE_URL ?? '');
  const lines: string[] = [];
  const { answer, terminate } = await startRefreshing({ DATABASE_URL: proxy.through(env.DATABASE_URL ?? '') }, lines);
  proxy.cut('freeze');
  hold.remove();
  const exited = terminate(HANGING_EXIT_MS);
  expect(await answer).toMatchObject({ errors: [{ extensions: { code: 'STORAGE_UNAVAILABLE' } }] });
  expect(await exited).toBe(0);
  const messages = lines.map((line) => (JSON.parse(line) as { msg: string }).msg);
  expect(messages).toContain('the database is not available');
  expect(messages).toContain('the outcome of a token refresh could not be saved in time');
  expect(messages.at(-1)).toBe('stopped');
  await proxy.close();
});

/** A gateway process in the midst of a refresh whose answer HubSpot holds back. */
async function startRefreshing(more: Readonly<Record<string, string>>, lines: string[] = []) {
  gateway = await GatewayProcess.start({ ...env, ...more }, (line) => lines.push(line));
  const { url } = gateway;
  const client = new AbortController();
  const token = jwt.sign(ALICE, JWT_SECRET, { issuer: 'https://issuer.example', audience: 'gateway', expiresIn: 600 });
  const answer = fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: READ }),
    signal: client.signal,
  }).then((response) => response.json());
  await hold.reached(1);
  const running = gateway;
  const terminate = async (withinMs = GRACE_MS) => {
    const signalledAt = performance.now();
    const code = await running.stop('SIGTERM');
    expect(performance.now() - signalledAt).toBeLessThan(withinMs);
    return code;
  };
  return { url, answer, hangUp: () => client.abort(), terminate };
}

function untilRefused(url: string): Promise<void> {
  const ask = () => fetch(`${url}/health/live`).catch(() => 'refused');
  return expect.poll(ask, { timeout: 10_000 }).toBe('refused');
}

async function expectCommitted(): Promise<void> {
  expect(await tokenRow()).toMatchObject({ version: 2, lease_owner: null, in_doubt_since: null });
  expect(simulator.log.tokenCalls('refresh_token')).toHaveLength(1);
  const { installations, tokens } = stores();
  expect(await installations.list(ALICE.tenant)).toMatchObject([{ status: 'ACTIVE', statusReason: null }]);
  const saved = await tokens.read(installation);
  expect(simulator.grants.refreshTokenGrant(saved?.refreshToken ?? '')).toBeDefined();
}

function installExpired(): Promise<Installation> {
  const [portal] = simulator.portals;
  if (!portal) throw new TypeError('the simulator has no portal');
  const scopes = ['oauth', 'crm.objects.contacts.read', 'crm.objects.deals.read'];
  const { accessToken, refreshToken } = simulator.grants.issueTokens({ portal, scopes });
  return stores().installations.connect({
    tenantId: ALICE.tenant,
    viewerId: null,
    hubId: portal.hubId,
    hubDomain: portal.domain,
    installedBy: portal.user,
    userId: null,
    grantedScopes: scopes,
    tokens: issued(accessToken.token, refreshToken, 0),
  });
}

function stores() {
  return openStores(database, new TokenCipher(loadConfig(env).encryptionKeys));
}

function tokenRow() {
  return database.query.selectFrom('installation_tokens').selectAll().executeTakeFirstOrThrow();
}
