import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ALWAYS,
  type Condition,
  compared,
  NEVER,
  noneOf,
  oneOf,
  present,
} from '../../../src/connector/search/condition.ts';
import { toFilterGroups } from '../../../src/connector/search/filter-groups.ts';
import { isGatewayError } from '../../../src/errors.ts';
import { SEARCH_LIMITS } from '../../../src/hubspot/crm/search.ts';

const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => present(name, true)) as [
  Condition,
  Condition,
  Condition,
  Condition,
];

const nth = (index: number) => compared('p', 'eq', String(index));
const some = (count: number) => Array.from({ length: count }, (_, index) => nth(index));
const alternatives = (...sizes: readonly number[]): Condition => ({
  any: sizes.map((size, group) => ({ all: some(size).map((_, index) => nth(10 * group + index)) })),
});

const REFUSED = expect.objectContaining({ code: 'BAD_USER_INPUT', extensions: { argument: 'filter' } });

describe('a condition becomes an OR of ANDs', () => {
  it.each<[string, Condition, readonly (readonly Condition[])[]]>([
    ['one test', a, [[a]]],
    ['all of some', { all: [a, b] }, [[a, b]]],
    ['any of some', { any: [a, b] }, [[a], [b]]],
    [
      'all of alternatives',
      { all: [a, { any: [b, c] }] },
      [
        [a, b],
        [a, c],
      ],
    ],
    [
      'alternatives with alternatives',
      { all: [{ any: [a, b] }, { any: [c, d] }] },
      [
        [a, c],
        [a, d],
        [b, c],
        [b, d],
      ],
    ],
    ['nestings of one', { all: [{ any: [{ all: [a] }] }] }, [[a]]],
    ['nothing demanded', ALWAYS, [[]]],
    ['nothing allowed', NEVER, []],
    ['an alternative that always holds', { any: [a, ALWAYS] }, [[]]],
    ['a part that never holds', { all: [a, NEVER] }, []],
    ['an alternative that never holds', { any: [a, NEVER] }, [[a]]],
    ['the same twice', { all: [a, a, { any: [b, b] }] }, [[a, b]]],
    ['what another alternative covers', { any: [{ all: [a, b] }, a, { all: [c, a] }] }, [[a]]],
    ['too much that never holds', { all: [alternatives(9, 9, 9, 9, 9, 9), NEVER] }, []],
    ['too much beside what always holds', { any: [alternatives(9, 9, 9, 9, 9, 9), ALWAYS] }, [[]]],
    ['(a or b) and (a or c)', { all: [{ any: [a, b] }, { any: [a, c] }] }, [[a], [b, c]]],
  ])('%s', (_title, condition, groups) => {
    expect(toFilterGroups(condition)).toEqual(groups);
  });

  it('lists texts in lower case and options in theirs, each once', () => {
    expect(oneOf('p', 'string', ['New', 'NEW', 'Öl'])).toMatchObject({ operator: 'IN', values: ['new', 'öl'] });
    expect(noneOf('p', 'enumeration', ['New', 'NEW'])).toMatchObject({ operator: 'NOT_IN', values: ['New', 'NEW'] });
    expect(oneOf('p', 'string', [])).toEqual(NEVER);
    expect(noneOf('p', 'string', [])).toEqual(ALWAYS);
  });
});

describe("HubSpot's limits", () => {
  it.each<[string, Condition]>([
    ['5 groups', alternatives(1, 1, 1, 1, 1)],
    ['6 filters in a group', alternatives(6)],
    ['18 filters', alternatives(6, 6, 6)],
    ['18 filters in 5 groups', alternatives(4, 4, 4, 3, 3)],
  ])('allow %s', (_title, condition) => {
    expect(toFilterGroups(condition).flat()).toHaveLength(new Set(JSON.stringify(condition).match(/"\d+"/g)).size);
  });

  it.each<[string, Condition, string]>([
    ['6 groups', alternatives(1, 1, 1, 1, 1, 1), 'at most 5 alternatives'],
    ['7 filters in a group', alternatives(7), 'at most 6 conditions'],
    ['19 filters', alternatives(6, 6, 6, 1), 'at most 18 conditions'],
    ['2 times 3 groups', { all: [{ any: some(2) }, { any: some(6).slice(3) }] }, 'at most 5 alternatives'],
  ])('do not allow %s', (_title, condition, limit) => {
    const filters = () => toFilterGroups(condition);
    expect(filters).toThrow(REFUSED);
    expect(filters).toThrow(limit);
  });

  it('end the multiplication long before it explodes', () => {
    const pair = (index: number): Condition => ({ any: [nth(2 * index), nth(2 * index + 1)] });
    // Whoever multiplied out 2^60 groups would not come back.
    const condition = { all: Array.from({ length: 60 }, (_, index) => pair(index)) };
    expect(() => toFilterGroups(condition)).toThrow(REFUSED);
    expect(() => toFilterGroups({ any: [a, condition] })).toThrow(REFUSED);
  });
});

/** Letters stand for what a record is; a condition asks for letters that are there, or are not. */
const LETTERS = ['a', 'b', 'c', 'd', 'e'];
const leaf = fc.tuple(fc.constantFrom(...LETTERS), fc.boolean()).map(([name, exists]) => present(name, exists));
const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    leaf,
    fc.array(tie('condition'), { maxLength: 3 }).map((all) => ({ all })),
    fc.array(tie('condition'), { maxLength: 3 }).map((any) => ({ any })),
  ),
}));

const RECORDS = Array.from({ length: 1 << LETTERS.length }, (_, bits) =>
  LETTERS.filter((_name, bit) => bits & (1 << bit)),
);

function holds(asked: Condition, record: readonly string[]): boolean {
  if ('all' in asked) return asked.all.every((each) => holds(each, record));
  if ('any' in asked) return asked.any.some((each) => holds(each, record));
  return record.includes(asked.propertyName) === (asked.operator === 'HAS_PROPERTY');
}

it('finds the same records as the condition, within the limits', () => {
  let compiled = 0;
  fc.assert(
    fc.property(condition, (asked) => {
      let groups: ReturnType<typeof toFilterGroups>;
      try {
        groups = toFilterGroups(asked);
      } catch (error) {
        expect(isGatewayError(error, 'BAD_USER_INPUT')).toBe(true);
        return;
      }
      compiled += 1;
      expect(groups.length).toBeLessThanOrEqual(SEARCH_LIMITS.groups);
      expect(Math.max(0, ...groups.map((filters) => filters.length))).toBeLessThanOrEqual(
        SEARCH_LIMITS.filtersPerGroup,
      );
      expect(groups.flat().length).toBeLessThanOrEqual(SEARCH_LIMITS.filters);
      for (const record of RECORDS) {
        const found = groups.some((filters) => filters.every((filter) => holds(filter, record)));
        expect(found).toBe(holds(asked, record));
      }
    }),
    { numRuns: 500 },
  );
  expect(compiled).toBeGreaterThan(250);
});
