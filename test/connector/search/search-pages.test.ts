import { describe, expect, it } from 'vitest';
import type { CursorPosition, Page } from '../../../src/connector/paging.ts';
import { type Condition, compared, oneOf, present } from '../../../src/connector/search/condition.ts';
import { type Search, takesProperties, toSearch } from '../../../src/connector/search/search.ts';
import { readSearch } from '../../../src/connector/search/search-pages.ts';
import type { HubspotRecord } from '../../../src/hubspot/crm/objects.ts';
import {
  SEARCH_LIMITS,
  type SearchOptions,
  type SearchPage,
  type SearchSort,
} from '../../../src/hubspot/crm/search.ts';

const DOWN: SearchSort = { propertyName: 'hs_object_id', direction: 'DESCENDING' };
const BY_NAME: SearchSort = { propertyName: 'firstname', direction: 'ASCENDING' };

function record(id: number): HubspotRecord {
  return { id: String(id), properties: {}, createdAt: '', updatedAt: '', archived: false };
}

type Asked = Pick<SearchOptions, 'groups' | 'limit' | 'after'>;

/** HubSpot's search as far as its paging goes: every record fits, and `ids` are in the order of the search. */
class Hits {
  ids: readonly number[];
  /** Counted, and not shown. */
  hidden: ReadonlySet<number> = new Set();
  readonly asked: Asked[] = [];

  constructor(count: number, descending = false) {
    const ids = Array.from({ length: count }, (_, index) => 90 + index);
    this.ids = descending ? ids.reverse() : ids;
  }

  readonly ask = async (page: Asked): Promise<SearchPage> => {
    this.asked.push(page);
    const { limit, after = 0 } = page;
    if (limit < 1 || limit > 200 || after + limit > 10_000) throw new Error(`HubSpot refuses ${after}+${limit}`);
    const hits = this.ids.filter((id) => page.groups.every((filters) => filters.every((filter) => fits(id, filter))));
    const shown = hits.slice(after, after + limit).filter((id) => !this.hidden.has(id));
    const next = after + limit < hits.length ? String(after + limit) : undefined;
    return { records: shown.map(record), next, total: hits.length };
  };
}

function fits(id: number, { propertyName, operator, value }: Search['groups'][number][number]): boolean {
  if (propertyName !== 'hs_object_id') return true;
  return operator === 'GT' ? id > Number(value) : id < Number(value);
}

function searched(condition: Condition = present('email', true), sort?: SearchSort): Search {
  return toSearch({ condition, sort });
}

const ids = ({ items }: Page<HubspotRecord>) => items.map(({ value }) => Number(value.id));

/** All pages, each begun where the one before it ended. */
async function everything(search: Search, first: number, hits: Hits, between = () => {}): Promise<number[]> {
  const seen: number[] = [];
  for (let start: CursorPosition = {}; ; ) {
    const slice = await readSearch(search, first, start, hits.ask);
    seen.push(...ids(slice));
    if (!slice.hasNextPage) return seen;
    start = slice.items.at(-1)?.position ?? {};
    between();
  }
}

/** Leaves no room for another filter. */
const FULL: Condition = { all: Array.from({ length: 6 }, (_, index) => compared('p', 'neq', String(index))) };

describe('a search in the order of ids', () => {
  it.each([
    ['up', undefined],
    ['down', DOWN],
  ])('has every result once, beyond 10,000 too: %s', async (_title, sort) => {
    const hits = new Hits(10_950, sort !== undefined);
    expect(await everything(searched(undefined, sort), 500, hits)).toEqual(hits.ids);
    expect(hits.asked.every(({ after }) => after === undefined)).toBe(true);
  });

  it('asks for pages of 200, and for no more than is wanted', async () => {
    const hits = new Hits(1_000);
    await readSearch(searched(), 450, {}, hits.ask);
    expect(hits.asked.map(({ limit }) => limit)).toEqual([200, 200, 50]);
    expect(hits.asked[1]?.groups).toEqual([
      [
        { propertyName: 'email', operator: 'HAS_PROPERTY' },
        { propertyName: 'hs_object_id', operator: 'GT', value: '289' },
      ],
    ]);
  });

  it('goes on behind any of its items, and tells on each page how many there were at first', async () => {
    const hits = new Hits(700);
    const { items, totalCount } = await readSearch(searched(), 30, {}, hits.ask);
    expect(totalCount).toBe(700);
    const rest = await readSearch(searched(), 3, items[11]?.position ?? {}, hits.ask);
    expect(ids(rest)).toEqual([102, 103, 104]);
    expect(rest.totalCount).toBe(700);
  });

  it('neither leaves out nor repeats a result while others come and go', async () => {
    const hits = new Hits(1_000);
    const before = hits.ids;
    const seen = await everything(searched(), 100, hits, () => {
      const [first = 0] = hits.ids;
      hits.ids = [first - 2, ...hits.ids.filter((id) => id !== first)];
    });
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(before);
  });

  it('fills its page over results that are counted and not shown', async () => {
    const hits = new Hits(12);
    hits.hidden = new Set([90, 91, 92, 95, 101]);
    const page = await readSearch(searched(), 2, {}, hits.ask);
    expect(ids(page)).toEqual([93, 94]);
    expect(await everything(searched(), 2, hits)).toEqual([93, 94, 96, 97, 98, 99, 100]);
    expect(hits.asked.every(({ limit }) => limit <= 2)).toBe(true);
  });

  it('uses HubSpot’s own paging where the filter has no room, with all the filters that HubSpot takes', async () => {
    const hits = new Hits(1_000);
    expect(await everything(searched(FULL), 300, hits)).toEqual(hits.ids);
    expect(hits.asked.map(({ after }) => after)).toEqual([undefined, 200, 300, 500, 600, 800, 900]);
    expect(hits.asked.every(({ groups }) => groups.flat().length === 6)).toBe(true);
  });
});

