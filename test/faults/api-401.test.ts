import type { Pool } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';

import { authorize } from '../../src/connector/middleware/authorize.ts';
import { isGatewayError } from '../../src/errors.ts';
import { createHubspotPool, createTransport, type HubspotCall, type Send } from '../../src/hubspot/client.ts';
import { OAuthClient } from '../../src/hubspot/oauth/oauth-client.ts';
import { TokenRefusedError } from '../../src/hubspot/oauth/token-refused-error.ts';
import { GrantMonitor } from '../../src/installations/grant-monitor.ts';
import { InstallationCache } from '../../src/installations/installation-cache.ts';
import { TokenManager } from '../../src/installations/token-manager.ts';
import { TokenRefresher } from '../../src/installations/token-refresher.ts';
import { silentLogger } from '../../src/lib/logging/logger.ts';
import { createMetrics } from '../../src/lib/metrics.ts';
import { TokenCipher } from '../../src/storage/encryption/token-cipher.ts';
import { DATABASE_KINDS } from '../helpers/databases.ts';
import { type Answer as LoopbackAnswer, respond, startLoopback } from '../helpers/loopback.ts';
import { SMALL_PORTAL, Stack, type StackOptions } from '../helpers/stack.ts';
import { openStores } from '../helpers/stores.ts';
import { EXPIRED, install, READ, refreshes, SECOND } from '../helpers/token-faults.ts';

/** An operation lives for 25 s: tokens that end while one runs live for less. */
const SHORT_LIVED = { accessTokenLifeMs: 8 * SECOND };
const SOON_EXPIRED = 9 * SECOND;

let stack: Stack;
afterEach(() => stack.stop());

const code = (answer: Awaited<ReturnType<Stack['query']>>) => answer.errors?.[0]?.extensions?.code;
const reads = () => stack.simulator.log.crm();

async function start(options: StackOptions): Promise<Stack> {
  stack = await Stack.start(options);
  await install(stack);
  return stack;
}

describe.each(DATABASE_KINDS)('a 401 of the API on %s', (database) => {
  it('F33 replaces a token that was ended early: one refresh, one repeat, success', async () => {
    await start({ database });
    await stack.query(READ);
    stack.simulator.grants.revokeAccessTokens();
    stack.simulator.log.clear();
    expect((await stack.query(READ)).errors).toBeUndefined();
    expect(refreshes(stack)).toBe(1);
    expect(reads().map(({ status }) => status)).toEqual([401, 200]);
  });

  it('F34 ends in an error when every token is refused, and makes no loop of it', async () => {
    await start({ database });
    const body = '{"category":"INVALID_AUTHENTICATION"}';
    const headers = { 'content-type': 'application/json' };
    const refused = stack.simulator.faults.add({
      match: '^GET /crm',
      fault: { kind: 'answer', status: 401, body, headers },
    });
    expect(code(await stack.query(READ))).toBe('HUBSPOT_UNAUTHORIZED');
    expect([refreshes(stack), refused.hits]).toEqual([1, 2]);
    for (let turn = 0; turn < 5; turn += 1) expect(code(await stack.query(READ))).toBe('HUBSPOT_UNAUTHORIZED');
    // Without another token there is nothing to repeat a call with.
    expect([refreshes(stack), refused.hits]).toEqual([1, 7]);
    stack.clock.advance(30 * SECOND);
    for (let turn = 0; turn < 5; turn += 1) expect(code(await stack.query(READ))).toBe('HUBSPOT_UNAUTHORIZED');
    expect([refreshes(stack), refused.hits]).toEqual([2, 7 + 6]);
    refused.remove();
    expect((await stack.query(READ)).errors).toBeUndefined();
  });

  it('F34 does not refresh at all for a token of the wrong kind', async () => {
    await start({ database });
    const body = JSON.stringify({
      category: 'EXPIRED_AUTHENTICATION',
      context: { 'expire time': ['1970-01-01T00:00:00Z'] },
    });
    const headers = { 'content-type': 'application/json' };
    const refused = stack.simulator.faults.add({
      match: '^GET /crm',
      fault: { kind: 'answer', status: 401, body, headers },
    });
    expect(code(await stack.query(READ))).toBe('HUBSPOT_UNAUTHORIZED');
    expect([refreshes(stack), refused.hits]).toEqual([0, 1]);
  });

  it('F36 renews a token that expires between two pages: none is missing, none is repeated', async () => {
    await start({ database, simulator: SHORT_LIVED });
    const held = stack.simulator.faults.add({ match: '^GET /crm', times: 1, fault: { kind: 'hold', processed: true } });
    const answer = stack.query('{ contacts(first: 120) { nodes { hubspotId } } }');
    await held.reached(1);
    stack.clock.advance(SOON_EXPIRED);
    held.remove();
    const { data, errors } = await answer;
    expect(errors).toBeUndefined();
    const { contacts } = data as unknown as { contacts: { nodes: { hubspotId: string }[] } };
    expect(contacts.nodes.map(({ hubspotId }) => Number(hubspotId))).toEqual(
      Array.from({ length: 120 }, (_, index) => 100_001 + index),
    );
    expect(reads().map(({ status, query }) => [status, query.after])).toEqual([
      [200, undefined],
      [200, '100101'],
    ]);
    expect(refreshes(stack)).toBe(1);
  });

  it.each([1, 2, 7, 10])('F36 reads ten pages of which number %i meets an expired token', async (page) => {
    const size = { contacts: 500, deals: 500, companies: 0 };
    await start({ database, simulator: { ...SHORT_LIVED, portals: [{ ...SMALL_PORTAL, size }] } });
    const { faults } = stack.simulator;
    if (page > 1) faults.add({ match: '^GET /crm', times: page - 1, fault: { kind: 'rewrite', set: {} } });
    const held = faults.add({ match: '^GET /crm', times: 1, fault: { kind: 'hold' } });
    const read = async () => {
      const contacts = await stack.query('{ contacts(first: 500) { nodes { hubspotId } } }');
      const deals = await stack.query('{ deals(first: 500) { nodes { hubspotId } } }');
      return { ...contacts.data, ...deals.data } as unknown as Record<string, { nodes: { hubspotId: string }[] }>;
    };
    const answer = read();
    await held.reached(1);
    // It was still good when the call left; HubSpot sees it later.
    stack.clock.advance(SOON_EXPIRED);
    held.remove();
    const { contacts, deals } = await answer;
    const ids = (first: number) => Array.from({ length: 500 }, (_, index) => ({ hubspotId: String(first + index) }));
    expect(contacts?.nodes).toEqual(ids(100_001));
    expect(deals?.nodes).toEqual(ids(300_001));
    const statuses = Array.from({ length: 10 }, () => 200).toSpliced(page - 1, 0, 401);
    expect(reads().map(({ status }) => status)).toEqual(statuses);
    const pages = reads().flatMap(({ status, path, query }) =>
      status === 200 ? [`${path} ${query.after ?? ''}`] : [],
    );
    expect(new Set(pages).size).toBe(10);
    expect(refreshes(stack)).toBe(1);
  });

  it('F36 renews a token that HubSpot finds expired in the middle of a batch', async () => {
    await start({ database, simulator: SHORT_LIVED });
    const held = stack.simulator.faults.add({ match: '^POST /crm', times: 1, fault: { kind: 'hold' } });
    const ids = Array.from({ length: 20 }, (_, index) => String(100_001 + index));
    const fields = ids.map((id, index) => `c${index}: contact(id: "${id}") { hubspotId email }`);
    const answer = stack.query(`{ ${fields.join(' ')} }`);
    await held.reached(1);
    stack.clock.advance(SOON_EXPIRED);
    held.remove();
    const { data, errors } = await answer;
    expect(errors).toBeUndefined();
    const records = Object.values(data ?? {}) as { hubspotId: string }[];
    expect(records.map(({ hubspotId }) => hubspotId)).toEqual(ids);
    expect(reads().map(({ status }) => status)).toEqual([401, 200]);
    expect(refreshes(stack)).toBe(1);
  });
});

