import { beforeEach, describe, expect, it } from 'vitest';
import { RecordBatcher } from '../../src/connector/batching/record-batcher.ts';
import { RecordCache } from '../../src/connector/record-cache.ts';
import type { ObjectType } from '../../src/crm/objects.ts';
import { hubspotError } from '../../src/hubspot/failed-answer.ts';
import { createMetrics, type Metrics } from '../../src/lib/metrics.ts';
import { contact, contactsFor, FakeHubspot, propertiesOf, quiet, request } from '../helpers/batching.ts';

const TTL_MS = 10_000;
const PORTAL = 1;

let hubspot: FakeHubspot;
let metrics: Metrics;
let cache: RecordCache;
let batcher: RecordBatcher;
beforeEach(() => {
  hubspot = new FakeHubspot();
  metrics = createMetrics();
  cache = new RecordCache({ ttlMs: TTL_MS, clock: hubspot.clock, metrics });
  batcher = batcherOf();
});

function batcherOf({
  key = 'acme',
  hubId = PORTAL,
  type = 'contacts' as ObjectType,
  idProperty = undefined as string | undefined,
} = {}) {
  return new RecordBatcher(hubspot.context(key), type, idProperty, cache.of(key, hubId, type));
}

const load = (id: string, properties: readonly string[] = ['email'], by = batcher) =>
  by.load({ id, properties }, request());

/** Answers the call that left last. */
async function answer(...results: readonly object[]): Promise<void> {
  await quiet();
  hubspot.last().answer({ results });
  await quiet();
}

/** Reads a record that is as `values` say. */
async function read(id: string, values: Readonly<Record<string, string | null>>, updatedAt = '2026-01-01T00:00:00Z') {
  const record = load(id, Object.keys(values));
  await answer({ ...contact(id, values), updatedAt });
  return record;
}

describe('a record that was read', () => {
  it('is known without a call, as long as CACHE_TTL_MS says since the call left', async () => {
    const first = load('1');
    await quiet();
    hubspot.clock.advance(400);
    await answer(contact('1', { email: 'ada@one.example' }));
    hubspot.clock.advance(TTL_MS - 401);
    expect(await load('1')).toEqual(await first);
    expect(hubspot.requestedIds).toEqual([['1']]);
    hubspot.clock.advance(1);
    void load('1');
    await quiet();
    expect(hubspot.requestedIds).toEqual([['1'], ['1']]);
  });

  it('serves those who ask for less with no other properties than theirs', async () => {
    await read('1', { email: 'ada@one.example', phone: '1', zip: null });
    const records = [await load('1', ['phone']), await load('1', ['zip', 'email']), await load('1', [])];
    expect(records.map((record) => record?.properties)).toEqual([
      { phone: '1' },
      { zip: null, email: 'ada@one.example' },
      {},
    ]);
    expect(hubspot.requestedIds).toEqual([['1']]);
  });

  it('knows of a property that HubSpot left out that there is none', async () => {
    const record = load('1', ['email', 'ghost', 'constructor']);
    await answer(contact('1', { email: 'ada@one.example' }));
    expect(await load('1', ['ghost', 'constructor'])).toEqual({ ...(await record), properties: {} });
    expect(hubspot.requestedIds).toHaveLength(1);
  });

  it('does not know what HubSpot told unasked', async () => {
    await read('1', { email: 'ada@one.example' });
    void load('1', ['createdate']);
    await quiet();
    expect(propertiesOf(hubspot.last().call)).toEqual(['createdate']);
    expect(hubspot.requestedIds).toHaveLength(2);
  });

  it('knows what others asked for in the same call', async () => {
    const records = [load('1', ['email']), load('2', ['phone'])];
    await answer(contact('1', { email: 'ada@one.example', phone: '1' }), contact('2', { email: null, phone: '2' }));
    await Promise.all(records);
    expect((await load('1', ['phone']))?.properties).toEqual({ phone: '1' });
    expect(hubspot.requestedIds).toHaveLength(1);
  });

  it('is of one type, one portal and one grant', async () => {
    await read('1', { email: 'ada@one.example' });
    for (const [index, other] of [{ key: 'globex' }, { key: 'acme\n2' }, { type: 'deals' as const }].entries()) {
      void load('1', ['email'], batcherOf(other));
      await quiet();
      expect(hubspot.requestedIds).toHaveLength(index + 2);
    }
  });

  it('counts', async () => {
    await read('1', { email: 'ada@one.example' });
    await load('1');
    await load('1', []);
    const { values } = await metrics.recordCacheLoads.get();
    expect(values.map(({ labels, value }) => [labels.outcome, value])).toEqual([
      ['miss', 1],
      ['hit', 2],
    ]);
  });
});

