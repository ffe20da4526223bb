import type { Fault } from 'hubspot-graphql-gateway-simulator';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Browser } from '../../packages/simulator/test/helpers/browser.ts';
import { faultsOf } from '../helpers/broken-replica.ts';
import { Stack } from '../helpers/stack.ts';
import { codes, EXPIRED, READ, SECOND } from '../helpers/token-faults.ts';

const INTROSPECT = { match: '/token/introspect$' };
const EXCHANGE = { match: '^POST /oauth/[^/]+/token$', bodyIncludes: 'grant_type=authorization_code' };
const COMPLETE =
  'mutation ($connection: String!) { completeHubSpotConnection(connection: $connection) { installation { hubId } } }';
const INSTALLATION = '{ installations { hubDomain installedBy grantedScopes } }';
const KNOWN = { hubDomain: 'meadowbrook.example', installedBy: 'admin@meadowbrook.example' };

let stack: Stack;
let browser: Browser;
beforeEach(async () => {
  stack = await Stack.start();
  browser = new Browser();
});
afterEach(() => stack.stop());

const exchanges = () => stack.simulator.log.tokenCalls('authorization_code').length;
const introspections = () => stack.simulator.log.all().filter(({ path }) => path.endsWith('/introspect')).length;
const installations = async () => {
  const { data } = await stack.query(INSTALLATION);
  return (data as unknown as { installations: object[] }).installations;
};

/** How the browser comes back, and after how long on the clock of the gateway. */
async function comeBack(onTheWay = () => {}): Promise<{ outcome: string; tookMs: number }> {
  const callback = await stack.consent(browser, await stack.startFlow(browser));
  onTheWay();
  const startedAt = stack.clock.monotonic();
  const response = await stack.settle(browser.get(callback));
  const query = new URL(response.headers.get('location') ?? 'http://nowhere').searchParams;
  return {
    outcome: query.get('reason') ?? query.get('hubspot') ?? String(response.status),
    tookMs: stack.clock.monotonic() - startedAt,
  };
}

function answer(status: number, headers: Record<string, string> = {}, body = '{}') {
  const all: Record<string, string> = { 'content-type': 'application/json', ...headers };
  return { kind: 'answer' as const, status, body, headers: all };
}

describe('introspection after a consent', () => {
  it.each<[string, Fault]>([
    ['a 502', answer(502)],
    ['a 503 that names a time', answer(503, { 'retry-after': '2' })],
    ['a 429', answer(429)],
    ['a reset', { kind: 'reset', at: 'before' }],
    ['an answer that was cut', { kind: 'reset', at: 'mid-body', processed: true }],
    ['nonsense', answer(200, {}, '<html>')],
  ])('is asked again after %s', async (_name, fault) => {
    stack.simulator.faults.add({ ...INTROSPECT, times: 2, fault });
    expect((await comeBack()).outcome).toBe('connected');
    expect(await installations()).toMatchObject([KNOWN]);
    expect([exchanges(), introspections()]).toEqual([1, 3]);
  });

  it.each<[string, Fault]>([
    ['is refused', answer(403)],
    ['fails', answer(502)],
    ['is asked to wait for too long', answer(429, { 'retry-after': '60' })],
    ['is never answered', { kind: 'hold' }],
  ])('is done without when it %s all the time; what it would have told is asked for later', async (_name, fault) => {
    const failing = stack.simulator.faults.add({ ...INTROSPECT, fault });
    const { outcome, tookMs } = await comeBack();
    expect(outcome).toBe('connected');
    expect(tookMs).toBeLessThanOrEqual(10 * SECOND);
    const [installation] = await installations();
    expect(installation).toMatchObject({ hubDomain: null, installedBy: null });
    expect(installation).toHaveProperty('grantedScopes', expect.arrayContaining(['crm.objects.contacts.read']));
    expect(codes(await stack.query(READ))).toEqual([]);

    failing.remove();
    stack.clock.advance(EXPIRED);
    expect(codes(await stack.settle(stack.query(READ)))).toEqual([]);
    await expect.poll(installations).toMatchObject([KNOWN]);
  });

  it('leaves what is known of a portal that connects again', async () => {
    await stack.connect();
    stack.simulator.faults.add({ ...INTROSPECT, fault: answer(403) });
    expect((await comeBack()).outcome).toBe('connected');
    expect(await installations()).toMatchObject([{ hubDomain: KNOWN.hubDomain, installedBy: null }]);
  });

  it('cannot be done without when the token answer does not name the portal', async () => {
    stack.simulator.faults.add({ ...EXCHANGE, fault: { kind: 'rewrite', set: { hub_id: null } } });
    stack.simulator.faults.add({ ...INTROSPECT, fault: answer(502) });
    const { outcome, tookMs } = await comeBack();
    expect(outcome).toBe('hubspot_error');
    expect(tookMs).toBeLessThanOrEqual(10 * SECOND);
    expect(await installations()).toEqual([]);
  });
});

