import { expect, it } from 'vitest';
import { RecordLoader } from '../../../src/connector/batching/record-loader.ts';

interface Thing {
  readonly id: string;
}

/** A shelf, and what was read for it. */
function shelfOf(read: (id: string) => Thing | null = (id) => ({ id })) {
  const calls: (readonly string[])[] = [];
  const shelf = new RecordLoader<Thing>(async (ids) => {
    calls.push(ids);
    return read;
  });
  return { shelf, calls };
}

it('reads the loads of one turn together, and each record once', async () => {
  const { shelf, calls } = shelfOf();
  expect(await Promise.all([shelf.load('1'), shelf.loadMany(['2', '1']), shelf.load('2')])).toEqual([
    { id: '1' },
    [{ id: '2' }, { id: '1' }],
    { id: '2' },
  ]);
  expect(calls).toEqual([['1', '2']]);
});

it('returns known records at once, and known absence too', async () => {
  const { shelf, calls } = shelfOf((id) => (id === '2' ? null : { id }));
  await shelf.loadMany(['1', '2']);
  expect(shelf.loadMany(['2', '1'])).toEqual([null, { id: '1' }]);
  expect(calls).toHaveLength(1);
});

it('fails only the loads of records that failed', async () => {
  const { shelf } = shelfOf((id) => {
    if (id === '2') throw new Error('no 2');
    return { id };
  });
  await expect(shelf.loadMany(['1', '2'])).rejects.toThrow('no 2');
  expect(shelf.loadMany(['1'])).toEqual([{ id: '1' }]);
  await expect(shelf.load('2')).rejects.toThrow('no 2');
});

it('reads many records in parts, each of which can fail alone', async () => {
  const asked: number[] = [];
  const shelf = new RecordLoader<Thing>(async (ids) => {
    asked.push(ids.length);
    if (asked.length === 2) throw new Error('too late');
    return (id) => ({ id });
  });
  const ids = Array.from({ length: 250 }, (_, index) => String(index));
  await expect(shelf.loadMany(ids)).rejects.toThrow('too late');
  expect(asked).toEqual([100, 100, 50]);
  expect(shelf.loadMany(ids.slice(0, 100))).toHaveLength(100);
  await expect(shelf.load('150')).rejects.toThrow('too late');
  expect(shelf.loadMany(ids.slice(200))).toHaveLength(50);
});