describe('more of a record than is known', () => {
  it('is read, and known together with what was known, when the record was not changed in between', async () => {
    await read('1', { email: 'ada@one.example' });
    hubspot.clock.advance(1_000);
    await read('1', { phone: '1' });
    expect(propertiesOf(hubspot.last().call)).toEqual(['phone']);
    expect((await load('1', ['email', 'phone']))?.properties).toEqual({ email: 'ada@one.example', phone: '1' });
    expect(hubspot.requestedIds).toHaveLength(2);
    // No longer than the older part.
    hubspot.clock.advance(TTL_MS - 1_000);
    void load('1', ['phone']);
    await quiet();
    expect(hubspot.requestedIds).toHaveLength(3);
  });

  it('takes the place of what was known, when the record was changed in between', async () => {
    await read('1', { email: 'old@one.example' });
    await read('1', { phone: '1' }, '2026-01-02T00:00:00Z');
    expect((await load('1', ['phone']))?.properties).toEqual({ phone: '1' });
    void load('1', ['email']);
    await quiet();
    expect(hubspot.requestedIds).toHaveLength(3);
  });

  it('is as young as its call when nothing else is known', async () => {
    await read('1', { email: 'ada@one.example' });
    hubspot.clock.advance(TTL_MS - 1);
    await read('1', { email: 'ada@one.example', phone: '1' });
    hubspot.clock.advance(TTL_MS - 1);
    expect((await load('1'))?.properties).toEqual({ email: 'ada@one.example' });
    expect(hubspot.requestedIds).toHaveLength(2);
  });

  it('does not give way to an older answer that lands later', async () => {
    const early = load('1', ['email']);
    await quiet();
    const slow = hubspot.last();
    hubspot.clock.advance(500); // A call that takes so long holds nobody up.
    await read('1', { phone: '1' }, '2026-01-02T00:00:00Z');
    slow.answer({ results: [contact('1', { email: 'old@one.example' })] });
    expect((await early)?.properties).toEqual({ email: 'old@one.example' });
    expect((await load('1', ['phone']))?.properties).toEqual({ phone: '1' });
    void load('1', ['email']);
    await quiet();
    expect(hubspot.requestedIds).toHaveLength(3);
  });
});

