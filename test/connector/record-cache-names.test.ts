import { beforeEach, describe, expect, it } from 'vitest';
import { RecordBatcher } from '../../src/connector/batching/record-batcher.ts';
import { RecordCache } from '../../src/connector/record-cache.ts';
import { createMetrics } from '../../src/lib/metrics.ts';
import { contact, FakeHubspot, quiet, request } from '../helpers/batching.ts';

const TTL_MS = 10_000;
const PORTAL = 1;

let hubspot: FakeHubspot;
let cache: RecordCache;
let batcher: RecordBatcher;
beforeEach(() => {
  hubspot = new FakeHubspot();
  cache = new RecordCache({ ttlMs: TTL_MS, clock: hubspot.clock, metrics: createMetrics() });
  batcher = new RecordBatcher(hubspot.context(), 'contacts', undefined, cache.of('acme', PORTAL, 'contacts'));
});

const load = (id: string, properties: readonly string[] = ['email']) => batcher.load({ id, properties }, request());

/** Answers the call that left last. */
async function answer(result: object): Promise<void> {
  await quiet();
  hubspot.last().answer({ results: [result] });
  await quiet();
}

/** Reads a record that is as `values` say. */
async function read(id: string, values: Readonly<Record<string, string>>, updatedAt = '2026-01-01T00:00:00Z') {
  const record = load(id, Object.keys(values));
  await answer({ ...contact(id, values), updatedAt });
  return record;
}

describe('a record that was asked for by an id that was merged into its own', () => {
  /** Asks for one id and is answered with a record of another. */
  async function readAs(old: string, id: string, updatedAt = '2026-01-01T00:00:00Z') {
    const record = load(old);
    await answer({ ...contact(id, { email: `of ${id}` }), updatedAt });
    return record;
  }

  it('is known by both, as long as the one reading counts', async () => {
    expect((await readAs('1', '9'))?.id).toBe('9');
    hubspot.clock.advance(TTL_MS - 1);
    expect([await load('1'), await load('9')].map((record) => record?.id)).toEqual(['9', '9']);
    expect(hubspot.requestedIds).toHaveLength(1);
    hubspot.clock.advance(1);
    void load('1');
    await quiet();
    expect(hubspot.requestedIds).toHaveLength(2);
  });

  it('is as it was read last, by whichever id', async () => {
    await readAs('1', '9');
    hubspot.clock.advance(1_000);
    await read('9', { email: 'new@one.example', phone: '1' }, '2026-01-02T00:00:00Z');
    expect((await load('1'))?.properties).toEqual({ email: 'new@one.example' });
    expect(hubspot.requestedIds).toHaveLength(2);
  });

  it('takes the place of what was known by the old id, and follows when its own is merged, too', async () => {
    await read('1', { email: 'old@one.example' });
    const more = load('1', ['email', 'phone']);
    await answer(contact('9', { email: 'both@one.example', phone: '1' }));
    await more;
    expect(await load('1')).toMatchObject({ id: '9', properties: { email: 'both@one.example' } });
    const again = load('9', ['zip']);
    await answer(contact('10', { zip: '1010' }));
    await again;
    expect(hubspot.requestedIds).toHaveLength(3);
    expect((await load('9', ['zip']))?.id).toBe('10');
    // Where it leads to is asked for rather than looked up in turns.
    void load('1', ['zip']);
    await quiet();
    expect(hubspot.requestedIds.slice(3)).toEqual([['1']]);
  });

  it('does not give way to an older answer that lands later', async () => {
    const early = load('1');
    await quiet();
    const slow = hubspot.last();
    hubspot.clock.advance(500); // A call that takes so long holds nobody up.
    await readAs('1', '9');
    slow.answer({ results: [contact('1', { email: 'old@one.example' })] });
    expect((await early)?.id).toBe('1');
    expect((await load('1'))?.id).toBe('9');
    expect(hubspot.requestedIds).toHaveLength(2);
  });

  it('is known no more after a write', async () => {
    await readAs('1', '9');
    cache.invalidate(PORTAL);
    void load('1');
    await quiet();
    expect(hubspot.requestedIds).toHaveLength(2);
  });
});
