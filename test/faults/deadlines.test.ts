import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { DEFAULT_APP, REFRESH } from 'hubspot-graphql-gateway-simulator';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Browser } from '../../packages/simulator/test/helpers/browser.ts';
import { COMPILED_AT_USE } from '../../src/graphql/execution/operation-paths.ts';
import { sleep } from '../../src/lib/time/clock.ts';
import { ALICE, type Answer, Stack } from '../helpers/stack.ts';
import { codes, EXPIRED, READ, SECOND } from '../helpers/token-faults.ts';

/** What is promised to clients, who wait for 30 s as a rule. */
const PROMISED = 25 * SECOND;
/** Three times of the whole time, in turns of the event loop. */
const PATIENT = { timeout: 60_000 };
const SILENCE = { kind: 'hold' } as const;
const OPTIONAL = DEFAULT_APP.optionalScopes;

let stack: Stack;
let id: string;
beforeEach(async () => {
  stack = await Stack.start();
  id = await stack.connect({ optionalScopes: OPTIONAL }, ALICE, { granted: OPTIONAL });
});
afterEach(() => stack.stop());

/** The answer, and how long it took on the gateway's clock. */
async function timed(work: Promise<Answer>): Promise<{ answer: Answer; ms: number }> {
  const from = stack.clock.monotonic();
  const timed = work.then((answer) => ({ answer, ms: stack.clock.monotonic() - from }));
  return stack.settle(timed);
}