describe('what is not kept', () => {
  it('is absence', async () => {
    const nothing = load('1');
    await answer();
    expect(await nothing).toBeNull();
    void load('1');
    await quiet();
    expect(hubspot.requestedIds).toEqual([['1'], ['1']]);
  });

  it('is a record that is found to be gone', async () => {
    await read('1', { email: 'ada@one.example' });
    void load('1', ['phone']);
    await answer();
    void load('1', ['email']);
    await quiet();
    expect(hubspot.requestedIds).toHaveLength(3);
  });

  it('is a failure, which takes nothing away either', async () => {
    await read('1', { email: 'ada@one.example' });
    const failing = load('1', ['phone']);
    await quiet();
    hubspot.last().fail(hubspotError({ status: 500 }));
    await expect(failing).rejects.toMatchObject({ code: 'HUBSPOT_UNAVAILABLE' });
    expect((await load('1', ['email']))?.properties).toEqual({ email: 'ada@one.example' });
  });

  it('are associated records that came inline, and records in the recycle bin', () => {
    const contacts = cache.of('acme', PORTAL, 'contacts');
    const keep = contacts.reading(new Set());
    keep([
      { ...contact('1'), associations: { deals: { results: [] } } },
      { ...contact('2'), archived: true },
    ]);
    expect(contacts.find('1', [])).toEqual(contact('1'));
    expect(contacts.find('2', [])).toBeUndefined();
  });

  it('is what was used longest ago, when all takes more than its share of memory', () => {
    cache = new RecordCache({ ttlMs: TTL_MS, clock: hubspot.clock, metrics, maxBytes: 100_000 });
    const contacts = cache.of('acme', PORTAL, 'contacts');
    const keep = contacts.reading(new Set(['note']));
    const note = 'x'.repeat(10_000);
    for (const id of ['1', '2', '3', '4']) keep([contact(id, { note })]);
    contacts.find('1', []);
    keep([contact('5', { note }), contact('huge', { note: note.repeat(5) })]);
    const known = ['1', '2', '3', '4', '5', 'huge'].filter((id) => contacts.find(id, ['note']));
    expect(known).toEqual(['1', '3', '4', '5']);
  });
});

describe('a load by e-mail address', () => {
  it('is always a call, and what it reads is known by id', async () => {
    const byEmail = batcherOf({ idProperty: 'email' });
    for (const zip of ['1010', '1020']) {
      const record = load('ada@one.example', ['zip'], byEmail);
      await answer(contact('1', { email: 'ada@one.example', zip }));
      expect((await record)?.properties).toEqual({ zip });
    }
    expect((await load('1', ['email', 'zip']))?.properties).toEqual({ email: 'ada@one.example', zip: '1020' });
    expect(hubspot.requestedIds).toEqual([['ada@one.example'], ['ada@one.example']]);
  });
});

describe('a write', () => {
  it('makes unknown what was read from its portal, for all who connected it, and nothing else', async () => {
    const theirs = batcherOf({ key: 'globex' });
    const elsewhere = batcherOf({ key: 'initech', hubId: 2 });
    const deals = batcherOf({ type: 'deals' });
    hubspot.autoAnswer = contactsFor;
    const all = [batcher, theirs, deals, elsewhere];
    for (const by of all) await load('1', ['email'], by);
    cache.invalidate(PORTAL);
    const calls = hubspot.requestedIds.length;
    for (const by of all) await load('1', ['email'], by);
    expect(hubspot.requestedIds.length - calls).toBe(3);
    for (const by of all) await load('1', ['email'], by);
    expect(hubspot.requestedIds.length - calls).toBe(3);
  });

  it('keeps the answer of a call that had left before it from being known after it', async () => {
    const before = load('1');
    await quiet();
    cache.invalidate(PORTAL);
    await answer(contact('1', { email: 'old@one.example' }));
    expect((await before)?.properties).toEqual({ email: 'old@one.example' });
    const after = load('1');
    await answer(contact('1', { email: 'new@one.example' }));
    expect((await after)?.properties).toEqual({ email: 'new@one.example' });
    expect((await load('1'))?.properties).toEqual({ email: 'new@one.example' });
    expect(hubspot.requestedIds).toHaveLength(2);
  });

  it('leaves alone a read that waits for its turn: that leaves after it', async () => {
    hubspot.limiter.open = false;
    const record = load('1');
    await quiet();
    cache.invalidate(PORTAL);
    hubspot.limiter.waiting[0]?.grant();
    await answer(contact('1', { email: 'new@one.example' }));
    await record;
    expect((await load('1'))?.properties).toEqual({ email: 'new@one.example' });
    expect(hubspot.requestedIds).toHaveLength(1);
  });
});
