import { type Fault, REFRESH } from 'hubspot-graphql-gateway-simulator';
import { afterEach, describe, expect, it } from 'vitest';
import { DATABASE_KINDS } from '../helpers/databases.ts';
import { type Answer, Stack, type TestViewer } from '../helpers/stack.ts';
import { STORM_SCALE } from '../helpers/storm-scale.ts';
import {
  alerts,
  codes,
  DUE,
  EXPIRED,
  install,
  READ,
  refreshes,
  SECOND,
  statuses,
  tokenRow,
  untilTokenRow,
} from '../helpers/token-faults.ts';

const CONNECTIONS = 60 * STORM_SCALE;
/** Token calls at once per replica. */
const MAX_CALLS = 10;
/** The breaker opens at the 20th failure, when nine more are on their way, and lets one call probe every 5 s. */
const BREAKER = { opensAt: 20, underWay: MAX_CALLS - 1, probesEvery: 5 * SECOND };
/** After four failures in a row; the others pause less. */
const LONGEST_PAUSE = 16 * SECOND;
const OPEN = ['HUBSPOT_UNAVAILABLE'];

let stack: Stack;
afterEach(() => stack.stop());

describe.each(DATABASE_KINDS)('on %s', (database) => {
  it(`F20 survives a storm of 429 with ${CONNECTIONS} connections`, { timeout: 180_000 }, async () => {
    stack = await Stack.start({ database, simulator: { rotation: 'strict' } });
    const viewers = await installMany(CONNECTIONS);
    stack.clock.advance(EXPIRED);
    const storm = stack.simulator.faults.add({ ...REFRESH, fault: { kind: 'answer', status: 429 } });
    const waves = 4;
    for (let wave = 0; wave < waves; wave++) {
      const answers = await askAll(viewers);
      expect(answers.every((answer) => codes(answer).join() === OPEN.join())).toBe(true);
      stack.clock.advance(BREAKER.probesEvery);
    }
    const most = BREAKER.opensAt + BREAKER.underWay + waves - 1;
    expect(storm.hits).toBeGreaterThanOrEqual(BREAKER.opensAt);
    expect(storm.hits).toBeLessThanOrEqual(most);

    storm.remove();
    // The first of these calls probes; what comes while it does is turned away.
    await askAll(viewers);
    stack.clock.advance(LONGEST_PAUSE);
    const answers = await askAll(viewers);
    expect(answers.filter(({ errors }) => errors !== undefined)).toEqual([]);
    expect(refreshes(stack) - storm.hits).toBe(CONNECTIONS);
    expect(stack.simulator.log.maxRefreshOverlap).toBe(1);
    expect(await statuses(stack)).toEqual(viewers.map(() => ({ status: 'ACTIVE', status_reason: null })));
  });

  it('F20 asks for no more than ten tokens at once', async () => {
    stack = await Stack.start({ database });
    const viewers = await installMany(4 * MAX_CALLS);
    stack.clock.advance(EXPIRED);
    const held = stack.simulator.faults.add({ ...REFRESH, fault: { kind: 'hold' } });
    const answers = askAll(viewers);
    for (let round = 1; round <= 4; round++) {
      await held.reached(round * MAX_CALLS);
      // Time enough for an eleventh one to come.
      for (let turn = 0; turn < 5; turn++) await stack.query('{ __typename }');
      expect(held.hits).toBe(round * MAX_CALLS);
      held.release();
    }
    expect((await answers).map(({ errors }) => errors)).toEqual(viewers.map(() => undefined));
  });

  const REFUSALS: readonly (readonly [string, number, object])[] = [
    ['invalid_client', 401, { error: 'invalid_client' }],
    ['BAD_CLIENT_SECRET', 400, { status: 'BAD_CLIENT_SECRET', message: 'missing or invalid client secret' }],
    ['unauthorized_client', 400, { error: 'unauthorized_client', status: 'BAD_CLIENT_ID' }],
  ];
  const refusal = (status: number, body: object): Fault => ({
    kind: 'answer',
    status,
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });

  it.each(REFUSALS)('F30 holds no connection guilty of %s, and recovers by itself', async (_name, status, body) => {
    stack = await Stack.start({ database });
    const before = [await install(stack), await install(stack, 'other')];
    const viewers = [viewerOf('acme'), viewerOf('other')];
    stack.clock.advance(EXPIRED);
    const from = stack.clock.now();
    const refused = stack.simulator.faults.add({ ...REFRESH, fault: refusal(status, body) });
    for (let second = 0; second < 60; second++) {
      for (const viewer of viewers) expect(codes(await stack.query(READ, {}, viewer))).toEqual(OPEN);
      stack.clock.advance(SECOND);
    }
    // One probe every 5 s for the whole app, whoever comes first.
    const tries = stack.simulator.log.tokenCalls('refresh_token').map(({ at }) => (at - from) / SECOND);
    expect(tries).toEqual([0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55]);
    expect(await alerts(stack, 'app_credentials')).toBe(12);
    expect(await statuses(stack)).toEqual(before.map(() => ({ status: 'ACTIVE', status_reason: null })));
    for (const installation of before) {
      expect(await tokenRow(stack, installation)).toMatchObject({ version: 1, in_doubt_since: null, retry_at: null });
    }

    refused.remove();
    for (const viewer of viewers) expect((await stack.query(READ, {}, viewer)).errors).toBeUndefined();
    expect(refreshes(stack)).toBe(12 + 2);
  });

  it('F30 serves the valid token meanwhile', async () => {
    stack = await Stack.start({ database });
    const installation = await install(stack);
    await stack.query(READ);
    stack.clock.advance(DUE);
    const refused = stack.simulator.faults.add({ ...REFRESH, fault: refusal(401, { error: 'invalid_client' }) });
    expect((await stack.query(READ)).errors).toBeUndefined();
    await untilTokenRow(stack, installation, { version: 1, failures: 1, lease_owner: null });
    for (let second = 1; second <= 60; second++) {
      stack.clock.advance(SECOND);
      expect((await stack.query(READ)).errors).toBeUndefined();
    }
    refused.remove();
    // An attempt that was under way while the clock moved may put the next one off a little.
    const askedAgain = async () => {
      expect((await stack.query(READ)).errors).toBeUndefined();
      return (await tokenRow(stack, installation)).version;
    };
    await stack.settle(expect.poll(askedAgain).toBe(2));
    expect(refused.hits).toBeLessThanOrEqual(13);
  });
});

function viewerOf(tenant: string): TestViewer {
  return { sub: `viewer-of-${tenant}`, tenant, scope: 'hubspot:read' };
}

/** As many tenants with a connection each, all of them known to the gateway. */
async function installMany(count: number): Promise<readonly TestViewer[]> {
  const viewers = Array.from({ length: count }, (_, index) => viewerOf(`tenant-${index}`));
  for (const viewer of viewers) {
    await install(stack, viewer.tenant);
    await ask(viewer, '{ installations { id } }');
  }
  return viewers;
}

function askAll(viewers: readonly TestViewer[]): Promise<Answer[]> {
  return Promise.all(viewers.map((viewer) => ask(viewer, READ)));
}

/** A query without a socket. */
async function ask(viewer: TestViewer, query: string): Promise<Answer> {
  const request = new Request('http://gateway.test/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${stack.token(viewer)}` },
    body: JSON.stringify({ query }),
  });
  return (await stack.gateway.fetch(request)).json();
}
