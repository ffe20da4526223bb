import { beforeEach, expect, it } from 'vitest';
import { Connector } from '../../src/connector/connector.ts';
import type { PortalClients } from '../../src/connector/portal-clients.ts';
import type { GatewayError } from '../../src/errors.ts';
import type { HubspotCall } from '../../src/hubspot/client.ts';
import { hubspotError } from '../../src/hubspot/failed-answer.ts';
import { FakeHubspot, type OperationFacts, quiet, request } from '../helpers/batching.ts';
import { installation, portalClientsFor } from '../helpers/portal-clients.ts';

const OF = installation({
  grantedScopes: ['crm.objects.contacts.read', 'crm.objects.deals.read', 'crm.objects.owners.read'],
});

let hubspot: FakeHubspot;
let clients: PortalClients;
beforeEach(() => {
  hubspot = new FakeHubspot();
  clients = portalClientsFor(hubspot);
});

const viewer = (facts?: OperationFacts) =>
  new Connector(OF, clients.of(OF), request({ clock: hubspot.clock, ...facts }));
const outcome = (work: PromiseLike<unknown>) =>
  work.then(
    () => 'answered',
    ({ code }: GatewayError) => code,
  );

/** Everything that is read once for all viewers of an installation. */
const LOOKUPS: readonly (readonly [string, (connector: Connector) => Promise<unknown>])[] = [
  ['owners', ({ metadata }) => metadata.owners()],
  ['one owner', ({ metadata }) => metadata.owner('1')],
  ['pipelines', ({ metadata }) => metadata.pipelines('deals')],
  ['property definitions', ({ metadata }) => metadata.properties('contacts')],
  ['definitions by name', ({ metadata }) => metadata.propertiesNamed('contacts', ['email'])],
  ['association types', ({ metadata }) => metadata.associationTypes('contacts', 'deals')],
];

/** Answers all calls in flight, until none is left. */
async function answerAll(): Promise<void> {
  for (let answered = 0; answered < hubspot.sentCalls.length; await quiet()) {
    for (const sent of hubspot.sentCalls.slice(answered)) sent.answer({ results: [] });
    answered = hubspot.sentCalls.length;
    await quiet();
  }
}

it.each(LOOKUPS)('a look-up of %s fails only the viewer whose time is over', async (_name, lookUp) => {
  const [first, second] = [viewer({ deadlineAt: 1_000 }), viewer({ deadlineAt: 25_000 })];
  const outcomes = [outcome(lookUp(first)), outcome(lookUp(second))];
  await quiet();
  hubspot.clock.advance(1_000);
  expect(await outcomes[0]).toBe('HUBSPOT_TIMEOUT');
  await answerAll();
  expect(await outcomes[1]).toBe('answered');
});

it.each(LOOKUPS)('a look-up of %s fails only the viewer who left', async (_name, lookUp) => {
  const gone = new AbortController();
  const [first, second] = [viewer({ signal: gone.signal }), viewer()];
  const outcomes = [outcome(lookUp(first)), outcome(lookUp(second))];
  await quiet();
  gone.abort();
  expect(await outcomes[0]).toBe('HUBSPOT_UNAVAILABLE');
  await answerAll();
  expect(await outcomes[1]).toBe('answered');
});

it.each(LOOKUPS)('a look-up of %s takes nothing from the calls of the viewer who came first', async (_name, lookUp) => {
  const [first, second] = [viewer({ maxCalls: 0 }), viewer()];
  const outcomes = [outcome(lookUp(first)), outcome(lookUp(second))];
  await quiet();
  await answerAll();
  expect(await Promise.all(outcomes)).toEqual(['answered', 'answered']);
});

it.each(LOOKUPS)('a look-up of %s that HubSpot refuses is refused to all who wait', async (_name, lookUp) => {
  const outcomes = [outcome(lookUp(viewer())), outcome(lookUp(viewer()))];
  await quiet();
  for (const sent of hubspot.sentCalls) sent.fail(hubspotError({ status: 400 }));
  expect(await Promise.all(outcomes)).toEqual(['HUBSPOT_BAD_REQUEST', 'HUBSPOT_BAD_REQUEST']);
});

it('waits in turn with a fairness key of its own, with time of its own for every page', async () => {
  const calls: HubspotCall[] = [];
  hubspot.autoAnswer = (call) => {
    calls.push(call);
    hubspot.clock.advance(2_000);
    return { results: [], ...(calls.length < 3 && { paging: { next: { after: String(calls.length) } } }) };
  };
  await viewer({ fairnessKey: 'acme\nalice', deadlineAt: 10_000 }).metadata.owners();
  expect(calls.map(({ callContext }) => callContext?.deadlineAt)).toEqual([25_000, 27_000, 29_000]);
  const [key] = new Set(calls.map(({ callContext }) => callContext?.fairnessKey));
  expect(key).not.toContain('alice');
  expect(key).toContain(OF.id);
});

it('leaves no timer behind once it is answered', async () => {
  const timers = new Set<object>();
  const schedule = hubspot.clock.schedule.bind(hubspot.clock);
  hubspot.clock.schedule = (callback, delayMs) => {
    const timer = {};
    timers.add(timer);
    const cancel = schedule(callback, delayMs);
    return () => {
      timers.delete(timer);
      cancel();
    };
  };
  const waiting = Promise.all(LOOKUPS.map(([, lookUp]) => lookUp(viewer())));
  await quiet();
  expect(timers.size).toBeGreaterThan(0);
  await answerAll();
  await waiting;
  expect(timers.size).toBe(0);
});