/** Sends the first bytes of a request's body, and the others `ms` later. */
async function sendSlowly(query: string, ms: number): Promise<Answer> {
  const body = JSON.stringify({ query });
  const head = [
    'POST /graphql HTTP/1.1',
    'Host: localhost',
    'Content-Type: application/json',
    `Authorization: Bearer ${stack.token()}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  const socket = connect(Number(new URL(stack.url).port), '127.0.0.1');
  socket.write(`${head.join('\r\n')}\r\n\r\n${body.slice(0, 5)}`);
  const answer = text(socket).then((raw) => JSON.parse(raw.slice(raw.indexOf('{'))) as Answer);
  // The gateway has seen the head when it has answered somebody who came later.
  await stack.query('{ viewer { id } }');
  await stack.settle(sleep(stack.clock, ms));
  socket.write(body.slice(5));
  return stack.settle(answer);
}

const crmCalls = () => stack.simulator.log.crm().length;

describe('with a HubSpot that does not answer', () => {
  it.each([
    ['a list', '{ contacts { nodes { email } } }'],
    [
      'a list whose filter needs definitions',
      '{ contacts(filter: { property: { name: "a", eq: "b" } }) { nodes { email } } }',
    ],
    ['a search', '{ contacts(query: "ada") { nodes { email } } }'],
    ['a record', '{ contact(id: "100001") { email } }'],
    ['a record with its associated records', '{ contact(id: "100001") { email deals { nodes { name } } } }'],
    ['owners', '{ owners { nodes { email } } }'],
    ['pipelines', '{ dealPipelines { label } }'],
    ['definitions', '{ properties(objectType: CONTACT) { name } }'],
    ['a node', '{ node(id: "Contact:1234567:100001") { id } }'],
    ['a write', 'mutation { createContact(input: { firstName: "A" }) { created } }'],
  ])('%s is answered in time', async (_what, document) => {
    const silence = stack.simulator.faults.add({ match: ' /crm/', fault: SILENCE });
    const { answer, ms } = await timed(stack.query(document));
    expect(codes(answer)).toEqual(['HUBSPOT_TIMEOUT']);
    expect(ms).toBeLessThanOrEqual(PROMISED);
    // Definitions are three lists.
    expect(silence.hits).toBeLessThanOrEqual(document.includes('properties') ? 9 : 3);
  });

  it.each([
    ['new', 0],
    ['known', 1],
    ['compiled', COMPILED_AT_USE + 1],
  ])('a %s operation is answered with what it has', async (_kind, uses) => {
    const document =
      '{ contacts(first: 2) { nodes { hubspotId notes: deals(first: 1) { nodes { id } } } } deal(id: "300001") { name } }';
    for (let use = 0; use < uses; use += 1) await stack.query(document);
    stack.simulator.faults.add({ match: '/contacts$', fault: SILENCE });
    const { answer, ms } = await timed(stack.query(document));
    expect(answer.data).toMatchObject({ contacts: null, deal: { name: expect.any(String) } });
    expect(codes(answer)).toEqual(['HUBSPOT_TIMEOUT']);
    expect(ms).toBeLessThanOrEqual(PROMISED);
  });

  it('rows are answered whose associated records are not', async () => {
    stack.simulator.faults.add({ match: '/associations/', fault: SILENCE });
    const document = '{ deals(first: 2) { nodes { name contacts(first: 1) { edges { labels } } } } }';
    const { answer, ms } = await timed(stack.query(document));
    expect(answer.data).toMatchObject({ deals: { nodes: [{ name: expect.any(String), contacts: null }, {}] } });
    expect(codes(answer)).toEqual(['HUBSPOT_TIMEOUT']);
    expect(ms).toBeLessThanOrEqual(PROMISED);
  });

  it('mutations behind one that took all the time are not begun', async () => {
    const writes = stack.simulator.faults.add({ match: '^POST /crm', fault: SILENCE });
    const create = (name: string) => `${name}: createContact(input: { firstName: "${name}" }) { created }`;
    const { answer, ms } = await timed(stack.query(`mutation { ${['a', 'b', 'c', 'd'].map(create).join(' ')} }`));
    expect(codes(answer)).toEqual(Array.from({ length: 4 }, () => 'HUBSPOT_TIMEOUT'));
    expect(ms).toBeLessThanOrEqual(PROMISED);
    // 10 s, 10 s and what is left.
    expect(writes.hits).toBe(3);
    // Of the last nobody need read whether it was done.
    expect(answer.errors?.map(({ message }) => message.includes('may have succeeded'))).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });

  it('the time counts from the arrival of the request, however slowly its body came', PATIENT, async () => {
    stack.simulator.faults.add({ match: ' /crm/', fault: SILENCE });
    for (const query of [READ, READ, '{ contact(id: "100001") { email } }']) {
      const from = stack.clock.monotonic();
      expect(codes(await sendSlowly(query, 10 * SECOND))).toEqual(['HUBSPOT_TIMEOUT']);
      expect(stack.clock.monotonic() - from).toBeLessThanOrEqual(PROMISED);
      // The breaker looks at ten seconds.
      stack.clock.advance(20 * SECOND);
    }
  });

  it('the operator is told, although the last try of each call was cut short', async () => {
    stack.simulator.faults.add({ match: ' /crm/', fault: SILENCE });
    await timed(stack.query(READ));
    expect(stack.logs.filter((line) => line.includes('HubSpot fails for a portal'))).toHaveLength(1);
  });

  it('a short rest of the time says nothing about HubSpot', async () => {
    stack.simulator.faults.add({ match: '^POST /crm', fault: SILENCE });
    // Nine at once fail after 10 s, after 20 s, and when the time is over. The breaker opens at twenty within 10 s, and
    // counts a failure that took as long as it may twice.
    const create = (name: string) => `${name}: createContact(input: { firstName: "${name}" }) { created }`;
    const document = `mutation { ${['a', 'b', 'c'].map(create).join(' ')} }`;
    const late = Array.from({ length: 9 }, () => stack.query(document));
    await stack.settle(Promise.all(late));
    stack.simulator.faults.clear();
    expect(codes(await stack.query(READ))).toEqual([]);
  });
});

describe('with a token endpoint that does not answer', () => {
  it.each([
    ['a query', READ],
    ['refreshInstallation', 'mutation ($id: ID!) { refreshInstallation(installationId: $id) { installation { id } } }'],
  ])('%s is answered in time, and the refresh goes on', async (_what, document) => {
    stack.clock.advance(EXPIRED);
    const silence = stack.simulator.faults.add({ ...REFRESH, fault: SILENCE });
    const before = crmCalls();
    const { answer, ms } = await timed(stack.query(document, document.includes('$id') ? { id } : {}));
    expect(codes(answer)).toEqual(['HUBSPOT_TIMEOUT']);
    expect(ms).toBeLessThanOrEqual(PROMISED);
    expect(silence.hits).toBe(1);
    silence.remove();
    await expect.poll(() => stack.simulator.log.tokenCalls('refresh_token').length).toBe(1);
    expect(codes(await stack.settle(stack.query(READ)))).toEqual([]);
    expect(stack.simulator.log.tokenCalls('refresh_token')).toHaveLength(1);
    expect(crmCalls() - before).toBe(1);
  });

  it('completeHubSpotConnection is answered in time', async () => {
    const callback = await stack.consent(new Browser(), await stack.startFlow(new Browser()));
    const response = await new Browser().get(callback);
    const connection = new URL(response.headers.get('location') ?? '').searchParams.get('connection');
    stack.simulator.faults.add({ match: '^POST /oauth/', fault: SILENCE });
    const complete = 'mutation ($c: String!) { completeHubSpotConnection(connection: $c) { installation { id } } }';
    const { answer, ms } = await timed(stack.query(complete, { c: connection }));
    expect(codes(answer)).toEqual(['HUBSPOT_TIMEOUT']);
    expect(ms).toBeLessThanOrEqual(PROMISED);
  });
});

describe('with a database that does not answer', () => {
  const BOB = { ...ALICE, tenant: 'globex' };

  it.each([
    ['a query', READ, {}, BOB],
    ['installations', '{ installations { id } }', {}, BOB],
    ['the expiry of a token', '{ installation { accessTokenExpiresAt } }', {}, ALICE],
    ['connectHubSpot', 'mutation { connectHubSpot { authorizeUrl } }', {}, ALICE],
    [
      'disconnectInstallation',
      'mutation ($id: ID!) { disconnectInstallation(installationId: $id) { installation { id } } }',
      { id: true },
      ALICE,
    ],
  ])('%s is answered in time', async (_what, document, wants, viewer) => {
    await stack.query('{ installation { id } }');
    const faults = stack.databaseFaults[0];
    const silence = Promise.withResolvers<void>();
    if (faults) faults.after = () => silence.promise;
    const { answer, ms } = await timed(stack.query(document, 'id' in wants ? { id } : {}, viewer));
    silence.resolve();
    expect(codes(answer)).toEqual(['STORAGE_UNAVAILABLE']);
    expect(ms).toBeLessThanOrEqual(PROMISED);
  });
});
