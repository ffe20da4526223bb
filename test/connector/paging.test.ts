import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type CursorPosition, pageAssociations, pageRecords } from '../../src/connector/paging.ts';
import type { Association } from '../../src/hubspot/crm/associations.ts';
import type { HubspotRecord } from '../../src/hubspot/crm/objects.ts';

function records(count: number): HubspotRecord[] {
  return Array.from({ length: count }, (_, index) => ({
    id: String(index + 95),
    properties: {},
    createdAt: '',
    updatedAt: '',
    archived: false,
  }));
}

/** HubSpot's lists: `after` is the id where the page starts. */
function lister(all: readonly HubspotRecord[]) {
  return async (after: string | undefined, limit: number) => {
    const start = after === undefined ? 0 : all.findIndex(({ id }) => Number(id) >= Number(after));
    const rest = start < 0 ? [] : all.slice(start);
    return { records: rest.slice(0, limit), next: rest[limit]?.id };
  };
}

it('pages through a list exactly once, for any page size and from any item of a page', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 260 }),
      fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 9 }),
      fc.nat(),
      async (count, sizes, chosen) => {
        const all = records(count);
        const seen: string[] = [];
        let start: CursorPosition = {};
        for (let page = 0; page < 300; page += 1) {
          const { items, hasNextPage } = await pageRecords(sizes[page % sizes.length] ?? 1, start, lister(all));
          expect(hasNextPage).toBe(seen.length + items.length < count);
          if (!hasNextPage) {
            seen.push(...items.map(({ value }) => value.id));
            break;
          }
          // Going on from an item in the middle must not skip or repeat what follows it.
          const kept = items.slice(0, (chosen % items.length) + 1);
          seen.push(...kept.map(({ value }) => value.id));
          start = kept.at(-1)?.position ?? start;
        }
        if (seen.length > 0 || count === 0) expect(seen).toEqual(all.slice(0, seen.length).map(({ id }) => id));
        expect(seen.length === count || seen.length >= 300).toBe(true);
      },
    ),
    { numRuns: 150 },
  );
});

it('goes on behind an item that vanished meanwhile', async () => {
  const all = records(10);
  const { items } = await pageRecords(4, {}, lister(all));
  const start = items[2]?.position ?? {};
  const rest = await pageRecords(3, start, lister(all.filter(({ id }) => id !== '97')));
  expect(rest.items.map(({ value }) => value.id)).toEqual(['98', '99', '100']);
});

it('asks HubSpot for no more than is wanted', async () => {
  const limits: number[] = [];
  const list = lister(records(500));
  await pageRecords(250, {}, (after, limit) => {
    limits.push(limit);
    return list(after, limit);
  });
  expect(limits).toEqual([100, 100, 50]);
});

const associated = (id: string): Association => ({ id, labels: [] });

it('pages through associated records exactly once, over pages of HubSpot', async () => {
  const pages: Record<string, { associations: Association[]; next: string | undefined }> = {
    '': { associations: ['5', '11', '7'].map(associated), next: 'p2' },
    p2: { associations: ['30', '12', '20'].map(associated), next: undefined },
  };
  const load = async (after: string | undefined) => pages[after ?? ''] ?? { associations: [], next: undefined };
  for (const first of [1, 2, 3, 4, 5, 6, 7]) {
    const seen: string[] = [];
    for (let start: CursorPosition = {}, more = true; more; ) {
      const slice = await pageAssociations(first, start, undefined, load);
      seen.push(...slice.items.map(({ value }) => value.id));
      more = slice.hasNextPage;
      start = slice.items.at(-1)?.position ?? start;
    }
    expect(seen).toEqual(['5', '7', '11', '12', '20', '30']);
  }
});

it('answers from inline associations without a call, each associated record once', async () => {
  const inline = {
    results: [
      { id: '9', type: 'a' },
      { id: '10', type: 'a' },
      { id: '9', type: 'a_unlabeled' },
    ],
  };
  const { items, hasNextPage } = await pageAssociations(5, {}, inline, () =>
    Promise.reject(new Error('a call was made')),
  );
  expect(items.map(({ value }) => value.id)).toEqual(['9', '10']);
  expect(hasNextPage).toBe(false);
});

it('reads associations when the inline ones are not all', async () => {
  const inline = { results: [{ id: '1', type: 'a' }], paging: { next: { after: 'x' } } };
  const { items } = await pageAssociations(5, {}, inline, async () => ({
    associations: [associated('1'), associated('2')],
    next: undefined,
  }));
  expect(items.map(({ value }) => value.id)).toEqual(['1', '2']);
});
