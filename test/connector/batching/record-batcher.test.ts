import { beforeEach, describe, expect, it } from 'vitest';
import { RecordBatcher } from '../../../src/connector/batching/record-batcher.ts';
import { hubspotError } from '../../../src/hubspot/failed-answer.ts';
import {
  contact,
  contactsFor,
  FakeHubspot,
  propertiesOf,
  quiet,
  request,
  sampleValue,
} from '../../helpers/batching.ts';

let hubspot: FakeHubspot;
let batcher: RecordBatcher;
beforeEach(() => {
  hubspot = new FakeHubspot();
  batcher = new RecordBatcher(hubspot.context(), 'contacts');
});

const EMAIL = ['email'];
const load = (id: string, properties: readonly string[] = EMAIL, by = request()) =>
  batcher.load({ id, properties }, by);
const ids = (count: number, from = 1) => Array.from({ length: count }, (_, index) => String(from + index));
const answerAll = () => {
  hubspot.autoAnswer = contactsFor;
  for (const sent of hubspot.sentCalls) sent.answer(contactsFor(sent.call));
};

describe('a single load', () => {
  it('is dispatched at once in an idle portal, with its permit and without a timer', async () => {
    const record = load('1');
    await quiet();
    expect(hubspot.requestedIds).toEqual([['1']]);
    expect(hubspot.last().call).toMatchObject({
      name: 'contacts.batchRead',
      body: { inputs: [{ id: '1' }], properties: ['email'] },
      callContext: { fairnessKey: 'acme\ncontacts', priority: 'interactive', deadlineAt: 25_000 },
      permit: expect.anything(),
    });
    hubspot.last().answer({ results: [contact('1', { email: 'ada@one.example' })] });
    expect(await record).toEqual({ ...contact('1'), properties: { email: 'ada@one.example' } });
    expect([hubspot.limiter.granted, hubspot.limiter.released]).toEqual([1, 0]);
    expect(hubspot.clock.monotonic()).toBe(0);
  });

  it('is null when HubSpot has none', async () => {
    const record = load('9');
    await quiet();
    hubspot.last().answer({ results: [], errors: [{ category: 'OBJECT_NOT_FOUND', context: { ids: ['9'] } }] });
    expect(await record).toBeNull();
  });

  it('shares a call with the loads of other requests in the same turn of the event loop', async () => {
    const records = Promise.all(ids(30).map((id) => load(id)));
    await quiet();
    expect(hubspot.requestedIds).toEqual([ids(30)]);
    answerAll();
    expect((await records).map((record) => record?.properties.email)).toEqual(
      ids(30).map((id) => sampleValue(id, 'email')),
    );
  });

  it('waits while an earlier call is in flight, and is dispatched when that has ended', async () => {
    const early = load('1');
    await quiet();
    const late = ['2', '3', '2'].map((id) => load(id));
    await quiet();
    expect(hubspot.requestedIds).toEqual([['1']]);
    answerAll();
    await Promise.all([early, ...late]);
    expect(hubspot.requestedIds).toEqual([['1'], ['2', '3']]);
  });

  it('never joins a call in flight: a write may have come between', async () => {
    const before = load('1');
    await quiet();
    const after = load('1');
    hubspot.last().answer({ results: [contact('1', { email: 'old@one.example' })] });
    await quiet();
    hubspot.last().answer({ results: [contact('1', { email: 'new@one.example' })] });
    expect([await before, await after].map((record) => record?.properties.email)).toEqual([
      'old@one.example',
      'new@one.example',
    ]);
  });

  it('is dispatched in a full batch while another call is in flight; the hundred and first waits', async () => {
    const first = load('0');
    await quiet();
    const rest = ids(101).map((id) => load(id));
    await quiet();
    expect(hubspot.requestedIds).toEqual([['0'], ids(100)]);
    answerAll();
    await Promise.all([first, ...rest]);
    expect(hubspot.requestedIds).toEqual([['0'], ids(100), ['101']]);
  });

  it('does not wait for a slow call', async () => {
    void load('1');
    await quiet();
    void load('2');
    hubspot.clock.advance(499);
    await quiet();
    expect(hubspot.requestedIds).toEqual([['1']]);
    hubspot.clock.advance(1);
    await quiet();
    expect(hubspot.requestedIds).toEqual([['1'], ['2']]);
    void load('3');
    answerAll();
    await quiet();
    expect(hubspot.requestedIds).toEqual([['1'], ['2'], ['3']]);
  });

  it('joins the loads that wait for the rate limiter, up to 100 for each permit', async () => {
    hubspot.limiter.open = false;
    hubspot.autoAnswer = contactsFor;
    const records = [load('1')];
    await quiet();
    records.push(...ids(150, 2).map((id) => load(id)));
    await quiet();
    expect(hubspot.limiter.waiting.map(({ budget }) => budget)).toEqual(['general']);
    hubspot.limiter.waiting[0]?.grant();
    await quiet();
    expect(hubspot.requestedIds).toEqual([ids(100)]);
    expect(hubspot.limiter.waiting).toHaveLength(1);
    hubspot.limiter.waiting[0]?.grant();
    await Promise.all(records);
    expect(hubspot.requestedIds).toEqual([ids(100), ids(51, 101)]);
    expect(hubspot.limiter.waiting).toEqual([]);
  });

  it('leaves no timer behind', async () => {
    let timers = 0;
    const schedule = () => {
      timers += 1;
      return () => {
        timers -= 1;
      };
    };
    const clock = { now: () => 0, monotonic: () => 0, schedule };
    batcher = new RecordBatcher({ ...hubspot.context(), clock }, 'contacts');
    hubspot.autoAnswer = contactsFor;
    await load('1');
    await quiet();
    expect(timers).toBe(0);
  });

  it('joins the loads that follow from the answer before it', async () => {
    const followUp = load('1').then(() => load('2'));
    await quiet();
    const waiting = load('3');
    hubspot.autoAnswer = contactsFor;
    hubspot.last().answer(contactsFor(hubspot.last().call));
    await Promise.all([followUp, waiting]);
    expect(hubspot.requestedIds).toEqual([['1'], ['3', '2']]);
  });
});

