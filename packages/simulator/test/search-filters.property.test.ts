import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SearchedPortal } from './helpers/searched-portal.ts';

const FUZZ_SCALE = Number(process.env.FUZZ_SCALE ?? 1);
/** An ordinary run tries the same cases every time, a longer one others each time. */
const FUZZ_SEED = Number(process.env.FUZZ_SEED ?? (FUZZ_SCALE > 1 ? randomInt(2 ** 31) : 20_261_127));

// A second opinion on filters: values that carry their meaning beside their text, and the plainest comparison of both.

interface Value {
  readonly text: string;
  /** A number in millionths, a moment in epoch milliseconds, a text in lower case, or each of the chosen options. */
  readonly meaning: readonly (bigint | string)[];
}

interface Filter {
  readonly propertyName: string;
  readonly operator: string;
  readonly operands: readonly Value[];
}

type Row = Readonly<Record<string, Value | undefined>>;

const PROPERTIES = [
  { name: 'p_number', type: 'number', fieldType: 'number' },
  { name: 'p_date', type: 'datetime', fieldType: 'date' },
  { name: 'p_text', type: 'string', fieldType: 'text' },
  { name: 'p_option', type: 'enumeration', fieldType: 'checkbox' },
] as const;

const number: fc.Arbitrary<Value> = fc
  .tuple(fc.oneof(fc.bigInt(-30n, 30n), fc.bigInt(-(10n ** 30n), 10n ** 30n)), fc.nat(6), fc.nat(6))
  .map(([digits, places, zeros]) => {
    const magnitude = (digits < 0n ? -digits : digits).toString().padStart(places + 1, '0');
    const point = magnitude.length - places;
    const fraction = magnitude.slice(point) + '0'.repeat(zeros);
    const text = `${digits < 0n ? '-' : ''}${magnitude.slice(0, point)}${fraction && `.${fraction}`}`;
    return { text, meaning: [digits * 10n ** BigInt(6 - places)] };
  });

const date: fc.Arbitrary<Value> = fc.tuple(fc.integer({ min: -3, max: 3 }), fc.nat(2)).map(([step, notation]) => {
  const epochMs = Date.UTC(2026, 4, 1) + step * 1_800_000;
  const shifted = new Date(epochMs + 3_600_000).toISOString().replace('Z', '+01:00');
  const text = [String(epochMs), new Date(epochMs).toISOString(), shifted][notation] ?? '';
  return { text, meaning: [BigInt(epochMs)] };
});

const word = fc.constantFrom('ada', 'Ada', 'BYRON', 'acme.example', 'x@acme.example', "O'Brien", 'jean-luc', 'é', '7');
const text: fc.Arbitrary<Value> = fc
  .array(word, { minLength: 1, maxLength: 3 })
  .map((words) => words.join(' '))
  .map((words) => ({ text: words, meaning: [words.toLowerCase()] }));

const option = fc.constantFrom('NEW', 'new', 'OPEN', 'in_progress');
const options: fc.Arbitrary<Value> = fc
  .uniqueArray(option, { minLength: 1, maxLength: 3 })
  .map((chosen) => ({ text: chosen.join(';'), meaning: chosen }));
const oneOption: fc.Arbitrary<Value> = option.map((chosen) => ({ text: chosen, meaning: [chosen] }));

/** Parts of words with `*` for what was cut away. */
const pattern: fc.Arbitrary<Value> = fc
  .array(fc.tuple(word, fc.nat(6), fc.nat(6), fc.boolean()), { minLength: 1, maxLength: 2 })
  .map((cuts) =>
    cuts.map(([whole, from, length, cut]) => (cut ? `${whole.slice(0, from)}*${whole.slice(from + length)}` : whole)),
  )
  .map((patterns) => ({ text: patterns.join(' '), meaning: patterns }));