it('F35 refreshes once for 100 calls that are refused at once on three replicas', async () => {
  await start({ database: 'postgres', replicas: 3 });
  await Promise.all([0, 1, 2].map((replica) => stack.queryOn(replica, READ)));
  stack.simulator.log.clear();
  const held = stack.simulator.faults.add({ match: '^GET /crm', times: 30, fault: { kind: 'hold' } });
  // Equal pages would be read once for all.
  const page = (first: number) => `{ contacts(first: ${first}) { nodes { id } } }`;
  const answers = Promise.all(Array.from({ length: 100 }, (_, index) => stack.queryOn(index % 3, page(index + 1))));
  // Ten calls of a portal are under way at once on each replica.
  await held.reached(30);
  stack.simulator.grants.revokeAccessTokens();
  held.remove();
  expect((await stack.settle(answers)).filter(({ errors }) => errors)).toEqual([]);
  expect(refreshes(stack)).toBe(1);
  expect(stack.simulator.log.maxRefreshOverlap).toBe(1);
  const outcomes = Map.groupBy(reads(), ({ status }) => status);
  expect([outcomes.get(401)?.length, outcomes.get(200)?.length]).toEqual([30, 100]);
});

it('F37 repeats a write once, because the 401 proves that it did nothing, and for no other reason', async () => {
  stack = await Stack.start();
  const installation = await install(stack);
  const tokens: Pick<TokenManager, 'accessToken' | 'accepted' | 'replacement'> = {
    accessToken: async () => ({ value: 'old', version: 1 }),
    accepted: () => {},
    replacement: async (_installation, { version }) => ({ value: 'new', version: version + 1 }),
  };
  const write: HubspotCall = {
    name: 'contacts.create',
    method: 'POST',
    path: '/crm/objects/2026-09/contacts',
    body: {},
    scopes: [[]],
  };
  const send = async (outcomes: (() => Promise<{ status: number; body: unknown }>)[]) => {
    const sent: (string | undefined)[] = [];
    const stage = authorize(
      tokens as TokenManager,
      installation,
    )(async ({ accessToken }) => {
      sent.push(accessToken);
      return (outcomes.shift() ?? (() => Promise.reject(new Error('one call too many'))))();
    });
    const outcome = await stage(write).then(
      ({ status }) => status,
      (error: Error) => error.name,
    );
    return { sent, outcome };
  };
  const created = async () => ({ status: 201, body: {} });
  const refused = () => Promise.reject(new TokenRefusedError({ status: 401 }, {}));
  const broken = () => Promise.reject(new TypeError('the connection broke'));
  expect(await send([created])).toEqual({ sent: ['old'], outcome: 201 });
  expect(await send([refused, created])).toEqual({ sent: ['old', 'new'], outcome: 201 });
  expect(await send([refused, refused, created])).toEqual({ sent: ['old', 'new'], outcome: 'GatewayError' });
  expect(await send([broken, created])).toEqual({ sent: ['old'], outcome: 'TypeError' });
});

