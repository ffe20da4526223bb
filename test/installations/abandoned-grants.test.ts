import { DEFAULT_APP } from 'hubspot-graphql-gateway-simulator';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ALICE, SMALL_PORTAL, Stack } from '../helpers/stack.ts';
import { codes, EXPIRED, SECOND } from '../helpers/token-faults.ts';

const HOLD = { kind: 'hold' } as const;
const OPTIONAL = DEFAULT_APP.optionalScopes;
const DISCONNECT = `mutation ($id: ID!, $uninstall: Boolean) {
  disconnectInstallation(installationId: $id, uninstall: $uninstall) { installation { status } }
}`;
const LIST = '{ contacts(first: 200) { nodes { email } } }';

let stack: Stack;
let id: string;
beforeEach(async () => {
  stack = await Stack.start({
    simulator: { portals: [{ ...SMALL_PORTAL, size: { contacts: 300, deals: 60, companies: 20 } }] },
  });
  id = await stack.connect({ optionalScopes: OPTIONAL }, ALICE, { granted: OPTIONAL });
});
afterEach(() => stack.stop());

const calls = () => stack.simulator.log.crm().length;

/** Disconnects while `work` is under way, and lets HubSpot answer what it held; `later` are calls that left after. */
async function disconnectDuring<T>(work: Promise<T>, uninstall = false): Promise<{ answer: T; later: number }> {
  const { errors } = await stack.query(DISCONNECT, { id, uninstall });
  expect(errors).toBeUndefined();
  const left = arrived();
  stack.simulator.faults.clear();
  const answer = await stack.settle(work);
  stack.clock.advance(30 * SECOND);
  await stack.query('{ viewer { id } }');
  return { answer, later: calls() - left };
}

/** Calls of the CRM that HubSpot has, answered or held. */
function arrived(): number {
  const held = stack.simulator.faults.all().filter(({ rule }) => !rule.match.includes('oauth'));
  return held.reduce((sum, { hits }) => sum + hits, calls());
}

describe('a disconnect ends what is under way, and the erased token is used no more', () => {
  it.each([false, true])('a list between two of its pages; uninstalling: %j', async (uninstall) => {
    const held = stack.simulator.faults.add({ match: '^GET /crm', fault: HOLD });
    const list = stack.query(LIST);
    await held.reached(1);
    const { answer, later } = await disconnectDuring(list, uninstall);
    expect(answer.errors?.[0]?.extensions).toEqual({
      code: 'NOT_CONNECTED',
      remedy: { mutation: 'connectHubSpot', input: { installationId: id } },
    });
    expect(later).toBe(0);
  });

  it.each([
    [
      'associated records of a list that is there',
      '/associations/',
      '{ contacts(first: 2) { nodes { email companies { edges { labels } } } } }',
    ],
    ['a search and the records behind it', '/search$', '{ contacts(query: "a", first: 5) { nodes { email } } }'],
    ['owners', '/owners', '{ owners { nodes { email } } }'],
  ])('%s', async (_what, match, document) => {
    const held = stack.simulator.faults.add({ match, fault: HOLD });
    const work = stack.query(document);
    await held.reached(1);
    const { answer, later } = await disconnectDuring(work);
    expect(codes(answer)).toEqual(['NOT_CONNECTED']);
    expect(later).toBe(0);
  });

  it.each<[string, (index: number) => string, object]>([
    ['reads', (index) => `{ contacts(first: ${index}) { nodes { id } } }`, { NOT_CONNECTED: 14 }],
    [
      // What has left is answered as it went.
      'writes',
      (index) => `mutation { createContact(input: { firstName: "N${index}" }) { created } }`,
      { answered: 10, NOT_CONNECTED: 4 },
    ],
  ])('%s that wait for their turn', async (_what, document, expected) => {
    const held = stack.simulator.faults.add({ match: ' /crm', fault: HOLD });
    const work = Promise.all(Array.from({ length: 14 }, (_, index) => stack.query(document(index + 1))));
    await held.reached(10);
    await stack.query('{ viewer { id } }');
    const { answer, later } = await disconnectDuring(work);
    const outcomes = Map.groupBy(answer, (each) => codes(each)[0] ?? 'answered');
    expect(Object.fromEntries([...outcomes].map(([outcome, all]) => [outcome, all.length]))).toEqual(expected);
    expect(later).toBe(0);
  });

  it('a call that failed and was about to be repeated', async () => {
    const busy = { kind: 'answer', status: 503, body: '{}', headers: { 'retry-after': '5' } } as const;
    const failing = stack.simulator.faults.add({ match: '^GET /crm', times: 1, fault: busy });
    const work = stack.query(LIST);
    await failing.reached(1);
    await expect.poll(calls).toBe(1);
    const left = calls();
    await stack.query(DISCONNECT, { id });
    expect(codes(await work)).toEqual(['NOT_CONNECTED']);
    stack.clock.advance(30 * SECOND);
    expect(calls() - left).toBe(0);
  });

  it('a call whose token is being renewed', async () => {
    stack.clock.advance(EXPIRED);
    const refresh = stack.simulator.faults.add({ match: '^POST /oauth/[^/]+/token$', fault: HOLD });
    const work = stack.query(LIST);
    await refresh.reached(1);
    const { answer, later } = await disconnectDuring(work);
    expect(codes(answer)).toEqual(['NOT_CONNECTED']);
    expect(later).toBe(0);
  });

  it('while its tokens are being read from the database', async () => {
    const faults = stack.databaseFaults[0];
    const reading = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    if (faults) {
      faults.after = async (statement) => {
        if (statement !== 'select installation_tokens') return;
        faults.clear();
        reading.resolve();
        await goOn.promise;
      };
    }
    const work = stack.query(LIST);
    await reading.promise;
    await stack.query(DISCONNECT, { id });
    goOn.resolve();
    expect(codes(await stack.settle(work))).toEqual(['NOT_CONNECTED']);
    expect(calls()).toBe(0);
  });

  it('and a portal that is connected instead is read with its own token', async () => {
    const held = stack.simulator.faults.add({ match: '^GET /crm', times: 1, fault: HOLD });
    const list = stack.query(LIST);
    await held.reached(1);
    const [before] = stack.simulator.log.tokenCalls('authorization_code');
    await stack.query(DISCONNECT, { id });
    expect(await stack.connect()).toBe(id);
    held.remove();
    expect(codes(await stack.settle(list))).toEqual(['NOT_CONNECTED']);
    const first = new Set(stack.simulator.log.crm().map(({ token }) => token));
    expect((await stack.query(LIST)).errors).toBeUndefined();
    const tokens = stack.simulator.log.crm().map(({ token }) => token);
    expect(before).toBeDefined();
    expect(tokens.slice(1).every((token) => token !== undefined && !first.has(token))).toBe(true);
  });
});