function filterOn(propertyName: string, operand: fc.Arbitrary<Value>): fc.Arbitrary<Filter> {
  const one = fc.tuple(operand);
  const some = fc.array(operand, { minLength: 1, maxLength: 3 });
  const filter = (operators: readonly string[], operands: fc.Arbitrary<readonly Value[]>) =>
    fc.record({ propertyName: fc.constant(propertyName), operator: fc.constantFrom(...operators), operands });
  return fc.oneof(
    filter(['EQ', 'NEQ', 'LT', 'LTE', 'GT', 'GTE'], one),
    filter(['BETWEEN'], fc.tuple(operand, operand)),
    filter(['IN', 'NOT_IN'], some),
    filter(['HAS_PROPERTY', 'NOT_HAS_PROPERTY'], fc.constant([])),
    ...(propertyName === 'p_text' ? [filter(['CONTAINS_TOKEN', 'NOT_CONTAINS_TOKEN'], fc.tuple(pattern))] : []),
  );
}

const row: fc.Arbitrary<Row> = fc.record(
  { p_number: number, p_date: date, p_text: text, p_option: options },
  { requiredKeys: [] },
);
const filter = fc.oneof(
  filterOn('p_number', number),
  filterOn('p_date', date),
  filterOn('p_text', text),
  filterOn('p_option', oneOption),
);
const groups = fc.array(fc.array(filter, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 });

function fits(value: Value | undefined, { operator, operands, propertyName }: Filter): boolean {
  if (operator === 'NOT_HAS_PROPERTY') return value === undefined;
  if (value === undefined) return false;
  // Lists of texts are taken as they are sent.
  const asSent = propertyName === 'p_text' && operator.endsWith('IN');
  const theirs = operands.flatMap(({ meaning, text: sent }) => (asSent ? [sent] : meaning));
  const [low, high] = theirs;
  const some = (test: (held: bigint | string) => boolean) => value.meaning.some(test);
  if (low === undefined) return operator === 'HAS_PROPERTY';
  if (operator === 'EQ') return some((held) => held === low);
  if (operator === 'NEQ') return !some((held) => held === low);
  if (operator === 'LT') return some((held) => held < low);
  if (operator === 'LTE') return some((held) => held <= low);
  if (operator === 'GT') return some((held) => held > low);
  if (operator === 'GTE') return some((held) => held >= low);
  if (operator === 'BETWEEN') return some((held) => held >= low && held <= (high ?? low));
  if (operator === 'IN') return some((held) => theirs.includes(held));
  if (operator === 'NOT_IN') return !some((held) => theirs.includes(held));
  const contains = theirs.every((wanted) => tokensOf(value.text).some((token) => like(String(wanted)).test(token)));
  return operator === 'CONTAINS_TOKEN' ? contains : !contains;
}

function tokensOf(value: string): readonly string[] {
  const segments = new Intl.Segmenter('en', { granularity: 'word' }).segment(value);
  return [...value.split(' '), ...[...segments].filter(({ isWordLike }) => isWordLike).map(({ segment }) => segment)];
}

function like(wildcards: string): RegExp {
  const escaped = wildcards.split('*').map((part) => part.replace(/[.]/g, '\\.'));
  return new RegExp(`^${escaped.join('.*')}$`, 'i');
}

function onTheWire({ propertyName, operator, operands }: Filter): object {
  const [value, highValue] = operands.map((operand) => operand.text);
  const values = operands.map((operand) => operand.text);
  return { propertyName, operator, ...(operator.endsWith('IN') ? { values } : { value, highValue }) };
}

describe('filters', () => {
  it('find what a plain comparison of the meant values finds', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 12 }), groups, async (rows, filterGroups) => {
        const searched = new SearchedPortal();
        for (const property of PROPERTIES) searched.portal.defineProperty('contacts', property);
        const ids = rows.map((values) => {
          const written = Object.entries(values).map(([name, value]) => [name, value?.text ?? '']);
          return searched.portal.create('contacts', Object.fromEntries(written)).id;
        });
        const body = { filterGroups: filterGroups.map((filters) => ({ filters: filters.map(onTheWire) })) };
        const expected = ids.filter((_id, index) =>
          filterGroups.some((filters) => filters.every((each) => fits(rows[index]?.[each.propertyName], each))),
        );
        expect(await searched.find(body)).toEqual(expected);
      }),
      { seed: FUZZ_SEED, numRuns: 100 * FUZZ_SCALE },
    );
  });
});