describe('two writes of one mutation', () => {
  const created = respond(201, {});
  const write = (idempotencyKey: string): HubspotCall => ({
    name: 'contacts.create',
    method: 'POST',
    path: '/crm/objects/2026-09/contacts',
    body: { idempotencyKey },
    scopes: [[]],
  });

  /** What comes of two writes when `between` happens between them, and HubSpot answers the second with `second`. */
  async function writeTwice(between: () => void, second = created) {
    stack = await Stack.start();
    const installation = await install(stack);
    const hubspot = await startLoopback();
    const written: string[] = [];
    hubspot.answerWith((response, request) => {
      const token = request.headers.authorization?.replace('Bearer ', '') ?? '';
      const { expiresAt = 0 } = stack.simulator.grants.accessToken(token) ?? {};
      if (expiresAt <= stack.clock.now())
        return respond(401, { category: 'EXPIRED_AUTHENTICATION' })(response, request);
      const { idempotencyKey }: { idempotencyKey: string } = JSON.parse(request.body);
      written.push(idempotencyKey);
      return (idempotencyKey === 'two' ? second : created)(response, request);
    });
    const pools = { api: createHubspotPool(hubspot.url), tokens: createHubspotPool(stack.config.hubspot.apiUrl) };
    const transport = createTransport({ pool: pools.api, clock: stack.clock });
    const send = authorize(createTokenManager(pools.tokens), installation)(transport);
    const outcomes = [await outcome(send(write('one')))];
    between();
    outcomes.push(await outcome(send(write('two'))));
    await Promise.all([pools.api.close(), pools.tokens.close()]);
    await hubspot.close();
    return { outcomes, written, calls: hubspot.received.length, refreshes: refreshes(stack) };
  }

  it.each([
    ['was ended early: a 401 and a repeat', () => stack.simulator.grants.revokeAccessTokens(), 3],
    ['expired: another one before the call', () => stack.clock.advance(EXPIRED), 2],
  ])('F37 happen once each when the token between them %s', async (_case, between, calls) => {
    const both = { outcomes: [201, 201], written: ['one', 'two'] };
    expect(await writeTwice(between)).toEqual({ ...both, calls, refreshes: 1 });
  });

  it.each<[string, LoopbackAnswer, string]>([
    ['a broken connection', (response) => response.destroy(), 'HUBSPOT_UNAVAILABLE'],
    ['a 500', respond(500, {}), 'HUBSPOT_UNAVAILABLE'],
    ['a 504', respond(504, {}), 'HUBSPOT_TIMEOUT'],
    ['a 403', respond(403, {}), 'HUBSPOT_FORBIDDEN'],
    ['a 429', respond(429, {}), 'RATE_LIMITED'],
    ['nonsense', respond(200, 'nonsense'), 'HUBSPOT_BAD_RESPONSE'],
  ])('F37 are not repeated for %s, which may come after the fact', async (_case, second, code) => {
    const once = { written: ['one', 'two'], calls: 2, refreshes: 0 };
    expect(await writeTwice(() => {}, second)).toEqual({ ...once, outcomes: [201, code] });
  });
});

/** Status of the answer, or code of the error. */
function outcome(answer: ReturnType<Send>): Promise<number | string> {
  return answer.then(
    ({ status }) => status,
    (error: unknown) => (isGatewayError(error) ? error.code : String(error)),
  );
}

/** As the gateway puts it together, but within a test's reach. */
function createTokenManager(pool: Pool): TokenManager {
  const { clock, config, db } = stack;
  const { clientId, clientSecret, apiVersion } = config.hubspot;
  const { tokens, installations, defaults } = openStores(db.database, new TokenCipher(config.encryptionKeys));
  const oauth = new OAuthClient({ clientId, clientSecret, version: apiVersion, pool, clock });
  const installationCache = new InstallationCache({ installations, defaults, clock, logger: silentLogger });
  const grants = new GrantMonitor({ installations, installationCache, oauth, clock, logger: silentLogger });
  const facts = { metrics: createMetrics(), alert: () => {}, logger: silentLogger, clock };
  return new TokenManager({ refresher: new TokenRefresher({ tokens, grants, oauth, ...facts }), ...facts });
}
