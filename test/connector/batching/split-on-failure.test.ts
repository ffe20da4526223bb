import { beforeEach, expect, it } from 'vitest';
import { RecordBatcher } from '../../../src/connector/batching/record-batcher.ts';
import type { RequestContext } from '../../../src/connector/request-context.ts';
import { GatewayError } from '../../../src/errors.ts';
import type { HubspotCall } from '../../../src/hubspot/client.ts';
import { hubspotError } from '../../../src/hubspot/failed-answer.ts';
import { contactsFor, FakeHubspot, inputsOf, propertiesOf, quiet, request } from '../../helpers/batching.ts';

let hubspot: FakeHubspot;
let batcher: RecordBatcher;
beforeEach(() => {
  hubspot = new FakeHubspot();
  batcher = new RecordBatcher(hubspot.context(), 'contacts');
});

const outcome = (id: string, properties: readonly string[] = ['email'], by: RequestContext = request()) =>
  batcher.load({ id, properties }, by).then(
    (record) => record && Object.values(record.properties).join(),
    (error: GatewayError) => error.code,
  );
const ids = (count: number, from = 1) => Array.from({ length: count }, (_, index) => String(from + index));

/** Refuses every call with an id in `poison`, whole. */
const refusing =
  (...poison: readonly string[]) =>
  (call: HubspotCall) => {
    if (inputsOf(call).some(({ id }) => poison.includes(id))) throw hubspotError({ status: 400 });
    return contactsFor(call);
  };

it('answers all requests but one when one id is invalid, in about 2√n more calls', async () => {
  hubspot.autoAnswer = refusing('42');
  const outcomes = await Promise.all(ids(100).map((id) => outcome(id)));
  expect(outcomes).toEqual(ids(100).map((id) => (id === '42' ? 'HUBSPOT_BAD_REQUEST' : `email of ${id}`)));
  expect(hubspot.requestedIds.map(({ length }) => length)).toEqual([100, ...Array(10).fill(10), ...Array(10).fill(1)]);
});

it.each([2, 3, 4, 7, 30])('fails only the request with the invalid id among %i, whatever its place', async (size) => {
  for (const poison of [['1'], [String(size)], ['1', String(size)], ids(size), ids(Math.ceil(size / 2))]) {
    hubspot.sentCalls.length = 0;
    hubspot.autoAnswer = refusing(...poison);
    const outcomes = await Promise.all(ids(size).map((id) => outcome(id)));
    expect(outcomes).toEqual(ids(size).map((id) => (poison.includes(id) ? 'HUBSPOT_BAD_REQUEST' : `email of ${id}`)));
    expect(hubspot.requestedIds.length).toBeLessThanOrEqual(size + Math.ceil(Math.sqrt(size)) + 1);
  }
});

it('costs each request at most three calls', async () => {
  hubspot.autoAnswer = refusing(...ids(49));
  const threeCalls = ids(49).map((id) => outcome(id, ['email'], request({ maxCalls: 3 })));
  expect(new Set(await Promise.all(threeCalls))).toEqual(new Set(['HUBSPOT_BAD_REQUEST']));
  const twoCalls = ids(49).map((id) => outcome(id, ['email'], request({ maxCalls: 2 })));
  expect(new Set(await Promise.all(twoCalls))).toEqual(new Set(['BAD_USER_INPUT']));
});

it('fails only the requests for a property that the grant does not cover', async () => {
  hubspot.autoAnswer = (call) => {
    if (propertiesOf(call).includes('ssn')) throw hubspotError({ status: 403, category: 'MISSING_SCOPES' });
    return contactsFor(call);
  };
  const outcomes = await Promise.all([
    outcome('1'),
    outcome('1', ['ssn']),
    outcome('2', ['email', 'ssn']),
    outcome('3'),
  ]);
  expect(outcomes).toEqual(['email of 1', 'HUBSPOT_FORBIDDEN', 'HUBSPOT_FORBIDDEN', 'email of 3']);
  expect(hubspot.sentCalls.slice(1).filter(({ call }) => !propertiesOf(call).includes('ssn'))).not.toEqual([]);
});

it('reads the loads of one request together again, and repeats nothing for a single request', async () => {
  hubspot.autoAnswer = refusing('3');
  const [one, other] = [request(), request()];
  const outcomes = ['1', '2'].map((id) => outcome(id, ['email'], one));
  outcomes.push(...['3', '4'].map((id) => outcome(id, ['email'], other)));
  await Promise.all(outcomes);
  expect(hubspot.requestedIds).toEqual([
    ['1', '3', '2', '4'],
    ['1', '2'],
    ['3', '4'],
  ]);
});

it('does not read again for a request that was cancelled meanwhile', async () => {
  const client = new AbortController();
  const given = outcome('1', ['email'], request({ signal: client.signal }));
  const [kept, poisoned] = [outcome('2'), outcome('3')];
  await quiet();
  client.abort();
  hubspot.autoAnswer = refusing('3');
  hubspot.last().fail(hubspotError({ status: 400 }));
  expect(await Promise.all([given, kept, poisoned])).toEqual([
    'HUBSPOT_UNAVAILABLE',
    'email of 2',
    'HUBSPOT_BAD_REQUEST',
  ]);
  expect(hubspot.requestedIds.slice(1).flat()).not.toContain('1');
});

it.each<[string, () => Error]>([
  ['a 500', () => hubspotError({ status: 500 })],
  ['a 429', () => hubspotError({ status: 429 })],
  ['a 504', () => hubspotError({ status: 504 })],
  ['nonsense', () => new GatewayError('HUBSPOT_BAD_RESPONSE', 'nonsense', {})],
  ['a bug', () => new TypeError('a bug')],
])('does not split for %s', async (_case, failure) => {
  hubspot.autoAnswer = () => {
    throw failure();
  };
  const outcomes = await Promise.allSettled(ids(5).map((id) => batcher.load({ id, properties: [] }, request())));
  expect(outcomes.map((each) => each.status === 'rejected' && each.reason.message)).toEqual(
    Array(5).fill(failure().message),
  );
  expect(hubspot.requestedIds).toHaveLength(1);
});
