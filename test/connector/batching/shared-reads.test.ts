import { beforeEach, describe, expect, it } from 'vitest';
import { BatchQueue } from '../../../src/connector/batching/batch-queue.ts';
import { SharedReads } from '../../../src/connector/batching/shared-reads.ts';
import type { GatewayError } from '../../../src/errors.ts';
import type { HubspotApi } from '../../../src/hubspot/client.ts';
import { hubspotError } from '../../../src/hubspot/failed-answer.ts';
import { FakeHubspot, type OperationFacts, quiet, request } from '../../helpers/batching.ts';

let hubspot: FakeHubspot;
let reads: SharedReads<unknown>;
beforeEach(() => {
  hubspot = new FakeHubspot();
  reads = new SharedReads(hubspot.context(), 'search', 'search');
});

const ask = (path: string) => async (api: HubspotApi) =>
  (await api.send({ name: 'contacts.list', method: 'GET', path, scopes: [[]] })).body;
const read = (path: string, by = request()) => reads.read(path, ask(path), by);
const paths = () => hubspot.sentCalls.map(({ call }) => call.path);
const code = (answer: Promise<unknown>) =>
  answer.then(
    () => 'answered',
    ({ code }: GatewayError) => code,
  );

describe('a page', () => {
  it('is read at once, on its budget and with the fairness key of its viewer', async () => {
    hubspot.limiter.open = false;
    const answer = read('/a', request({ fairnessKey: 'acme\nalice' }));
    await quiet();
    expect(hubspot.limiter.waiting.map(({ budget, callContext }) => [budget, callContext.fairnessKey])).toEqual([
      ['search', 'acme\nalice'],
    ]);
    hubspot.limiter.waiting[0]?.grant();
    await quiet();
    hubspot.last().answer('page');
    expect(await answer).toBe('page');
  });

  it('that many requests need at the same time is read once', async () => {
    const answers = Promise.all(Array.from({ length: 50 }, () => read('/a')));
    await quiet();
    expect(paths()).toEqual(['/a']);
    hubspot.last().answer('page');
    expect(new Set(await answers)).toEqual(new Set(['page']));
  });

  it('is never answered by a call from before its request', async () => {
    const early = read('/a');
    await quiet();
    const late = [read('/a'), read('/a')];
    await quiet();
    expect(paths()).toEqual(['/a']);
    hubspot.last().answer('before');
    expect(await early).toBe('before');
    await quiet();
    expect(paths()).toEqual(['/a', '/a']);
    hubspot.last().answer('after');
    expect(await Promise.all(late)).toEqual(['after', 'after']);
  });

  it('waits for no other page, and for an earlier call of its own at most half a second', async () => {
    void read('/a');
    await quiet();
    void read('/b');
    void read('/a');
    await quiet();
    expect(paths()).toEqual(['/a', '/b']);
    hubspot.clock.advance(500);
    await quiet();
    expect(paths()).toEqual(['/a', '/b', '/a']);
  });

  it.each([400, 403, 500])(
    'that fails with %i fails for all who share it, and is not asked for again',
    async (status) => {
      const outcomes = Promise.all(Array.from({ length: 9 }, () => code(read('/a'))));
      await quiet();
      hubspot.last().fail(hubspotError({ status }));
      expect(new Set(await outcomes).size).toBe(1);
      await quiet();
      expect(paths()).toEqual(['/a']);
    },
  );

  it('is charged to every request that shares it', async () => {
    const spent = request({ maxCalls: 1 });
    const first = read('/a', spent);
    await quiet();
    hubspot.last().answer('page');
    await first;
    const outcomes = Promise.all([code(read('/a', spent)), code(read('/a'))]);
    await quiet();
    hubspot.last().answer('page');
    expect(await outcomes).toEqual(['BAD_USER_INPUT', 'answered']);
  });

  it('whose requests are all cancelled is not read', async () => {
    hubspot.limiter.open = false;
    const client = new AbortController();
    const answer = code(read('/a', request({ signal: client.signal })));
    await quiet();
    client.abort();
    expect(await answer).toBe('HUBSPOT_UNAVAILABLE');
    await quiet();
    expect([hubspot.limiter.waiting, paths()]).toEqual([[], []]);
    hubspot.limiter.open = true;
    const again = read('/a');
    await quiet();
    hubspot.last().answer('page');
    expect(await again).toBe('page');
  });
});

it.each<[string, OperationFacts, (client: AbortController) => void]>([
  ['is answered', {}, () => hubspot.limiter.waiting[0]?.grant()],
  ['is given up', {}, (client) => client.abort()],
  ['is refused', {}, () => hubspot.limiter.waiting[0]?.refuse(hubspotError({ status: 429 }))],
  ['may cost no more calls', { maxCalls: 0 }, () => hubspot.limiter.waiting[0]?.grant()],
])('a queue is told that nothing is left in it, once, when its last load %s', async (_how, facts, end) => {
  hubspot.limiter.open = false;
  hubspot.autoAnswer = () => 'page';
  let ends = 0;
  const kind = {
    name: 'list',
    budget: 'general',
    maxInputs: Number.POSITIVE_INFINITY,
    isShared: true,
    keyOf: () => '',
    read: async (api: HubspotApi) => {
      const page = await ask('/a')(api);
      return () => page;
    },
  } as const;
  const queue = new BatchQueue(kind, hubspot.context(), () => {
    ends += 1;
  });
  const client = new AbortController();
  const load = queue.load({ id: '' }, request({ ...facts, signal: client.signal }));
  await quiet();
  end(client);
  await Promise.allSettled([load]);
  await quiet();
  expect(ends).toBe(1);
});