describe('a search in another order', () => {
  const search = searched(undefined, BY_NAME);

  it('has every result once, and how many there are', async () => {
    const hits = new Hits(1_234);
    expect(await everything(search, 500, hits)).toEqual(hits.ids);
    expect((await readSearch(search, 1, {}, hits.ask)).totalCount).toBe(1_234);
  });

  it('goes on behind any of its items', async () => {
    const hits = new Hits(700);
    const { items } = await readSearch(search, 450, {}, hits.ask);
    for (const index of [0, 5, 199, 200, 449]) {
      const rest = await readSearch(search, 3, items[index]?.position ?? {}, hits.ask);
      expect(ids(rest)).toEqual([91, 92, 93].map((id) => id + index));
    }
  });

  it('repeats nothing that new results push back', async () => {
    const hits = new Hits(300);
    const before = hits.ids;
    let added = 0;
    const seen = await everything(search, 20, hits, () => {
      added += 1;
      hits.ids = [1_000 + added, ...hits.ids];
    });
    expect(seen).toEqual(before);
  });

  it('skips nothing for results that are counted and not shown', async () => {
    const hits = new Hits(300);
    hits.hidden = new Set([90, 100, 150, 389]);
    expect(await everything(search, 7, hits)).toEqual(hits.ids.filter((id) => !hits.hidden.has(id)));
  });

  it('hands out the first 10,000, and says what to do about the rest before any call', async () => {
    const hits = new Hits(10_500);
    const last = await readSearch(search, 300, { after: '9900', id: '9989' }, hits.ask);
    expect(ids(last)).toEqual(hits.ids.slice(9_900, 10_000));
    expect(last).toMatchObject({ hasNextPage: true, totalCount: 10_500 });
    hits.asked.length = 0;
    const beyond = readSearch(search, 1, last.items.at(-1)?.position ?? {}, hits.ask);
    await expect(beyond).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      extensions: { argument: 'after' },
      message: expect.stringContaining('HUBSPOT_ID'),
    });
    expect(hits.asked).toEqual([]);
  });

  it('ends at 10,000 when that is all', async () => {
    const hits = new Hits(10_000);
    const last = await readSearch(search, 300, { after: '9900', id: '9989' }, hits.ask);
    expect(last).toMatchObject({ hasNextPage: false, totalCount: 10_000 });
    expect(last.items).toHaveLength(100);
  });
});

it.each<[string, Search, CursorPosition]>([
  ['a count, by id', searched(), { after: '20', id: '95' }],
  ['an id without the count of all', searched(), { id: '95' }],
  ['a count of all without an id', searched(), { total: 3 }],
  ['an id, by name', searched(undefined, BY_NAME), { id: '95', total: 3 }],
  ['a count without an id', searched(undefined, BY_NAME), { after: '20' }],
  ['what is no count', searched(undefined, BY_NAME), { after: '1e3', id: '95' }],
  ['a negative count', searched(undefined, BY_NAME), { after: '-1', id: '95' }],
])('refuses to begin at %s', async (_title, search, start) => {
  const hits = new Hits(100);
  await expect(async () => readSearch(search, 10, start, hits.ask)).rejects.toMatchObject({
    code: 'BAD_USER_INPUT',
    extensions: { argument: 'after' },
  });
  expect(hits.asked).toEqual([]);
});

describe('toSearch', () => {
  it('finds everything when nothing is demanded, and goes by id all the same', async () => {
    const hits = new Hits(30);
    const search = toSearch({ condition: { any: [present('a', true), { all: [] }] } });
    expect(search).toEqual(toSearch({}));
    expect(await everything(search, 20, hits)).toEqual(hits.ids);
    const beyond = { propertyName: 'hs_object_id', operator: 'GT', value: '109' };
    expect(hits.asked.map(({ groups }) => groups)).toEqual([[[]], [[beyond]]]);
  });

  it('asks HubSpot nothing when nothing can be found', async () => {
    const hits = new Hits(10);
    const slice = await readSearch(searched(oneOf('a', 'string', [])), 10, {}, hits.ask);
    expect(slice).toEqual({ items: [], hasNextPage: false, totalCount: 0 });
    expect(hits.asked).toEqual([]);
  });

  it('is the same for what means the same', () => {
    const [a, b] = [present('a', true), present('b', true)];
    expect(toSearch({ condition: { all: [a, { all: [b, a] }] } })).toEqual(toSearch({ condition: { all: [a, b] } }));
  });

  it.each([
    [
      'filter',
      {
        condition: oneOf(
          'p',
          'enumeration',
          new Array(300).fill('').map((_, index) => `value_${index}`),
        ),
      },
    ],
    ['query', { query: 'x'.repeat(3_000) }],
    ['query', { query: 'x'.repeat(2_950), condition: present('a', true) }],
  ])('refuses a %s that makes the request too long', (argument, wanted) => {
    expect(() => toSearch(wanted)).toThrow(expect.objectContaining({ extensions: { argument } }));
    expect(() => toSearch(wanted)).toThrow(String(SEARCH_LIMITS.bodyCharacters));
  });

  it('knows when properties must be read apart', () => {
    const names = (count: number) => Array.from({ length: count }, (_, index) => `custom_property_number_${index}`);
    expect(takesProperties(searched(), names(80))).toBe(true);
    expect(takesProperties(searched(), names(110))).toBe(false);
  });
});