describe('properties', () => {
  it('are requested together, and each request sees only its own', async () => {
    const [ada, bob, eve, nobody] = [
      load('1', ['email', 'phone']),
      load('1', ['phone', 'zip']),
      load('2', ['zip']),
      load('2', []),
    ];
    await quiet();
    expect(hubspot.requestedIds).toEqual([['1', '2']]);
    expect(propertiesOf(hubspot.last().call)).toEqual(['email', 'phone', 'zip']);
    answerAll();
    const seen = (await Promise.all([ada, bob, eve, nobody])).map((record) => record?.properties);
    expect(seen).toEqual([
      { email: 'email of 1', phone: 'phone of 1' },
      { phone: 'phone of 1', zip: 'zip of 1' },
      { zip: 'zip of 2' },
      {},
    ]);
  });

  it('stay null when they are empty, and absent when HubSpot does not know them', async () => {
    const record = load('1', ['email', 'constructor', 'fax', 'zip']);
    await quiet();
    hubspot.last().answer({ results: [contact('1', { email: '', zip: null })] });
    const properties = (await record)?.properties;
    expect(properties).toEqual({ email: '', zip: null });
    expect(Object.keys(properties ?? {})).toEqual(['email', 'zip']);
  });

  it('find records by e-mail address in any case, and show it only to requests that selected it', async () => {
    batcher = new RecordBatcher(hubspot.context(), 'contacts', 'email');
    const [ada, sameAda, nobody] = [load(' Ada@One.example', ['zip']), load('ada@one.example'), load('x@y.example')];
    await quiet();
    expect(hubspot.last().call.body).toEqual({
      inputs: [{ id: 'ada@one.example' }, { id: 'x@y.example' }],
      idProperty: 'email',
      properties: ['email', 'zip'],
    });
    hubspot.last().answer({
      results: [contact('1', { email: 'ADA@one.example', zip: '1010' })],
      errors: [{ category: 'OBJECT_NOT_FOUND', context: { ids: ['x@y.example'] } }],
    });
    expect(await ada).toMatchObject({ id: '1', properties: { zip: '1010' } });
    expect((await ada)?.properties).not.toHaveProperty('email');
    expect((await sameAda)?.properties).toEqual({ email: 'ADA@one.example' });
    expect(await nobody).toBeNull();
  });
});

describe('an answer in parts (207)', () => {
  const outcomes = async (records: readonly Promise<unknown>[]) =>
    (await Promise.allSettled(records)).map((outcome) =>
      outcome.status === 'fulfilled' ? (outcome.value === null ? 'absent' : 'found') : outcome.reason.code,
    );

  it('fails the records that it names, and no others', async () => {
    const records = ['1', '2', '3', '4'].map((id) => load(id));
    await quiet();
    hubspot.last().answer({
      results: [contact('1')],
      errors: [
        { category: 'OBJECT_NOT_FOUND', context: { ids: ['2', '4'] } },
        { category: 'INTERNAL_ERROR', context: { ids: ['3'] } },
      ],
    });
    expect(await outcomes(records)).toEqual(['found', 'absent', 'HUBSPOT_UNAVAILABLE', 'absent']);
  });

  it('fails the missing records when it names none', async () => {
    const records = ['1', '2', '3'].map((id) => load(id));
    await quiet();
    hubspot.last().answer({
      results: [contact('1')],
      errors: [{ category: 'INTERNAL_ERROR' }, { category: 'OBJECT_NOT_FOUND', context: { ids: ['3'] } }],
    });
    expect(await outcomes(records)).toEqual(['found', 'HUBSPOT_UNAVAILABLE', 'absent']);
  });

  it('is a 404 where some say so when none exists', async () => {
    const records = ['1', '2'].map((id) => load(id));
    await quiet();
    hubspot.last().fail(hubspotError({ status: 404, category: 'OBJECT_NOT_FOUND' }));
    expect(await outcomes(records)).toEqual(['absent', 'absent']);
    expect(hubspot.requestedIds).toHaveLength(1);
  });
});