describe('the exchange of a code', () => {
  it.each([
    ['a 429', answer(429)],
    ['a 429 that names a time', answer(429, { 'retry-after': '3' })],
  ])('is repeated after %s, which proves that it was not done', async (_name, fault) => {
    const refused = stack.simulator.faults.add({ ...EXCHANGE, times: 1, fault });
    const { outcome, tookMs } = await comeBack();
    expect(outcome).toBe('connected');
    expect([refused.hits, exchanges()]).toEqual([1, 2]);
    expect(tookMs).toBeGreaterThanOrEqual(1000 * Number(fault.headers['retry-after'] ?? 0));
  });

  it.each<[string, Fault]>([
    ['a 502', answer(502)],
    ['a reset', { kind: 'reset', at: 'before', processed: true }],
    ['an answer that was cut', { kind: 'reset', at: 'mid-body', processed: true }],
  ])('is not repeated after %s: a code that is used twice may cost the tokens', async (_name, fault) => {
    stack.simulator.faults.add({ ...EXCHANGE, times: 1, fault });
    expect((await comeBack()).outcome).toBe('hubspot_error');
    expect(exchanges()).toBe(1);
  });

  it('is given up in time when HubSpot refuses for too long', async () => {
    const refused = stack.simulator.faults.add({ ...EXCHANGE, fault: answer(429) });
    const { outcome, tookMs } = await comeBack();
    expect(outcome).toBe('hubspot_error');
    expect(tookMs).toBeLessThanOrEqual(10 * SECOND);
    expect(refused.hits).toBeLessThanOrEqual(12);
  });

  it('survives all of it when the viewer completes in another browser', async () => {
    const callback = await stack.consent(browser, await stack.startFlow(browser));
    const landed = await new Browser().get(callback);
    const connection = new URL(landed.headers.get('location') ?? '').searchParams.get('connection');
    stack.simulator.faults.add({ ...EXCHANGE, times: 1, fault: answer(429) });
    stack.simulator.faults.add({ ...INTROSPECT, times: 1, fault: answer(502) });
    let blips = 2;
    faultsOf(stack).before = (statement) => {
      if (/delete pending_connections|insert installations/.test(statement) && blips-- > 0) throw new Error('blip');
    };
    const { data } = await stack.settle(stack.query(COMPLETE, { connection }));
    expect(data).toEqual({ completeHubSpotConnection: { installation: { hubId: '1234567' } } });
  });
});

describe('the database after a consent', () => {
  it.each(['delete authorization_requests', 'insert installations', 'insert installation_tokens'])(
    'may fail for a moment: %s',
    async (statement) => {
      let failures = 3;
      const fail = (sent: string) => {
        if (sent === statement && failures-- > 0) throw new Error('the database is away');
      };
      const { outcome } = await comeBack(() => {
        faultsOf(stack).before = fail;
      });
      expect(outcome).toBe('connected');
      expect(failures).toBeLessThan(0);
      expect(exchanges()).toBe(1);
      expect(await installations()).toMatchObject([KNOWN]);
    },
  );

  it('may fail for a moment while a code is kept for the viewer', async () => {
    const callback = await stack.consent(browser, await stack.startFlow(browser));
    let failures = 2;
    faultsOf(stack).before = (sent) => {
      if (sent === 'insert pending_connections' && failures-- > 0) throw new Error('the database is away');
    };
    const landed = await stack.settle(new Browser().get(callback));
    expect(landed.headers.get('location')).toContain('hubspot=confirm');
  });

  it('is not waited for for ever', async () => {
    faultsOf(stack).before = (sent) => {
      if (sent === 'insert installations') throw new Error('the database is away');
    };
    const { outcome, tookMs } = await comeBack();
    expect(outcome).toBe('503');
    expect(tookMs).toBeLessThanOrEqual(10 * SECOND);
    expect(stack.logs.join('')).toContain('could not be saved');
  });
});

describe('a grant that is read again', () => {
  const refuse = () => stack.simulator.faults.add({ match: '^GET /crm/', fault: answer(403) });

  it('is asked for again after a blip, and the answer is believed', async () => {
    await stack.connect();
    refuse();
    stack.simulator.faults.add({ ...INTROSPECT, times: 1, fault: answer(502) });
    stack.simulator.faults.add({ ...INTROSPECT, fault: { kind: 'rewrite', set: { scopes: ['oauth'] } } });
    expect(codes(await stack.settle(stack.query(READ)))).toEqual(['MISSING_SCOPES']);
  });

  it('is asked for a few seconds after introspection failed, not a minute later', async () => {
    await stack.connect();
    refuse();
    const failing = stack.simulator.faults.add({ ...INTROSPECT, fault: answer(502) });
    expect(codes(await stack.settle(stack.query(READ)))).toEqual(['HUBSPOT_FORBIDDEN']);
    const asked = failing.hits;
    expect(codes(await stack.query(READ))).toEqual(['HUBSPOT_FORBIDDEN']);
    // One call may have been on its way when it was given up.
    expect(failing.hits - asked).toBeLessThanOrEqual(1);
    failing.remove();
    stack.simulator.faults.add({ ...INTROSPECT, fault: { kind: 'rewrite', set: { scopes: ['oauth'] } } });
    stack.clock.advance(5 * SECOND);
    expect(codes(await stack.settle(stack.query(READ)))).toEqual(['MISSING_SCOPES']);
  });
});
